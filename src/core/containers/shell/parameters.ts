import type { Piece } from './field-splitting.ts'
import type { Parameter, ParameterOperation, Word, WordPart } from './parser.ts'
import { matchesPattern, patternSource, removeMatch } from './pattern.ts'
import { ShellError, type ShellState } from './shell-state.ts'

/** What parameter expansion needs of the expander. */
export interface ParameterHost {
  readonly state: ShellState
  text(word: Word): Promise<string>
  pattern(word: Word): Promise<string>
  parts(parts: readonly WordPart[], quoted: boolean): Promise<Piece[]>
  arithmetic(text: string): Promise<bigint>
  special(name: string): string | undefined
  elementKey(name: string, subscript: string): string
  unset(name: string): ShellError
}

type Operation<Type extends ParameterOperation['type']> = Extract<ParameterOperation, { type: Type }>

const BASH_ONLY: ReadonlySet<ParameterOperation['type']> = new Set(['Substring', 'PatternReplacement', 'CaseModification', 'Transform', 'Indirection', 'ArrayKeys', 'VarNamePrefix'])

/** `$name`, `${name}` and all of `${name…}`. */
export async function expandParameter(host: ParameterHost, part: Parameter, quoted: boolean): Promise<Piece[]> {
  const { operation } = part
  if (operation && (operation.type === 'BadSubstitution' || operation.type === 'LengthSliceError')) throw badSubstitution(host, part)
  if (operation && !host.state.isBash && BASH_ONLY.has(operation.type) || (!host.state.isBash && part.parameter.includes('['))) throw badSubstitution(host, part)
  const list = listOf(host, part.parameter)
  if (operation?.type === 'ArrayKeys') return words(host, host.state.variables.elements(operation.array).map(([key]) => key), quoted, operation.star)
  if (operation?.type === 'VarNamePrefix') return words(host, host.state.variables.names().filter((name) => name.startsWith(operation.prefix)), quoted, operation.star)
  if (list) return expandList(host, part, list, quoted)
  const value = valueOf(host, part.parameter)
  if (!operation) {
    if (value === undefined && host.state.options.has('nounset') && !'@*!'.includes(part.parameter)) throw host.unset(part.parameter)
    return scalar(value ?? '', quoted)
  }
  return operate(host, part.parameter, operation, value, quoted)
}

async function operate(host: ParameterHost, name: string, operation: ParameterOperation, value: string | undefined, quoted: boolean): Promise<Piece[]> {
  switch (operation.type) {
    case 'DefaultValue': return missing(value, operation) ? host.parts(operation.word.parts, quoted).then(splittable) : scalar(value ?? '', quoted)
    case 'UseAlternative': return missing(value, operation) ? (quoted ? scalar('', true) : []) : host.parts(operation.word.parts, quoted).then(splittable)
    case 'AssignDefault': return scalar(missing(value, operation) ? await assignDefault(host, name, operation) : (value ?? ''), quoted)
    case 'ErrorIfUnset': {
      if (!missing(value, operation)) return scalar(value ?? '', quoted)
      const message = operation.word && operation.word.parts.length > 0 ? await host.text(operation.word) : host.state.isBash ? 'parameter null or not set' : 'parameter not set'
      throw new ShellError(`${name}: ${message}`, { status: host.state.isBash ? 127 : 2, fatal: true })
    }
    case 'Indirection': {
      const target = value ?? ''
      const inner = operation.innerOp
      return inner ? operate(host, target, inner, valueOf(host, target), quoted) : scalar(valueOf(host, target) ?? '', quoted)
    }
    default: break
  }
  if (value === undefined && host.state.options.has('nounset')) throw host.unset(name)
  return scalar(await transform(host, operation, value ?? ''), quoted)
}

async function transform(host: ParameterHost, operation: ParameterOperation, value: string): Promise<string> {
  switch (operation.type) {
    case 'Length': return String([...value].length)
    case 'Substring': return substring(host, operation, value)
    case 'PatternRemoval': return removeMatch(value, await host.pattern(operation.pattern), operation.side, operation.greedy)
    case 'PatternReplacement': return replace(host, operation, value)
    case 'CaseModification': return changeCase(host, operation, value)
    case 'Transform': return operation.operator === 'U' ? value.toUpperCase() : operation.operator === 'L' ? value.toLowerCase() : operation.operator === 'u' ? value.charAt(0).toUpperCase() + value.slice(1)
      : operation.operator === 'Q' ? `'${value.replaceAll("'", "'\\''")}'` : value
    default: return value
  }
}

