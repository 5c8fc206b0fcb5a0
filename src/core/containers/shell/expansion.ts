import { FileError } from '../filesystem/file-system.ts'
import { ArithmeticError, evaluateArithmetic } from './arithmetic.ts'
import { expandBraces } from './braces.ts'
import { expandPath } from './glob.ts'
import { expandParameter, type ParameterHost } from './parameters.ts'
import { parseScript, ShellSyntaxError, type Script, type Word, type WordPart } from './parser.ts'
import { escapePattern, hasMagic } from './pattern.ts'
import { ShellError, type ShellState } from './shell-state.ts'
import { splitFields, type Piece } from './field-splitting.ts'

/** Runs a script in a subshell and gives back what it printed (`output`) or a path to its stream. */
export interface SubstitutionRunner {
  output(script: Script): Promise<string>
  /** `<(…)` and `>(…)`: a path that stands for the other end. */
  stream(script: Script, direction: 'input' | 'output'): Promise<string>
}

/** Turns words into what commands get: the expansions of POSIX 2.6, in their order. */
export class Expander implements ParameterHost {
  readonly state: ShellState
  private readonly runner: SubstitutionRunner

  constructor(state: ShellState, runner: SubstitutionRunner) {
    this.state = state
    this.runner = runner
  }

  /** A command's words: braces, all expansions, field splitting, path names, quote removal. */
  async words(words: readonly Word[]): Promise<string[]> {
    const result: string[] = []
    for (const word of words) {
      for (const plain of this.state.isBash ? expandBraces(word) : [word]) result.push(...(await this.fields(plain)))
    }
    return result
  }

  /** One text without splitting or path names: assignments, here-documents, `case` words. */
  async text(word: Word): Promise<string> {
    const pieces = await this.parts(word.parts, false)
    return pieces.map((piece) => (piece === 'break' ? ' ' : piece.text)).join('')
  }

  /** A pattern, in which quoted characters stand for themselves. */
  async pattern(word: Word): Promise<string> {
    const pieces = await this.parts(word.parts, false)
    return pieces.map((piece) => (piece === 'break' ? ' ' : piece.quoted ? escapePattern(piece.text) : piece.text)).join('')
  }

