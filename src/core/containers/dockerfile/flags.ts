type FlagKind = 'boolean' | 'text' | 'list'
export type FlagKinds = Readonly<Record<string, FlagKind>>

/** The flags of one instruction: a text or boolean flag has one value, a list flag any number. */
export type FlagValues = ReadonlyMap<string, readonly string[]>

/** Checks the flags of an instruction against what it knows. Throws an Error with BuildKit's message. */
export function readFlags(flags: readonly string[], kinds: FlagKinds): FlagValues {
  const values = new Map<string, string[]>()
  for (const flag of flags) {
    const equals = flag.indexOf('=')
    const name = flag.slice(2, equals < 0 ? undefined : equals)
    const value = equals < 0 ? undefined : flag.slice(equals + 1)
    const kind = Object.hasOwn(kinds, name) ? kinds[name]! : undefined
    if (!kind) throw new Error(`unknown flag: --${name}`)
    const earlier = values.get(name)
    if (earlier && kind !== 'list') throw new Error(`duplicate flag specified: --${name}`)
    if (kind === 'boolean') values.set(name, [booleanValue(name, value)])
    else if (value === undefined) throw new Error(`missing a value on flag: --${name}`)
    else values.set(name, [...(earlier ?? []), value])
  }
  return values
}

function booleanValue(name: string, value: string | undefined): string {
  if (value === '') throw new Error(`missing a value on flag: --${name}`)
  const lower = (value ?? 'true').toLowerCase()
  if (lower !== 'true' && lower !== 'false') throw new Error(`expecting boolean value for flag --${name}, not: ${value}`)
  return lower
}
