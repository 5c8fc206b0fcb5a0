/** Option kinds of a verb: `flag` takes no value; `value` one; `list` any number. Long names, with their short letter where there is one. */
type OptionKind = 'flag' | 'value' | 'list'
export type OptionTable = Readonly<Record<string, OptionKind | readonly [OptionKind, string]>>

/** A wrong command line, in the client's words. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export interface ParsedOptions {
  readonly operands: readonly string[]
  has(name: string): boolean
  value(name: string): string | undefined
  list(name: string): readonly string[]
}

/**
 * Options as the client's library (pflag) reads them: `--name value`, `--name=value`, `-n value`, `-nvalue`, `-it`; `--` ends them.
 * @param stopAtOperand options end at the first operand, as for `run` and `exec`
 */
export function parseOptions(words: readonly string[], table: OptionTable, stopAtOperand = false): ParsedOptions {
  const found = new Map<string, string[]>()
  const operands: string[] = []
  const kindOf = (name: string): OptionKind | undefined => (Object.hasOwn(table, name) ? (typeof table[name] === 'string' ? table[name] : table[name]![0]) : undefined)
  const byLetter = new Map(Object.entries(table).flatMap(([name, kind]) => (typeof kind === 'string' ? [] : [[kind[1], name] as const])))
  const put = (name: string, value: string): void => void found.set(name, [...(found.get(name) ?? []), value])
  let at = 0
  const next = (shown: string): string => {
    const value = words[at++]
    if (value === undefined) throw new UsageError(`flag needs an argument: ${shown}`)
    return value
  }
  while (at < words.length) {
    const word = words[at++]!
    if (word === '--') {
      operands.push(...words.slice(at))
      break
    }
    if (!word.startsWith('-') || word === '-') {
      operands.push(word)
      if (!stopAtOperand) continue
      operands.push(...words.slice(at))
      break
    }
    if (word.startsWith('--')) {
      const equals = word.indexOf('=')
      const name = word.slice(2, equals < 0 ? undefined : equals)
      const kind = kindOf(name)
      if (!kind) throw new UsageError(`unknown flag: --${name}`)
      put(name, equals >= 0 ? word.slice(equals + 1) : kind === 'flag' ? 'true' : next(`--${name}`))
      continue
    }
    for (let letter = 1; letter < word.length; letter++) {
      const name = byLetter.get(word[letter]!)
      if (name === undefined) throw new UsageError(`unknown shorthand flag: '${word[letter]}' in ${word}`)
      if (kindOf(name) === 'flag') {
        put(name, 'true')
        continue
      }
      const rest = word.slice(letter + 1).replace(/^=/, '')
      put(name, rest === '' ? next(`'${word[letter]}' in ${word}`) : rest)
      break
    }
  }
  return {
    operands,
    has: (name) => found.has(name) && found.get(name)!.at(-1) !== 'false',
    value: (name) => found.get(name)?.at(-1),
    list: (name) => found.get(name) ?? [],
  }
}