  async arithmetic(text: string): Promise<bigint> {
    const source = /[$`"']/.test(text) ? await this.quotedText(text.replace(/"/g, '')) : text
    const { variables } = this.state
    try {
      return evaluateArithmetic(source, {
        get: (name) => this.lookupForArithmetic(name),
        set: (name, value) => {
          const element = /^(\w+)\[(.*)\]$/.exec(name)
          if (element) variables.setElement(element[1]!, this.elementKey(element[1]!, element[2]!), value)
          else variables.set(name, value)
        },
      })
    } catch (error) {
      if (!(error instanceof ArithmeticError)) throw error
      const dash = error.message === 'division by 0' ? 'division by zero' : error.message
      throw new ShellError(this.state.isBash ? `${text.trim()}: ${error.message}` : `arithmetic expression: ${dash}: "${text}"`, { status: this.state.isBash ? 1 : 2, fatal: true })
    }
  }

  /** Expands raw text as if it stood in double quotes (prompts, arithmetic). */
  async quotedText(text: string): Promise<string> {
    const escaped = text.replace(/"/g, '\\"')
    try {
      const command = parseScript(`: "${escaped}"`).statements[0]?.pipelines[0]?.commands[0]
      const word = command?.type === 'SimpleCommand' ? command.args[0] : undefined
      return word ? await this.text(word) : text
    } catch (error) {
      if (error instanceof ShellSyntaxError) return text
      throw error
    }
  }

  elementKey(name: string, subscript: string): string {
    const { variables } = this.state
    const bare = subscript.replace(/^(["'])(.*)\1$/, '$2').replace(/\$\{?(\w+)\}?/g, (_, variable: string) => variables.get(variable) ?? '')
    if (variables.find(name)?.associative) return bare
    const index = evaluateArithmetic(bare, { get: (variable) => variables.get(variable) ?? '0', set: (variable, value) => variables.set(variable, value) })
    const last = Number(variables.elements(name).at(-1)?.[0] ?? -1)
    return String(index < 0n ? last + 1 + Number(index) : index)
  }

  private lookupForArithmetic(name: string): string {
    const { variables } = this.state
    const element = /^(\w+)\[(.*)\]$/.exec(name)
    if (element) return variables.find(element[1]!)?.elements?.get(this.elementKey(element[1]!, element[2]!)) ?? '0'
    if (/^(RANDOM|SECONDS|LINENO|PPID|UID)$/.test(name) && variables.get(name) === undefined) return this.special(name) ?? '0'
    const value = variables.get(name)
    if (value === undefined && this.state.options.has('nounset')) throw this.unset(name)
    return value?.trim() ? value : '0'
  }

  private async fields(word: Word): Promise<string[]> {
    const pieces = await this.parts(word.parts, false)
    const fields = splitFields(pieces, this.state.variables.find('IFS')?.value ?? ' \t\n')
    const result: string[] = []
    for (const field of fields) {
      if (this.state.options.has('noglob') || !hasMagic(field.pattern)) result.push(field.text)
      else result.push(...(await this.pathNames(field.pattern, field.text)))
    }
    return result
  }

  private async pathNames(pattern: string, text: string): Promise<string[]> {
    await this.state.context.use(20_000)
    try {
      const found = expandPath(this.state.context.files, pattern)
      return found.length > 0 ? found : [text]
    } catch (error) {
      if (error instanceof FileError) return [text]
      throw error
    }
  }

  /** Expands parts; `quoted` inside double quotes. */
  async parts(parts: readonly WordPart[], quoted: boolean): Promise<Piece[]> {
    const pieces: Piece[] = []
    for (const part of parts) pieces.push(...(await this.part(part, quoted)))
    return pieces
  }

  private async part(part: WordPart, quoted: boolean): Promise<Piece[]> {
    const result = (text: string): Piece[] => [{ text, quoted, split: !quoted }]
    switch (part.type) {
      case 'Literal': return [{ text: part.value, quoted, split: false }]
      case 'Glob': return [{ text: part.pattern, quoted, split: false }]
      case 'Escaped':
      case 'SingleQuoted': return [{ text: part.value, quoted: true, split: false }]
      case 'DoubleQuoted': {
        const inner = await this.parts(part.parts, true)
        const onlyPositional = inner.length === 0 && part.parts.some((child) => child.type === 'ParameterExpansion' && /(^|\[)@\]?$/.test(child.parameter))
        return onlyPositional ? [] : [{ text: '', quoted: true, split: false }, ...inner]
      }
      case 'ParameterExpansion': return expandParameter(this, part, quoted)
      case 'CommandSubstitution': return result((await this.runner.output(part.body)).replace(/\n+$/, ''))
      case 'ArithmeticExpansion': return result(String(await this.arithmetic(part.expression.originalText ?? '')))
      case 'ProcessSubstitution': return [{ text: await this.runner.stream(part.body, part.direction), quoted: true, split: false }]
      case 'TildeExpansion': return [{ text: this.home(part.user), quoted: true, split: false }]
      case 'BraceExpansion': return this.literalBraces(part, quoted)
    }
  }

  /** dash knows no brace expansion: the text stays as written. */
  private async literalBraces(part: Extract<WordPart, { type: 'BraceExpansion' }>, quoted: boolean): Promise<Piece[]> {
    const items: string[] = []
    for (const item of part.items) {
      if (item.type === 'Word') items.push(await this.text(item.word))
      else items.push(`${item.startStr ?? item.start}..${item.endStr ?? item.end}${item.step === undefined ? '' : `..${item.step}`}`)
    }
    return [{ text: `{${items.join(',')}}`, quoted, split: false }]
  }

  /** Special parameters and variables the shell computes; undefined when it is none of them. */
  special(name: string): string | undefined {
    const { state } = this
    switch (name) {
      case '?': return String(state.status)
      case '$': return String(state.shellPid)
      case '!': return state.lastBackground === 0 ? '' : String(state.lastBackground)
      case '#': return String(state.positional.length)
      case '0': return state.name
      case '-': return this.optionLetters()
      case 'LINENO': return String(state.line)
      case 'PPID': return String(state.context.parentPid)
      default: break
    }
    if (/^[1-9]\d*$/.test(name)) return state.positional[Number(name) - 1]
    if (!state.isBash) return undefined
    switch (name) {
      case 'RANDOM': return String(state.context.kernel.random.below(32_768))
      case 'SECONDS': return String(Math.floor((state.context.kernel.simulation.now - state.startedAt) / 1e9))
      case 'UID': case 'EUID': return String(state.context.uid)
      case 'HOSTNAME': return state.context.hostname
      case 'BASHPID': return String(state.context.pid)
      case 'BASH_VERSION': return '5.2.15(1)-release'
      case 'HOSTTYPE': return 'x86_64'
      case 'OSTYPE': return 'linux-gnu'
      case 'BASH': return '/bin/bash'
      default: return undefined
    }
  }

  unset(name: string): ShellError {
    return this.state.isBash ? new ShellError(`${/^\d+$/.test(name) ? `$${name}` : name}: unbound variable`, { status: 127, fatal: true }) : new ShellError(`${name}: parameter not set`, { status: 2, fatal: true })
  }

  private optionLetters(): string {
    const letters = { errexit: 'e', nounset: 'u', xtrace: 'x', noglob: 'f', noclobber: 'C', allexport: 'a' } as const
    const set = [...this.state.options].map((option) => (option in letters ? letters[option as keyof typeof letters] : '')).sort().join('')
    return `${set}${this.state.isBash ? 'hB' : ''}${this.state.interactive ? 'i' : ''}`
  }

  private home(user: string | null): string {
    const { variables, context } = this.state
    if (user === null) return variables.get('HOME') ?? '/'
    if (user === '+') return variables.get('PWD') ?? context.cwd
    if (user === '-') return variables.get('OLDPWD') ?? '~-'
    const entry = context.files.exists('/etc/passwd') ? context.files.text('/etc/passwd').split('\n').find((line) => line.startsWith(`${user}:`)) : undefined
    return entry?.split(':')[5] ?? `~${user}`
  }
}
