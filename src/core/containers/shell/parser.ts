import { parse } from 'just-bash'

/** A parsed script. The node types are just-bash's, derived from its parser so that no other part of it is named here. */
export type Script = ReturnType<typeof parse>
export type Statement = Script['statements'][number]
export type Pipeline = Statement['pipelines'][number]
export type Command = Pipeline['commands'][number]
type Node<Type extends Command['type']> = Extract<Command, { type: Type }>
export type SimpleCommand = Node<'SimpleCommand'>
export type FunctionDefinition = Node<'FunctionDef'>
export type CompoundCommand = FunctionDefinition['body']
export type Compound<Type extends CompoundCommand['type']> = Extract<CompoundCommand, { type: Type }>
export type Redirection = SimpleCommand['redirections'][number]
export type Assignment = SimpleCommand['assignments'][number]
export type Word = NonNullable<SimpleCommand['name']>
export type WordPart = Word['parts'][number]
export type Parameter = Extract<WordPart, { type: 'ParameterExpansion' }>
export type ParameterOperation = NonNullable<Parameter['operation']>
export type BraceItem = Extract<WordPart, { type: 'BraceExpansion' }>['items'][number]
export type Condition = Compound<'ConditionalCommand'>['expression']

/** The text cannot be a script: what is wrong, in the parser's words, and on which line. */
export class ShellSyntaxError extends Error {
  override readonly name = 'ShellSyntaxError'
  readonly line: number
  /** The token that was not expected; undefined at the end of the input. */
  readonly token: string | undefined

  constructor(message: string, line: number) {
    super(message)
    this.line = line
    this.token = /unexpected token `([^']*)'/.exec(message)?.[1]
  }
}

/**
 * The parser never ends on an arithmetic expression with a dollar sign that names nothing, or with one at all when its end is missing.
 * Throws the error that a shell has there. Single quotes and escapes are skipped; other quoting is not looked at.
 */
function refuseEndlessArithmetic(text: string): void {
  const plain = text.replace(/\\[^]|'[^']*'/g, (skipped) => ' '.repeat(skipped.length))
  for (let from = plain.indexOf('$(('); from >= 0; from = plain.indexOf('$((', from + 3)) {
    let at = from + 3
    for (let depth = 2; at < plain.length && depth > 0; at++) depth += plain[at] === '(' ? 1 : plain[at] === ')' ? -1 : 0
    const inner = plain.slice(from + 3, at)
    const closed = inner.endsWith('))')
    if (closed ? /\$(?![\w{(@*#?!$"-])/.test(inner) : /[$"]/.test(inner)) {
      const line = plain.slice(0, from).split('\n').length
      throw new Error(`Parse error at ${line}:1: ${closed ? 'arithmetic expression: expecting primary' : "unexpected EOF while looking for matching `)'"}`)
    }
  }
}

function parseSafely(text: string): Script {
  refuseEndlessArithmetic(text)
  return parse(text)
}

/** Parses a shell script. Throws `ShellSyntaxError`. */
export function parseScript(text: string): Script {
  try {
    return parseSafely(text)
  } catch (error) {
    const message = error instanceof Error ? error.message : 'syntax error'
    const place = /Parse error at (\d+):\d+: (.*)/s.exec(message)
    throw new ShellSyntaxError(place?.[2] ?? message, Number(place?.[1] ?? 1))
  }
}

/** True when more lines could make the text whole: an open quote, an unfinished `if` or here-document. */
export function isIncomplete(text: string): boolean {
  try {
    const script = parseSafely(text)
    return /<<-?\s*['"\\]?(\w+)/.test(text) && !endsHereDocuments(text) || script.statements.some((statement) => statement.deferredError?.token === '')
  } catch (error) {
    return error instanceof Error && /end of file|unterminated|unexpected EOF|expected|EOF|`newline'|token `'/i.test(error.message) && !/unexpected token `[^']+'/.test(error.message)
  }
}

function endsHereDocuments(text: string): boolean {
  const delimiters = [...text.matchAll(/<<-?\s*['"\\]?(\w+)/g)].map((match) => match[1]!)
  const lines = text.split('\n').map((line) => line.replace(/^\t+/, ''))
  return delimiters.every((delimiter) => lines.includes(delimiter))
}