async function expandList(host: ParameterHost, part: Parameter, list: { readonly values: readonly string[]; readonly star: boolean }, quoted: boolean): Promise<Piece[]> {
  const { operation } = part
  const { values, star } = list
  if (!operation) return words(host, values, quoted, star)
  if (operation.type === 'Length') return scalar(String(values.length), quoted)
  if (operation.type === 'DefaultValue') return values.length === 0 || (operation.checkEmpty && values.join('') === '') ? host.parts(operation.word.parts, quoted).then(splittable) : words(host, values, quoted, star)
  if (operation.type === 'UseAlternative') return values.length === 0 ? [] : host.parts(operation.word.parts, quoted).then(splittable)
  if (operation.type === 'Substring') {
    const positional = part.parameter === '@' || part.parameter === '*'
    const all = positional ? [host.state.name, ...values] : values
    const offset = Number(await host.arithmetic(operation.offset.originalText ?? '0'))
    const start = offset < 0 ? Math.max(0, all.length + offset) : offset
    const length = operation.length ? Number(await host.arithmetic(operation.length.originalText ?? '0')) : all.length
    return words(host, all.slice(start, start + length), quoted, star)
  }
  const changed: string[] = []
  for (const value of values) changed.push(await transform(host, operation, value))
  return words(host, changed, quoted, star)
}

function listOf(host: ParameterHost, name: string): { values: readonly string[]; star: boolean } | undefined {
  if (name === '@' || name === '*') return { values: host.state.positional, star: name === '*' }
  const array = /^(\w+)\[([@*])\]$/.exec(name)
  if (!array) return undefined
  if (array[1] === 'PIPESTATUS') return { values: host.state.pipeStatus.map(String), star: array[2] === '*' }
  return { values: host.state.variables.elements(array[1]!).map(([, value]) => value), star: array[2] === '*' }
}

/** Values of a list as separate fields (`@`) or joined by the first character of IFS (`"$*"`). */
function words(host: ParameterHost, values: readonly string[], quoted: boolean, star: boolean): Piece[] {
  if (quoted && star) return scalar(values.join((host.state.variables.find('IFS')?.value ?? ' ').charAt(0)), true)
  const pieces: Piece[] = []
  values.forEach((text, index) => {
    if (index > 0) pieces.push('break')
    pieces.push({ text, quoted, split: !quoted })
  })
  return quoted ? pieces : pieces.filter((piece) => piece === 'break' || piece.text !== '').flatMap((piece) => (piece === 'break' ? [{ text: ' ', quoted: false, split: true }] : [piece]))
}

function valueOf(host: ParameterHost, name: string): string | undefined {
  const element = /^(\w+)\[(.*)\]$/.exec(name)
  if (element?.[1] === 'PIPESTATUS') return host.state.pipeStatus[Number(element[2])]?.toString()
  if (element) return host.state.variables.find(element[1]!)?.elements?.get(host.elementKey(element[1]!, element[2]!)) ?? (element[2] === '0' ? host.state.variables.get(element[1]!) : undefined)
  return host.state.variables.get(name) ?? host.special(name)
}

async function assignDefault(host: ParameterHost, name: string, operation: Operation<'AssignDefault'>): Promise<string> {
  const text = await host.text(operation.word)
  host.state.variables.set(name, text)
  return text
}

async function substring(host: ParameterHost, operation: Operation<'Substring'>, value: string): Promise<string> {
  const offset = Number(await host.arithmetic(operation.offset.originalText ?? '0'))
  const start = offset < 0 ? value.length + offset : offset
  if (start < 0) return ''
  if (!operation.length) return value.slice(start)
  const length = Number(await host.arithmetic(operation.length.originalText ?? '0'))
  return length < 0 ? value.slice(start, value.length + length) : value.slice(start, start + length)
}

async function replace(host: ParameterHost, operation: Operation<'PatternReplacement'>, value: string): Promise<string> {
  const source = patternSource(await host.pattern(operation.pattern))
  if (source === '') return value
  const replacement = operation.replacement ? await host.text(operation.replacement) : ''
  const anchored = operation.anchor === 'start' ? `^(?:${source})` : operation.anchor === 'end' ? `(?:${source})$` : source
  return value.replace(new RegExp(anchored, operation.all ? 'g' : ''), () => replacement)
}

async function changeCase(host: ParameterHost, operation: Operation<'CaseModification'>, value: string): Promise<string> {
  const pattern = operation.pattern ? await host.pattern(operation.pattern) : '?'
  const change = (char: string): string => (!matchesPattern(char, pattern) ? char : operation.direction === 'upper' ? char.toUpperCase() : char.toLowerCase())
  return operation.all ? [...value].map(change).join('') : change(value.charAt(0)) + value.slice(1)
}

function badSubstitution(host: ParameterHost, part: Parameter): ShellError {
  const text = part.operation?.type === 'BadSubstitution' ? part.operation.text : part.parameter
  return host.state.isBash ? new ShellError(`\${${text}}: bad substitution`, { fatal: true }) : new ShellError('Bad substitution', { status: 2, fatal: true })
}

const missing = (value: string | undefined, operation: { readonly checkEmpty: boolean }): boolean => value === undefined || (operation.checkEmpty && value === '')
const scalar = (text: string, quoted: boolean): Piece[] => [{ text, quoted, split: !quoted }]
/** Unquoted text that came out of `${name-word}` is split like any other expansion. */
const splittable = (pieces: Piece[]): Piece[] => pieces.map((piece) => (piece === 'break' || piece.quoted ? piece : { ...piece, split: true }))
