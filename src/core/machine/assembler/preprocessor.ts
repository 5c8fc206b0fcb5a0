import { condition, type ConditionContext } from './conditions.ts'
import { defineBy, macroHeader } from './definitions.ts'
import { quoted, SingleExpansion, substitute } from './expand.ts'
import { Expressions, type Names } from './expression.ts'
import { lexSource } from './lexer.ts'
import { type MacroCall, MacroTable, type MultiMacro, type SingleMacro, splitArguments } from './macro.ts'
import { LIMITS, Problem, TooMuch } from './problem.ts'
import { isOp, textOf, type Token } from './token.ts'
import { isScalar } from './value.ts'

/** A line for the assembler. */
export interface ExpandedLine {
  readonly tokens: readonly Token[]
  /** Line of the program's source that it comes from. */
  readonly line: number
  /** 0 for the source itself, more inside macros and repetitions. */
  readonly depth: number
}

/** What the preprocessor asks of the assembler. */
export interface PreprocessorHost {
  readonly names: Names
  include(name: string): string | null
  report(severity: 'error' | 'warning', message: string, token: Token | undefined, line: number): void
  bits(): number
  isMnemonic(name: string): boolean
  spend(work: number): void
}

interface Source {
  readonly lines: readonly (readonly Token[])[]
  at: number
  readonly kind: 'file' | 'macro' | 'rep'
  readonly name: string
  readonly call: MacroCall | null
  /** Further rounds of a repetition. */
  rounds: number
  /** Open conditions outside it. */
  readonly conditions: number
}

interface Collecting {
  readonly kind: 'macro' | 'rep'
  readonly token: Token
  readonly macro: MultiMacro | null
  readonly caseless: boolean
  readonly body: Token[][]
  readonly rounds: number
  readonly call: MacroCall | null
  nested: number
}

/** One `%if`: `done`: a branch was taken already, `live`: lines of this branch count. */
interface Condition { live: boolean; done: boolean; sawElse: boolean; readonly outer: boolean; readonly token: Token }

const DIRECTIVE = /^%[A-Za-z]\w*$/
const MACRO_START = /^%[ir]?macro$/
const MACRO_END = /^%endm(?:acro)?$/

/** NASM's preprocessor: lines in, lines out, macros expanded, in the order in which the assembler asks for them. */
export class Preprocessor implements ConditionContext {
  readonly singles = new MacroTable<SingleMacro>()
  readonly macros = new MacroTable<MultiMacro>()
  readonly expansion: SingleExpansion
  readonly #host: PreprocessorHost
  readonly #sources: Source[] = []
  readonly #conditions: Condition[] = []
  readonly #contexts: { name: string; readonly prefix: string }[] = []
  #collecting: Collecting | null = null
  #ids = 0
  #main = 0

  constructor(lines: readonly (readonly Token[])[], name: string, library: Preprocessor | null, host: PreprocessorHost) {
    this.#host = host
    this.expansion = new SingleExpansion(this.singles, (special, at) => this.#special(special, at))
    this.#push({ lines, name, kind: 'file', call: null, rounds: 0 })
    if (library) {
      this.singles.copyFrom(library.singles)
      this.macros.copyFrom(library.macros)
    }
  }

  /** The next line for the assembler; null: the end. Problems are reported, never thrown; only `TooMuch` is. */
  next(): ExpandedLine | null {
    for (;;) {
      const source = this.#sources.at(-1)
      if (!source) return null
      if (source.at >= source.lines.length) {
        this.#end(source)
        continue
      }
      const raw = source.lines[source.at++]!
      if (this.#sources.length === 1) this.#main = source.at
      this.#host.spend(raw.length + 1)
      try {
        const line = this.#line(raw, source)
        if (line) return { tokens: line, line: this.#main, depth: this.#sources.length - 1 }
      } catch (error) {
        if (!(error instanceof Problem)) throw error
        this.#host.report('error', error.message, error.token, this.#main)
      }
    }
  }

  #push(source: Omit<Source, 'at' | 'conditions'>): void {
    if (this.#sources.length > LIMITS.depth) throw new TooMuch('macros, repetitions and files are nested too deeply')
    this.#sources.push({ ...source, at: 0, conditions: this.#conditions.length })
  }

  #end(source: Source): void {
    if (source.rounds > 0) {
      source.rounds--
      source.at = 0
      return
    }
    this.#sources.pop()
    const open = this.#conditions.splice(source.conditions)
    const unfinished = this.#sources.length === 0 ? this.#collecting : null
    if (open[0]) this.#host.report('error', 'expected `%endif\' before end of file', open[0].token, open[0].token.line || this.#main)
    if (unfinished) this.#host.report('error', `expected \`%end${unfinished.kind}' before end of file`, unfinished.token, unfinished.token.line || this.#main)
  }

  get #live(): boolean {
    return this.#conditions.at(-1)?.live ?? true
  }

  #line(raw: readonly Token[], source: Source): Token[] | null {
    const first = raw[0]
    const directive = first?.kind === 'pp' && DIRECTIVE.test(first.text) ? first.text.toLowerCase() : null
    if (this.#collecting) return this.#collect(raw, directive, this.#collecting)
    if (directive && !this.#isCondition(directive) && !this.#live) return null
    if (!directive && !this.#live) return null
    const tokens = substitute(raw, source.call, (depth, at) => this.#contextPrefix(depth, at))
    if (directive) {
      this.#directive(first!, directive.slice(1), tokens.slice(1), source)
      return null
    }
    const expanded = this.expansion.expand(tokens)
    return this.#callMacro(expanded) ? null : expanded
  }

  #collect(raw: readonly Token[], directive: string | null, into: Collecting): null {
    const [starts, ends] = into.kind === 'macro' ? [MACRO_START, MACRO_END] : [/^%rep$/, /^%endrep$/]
    if (directive && starts.test(directive)) into.nested++
    if (!directive || !ends.test(directive) || into.nested-- > 0) {
      into.body.push([...raw])
      return null
    }
    this.#collecting = null
    if (into.macro) {
      const { least, most, name } = into.macro
      this.macros.set(name, into.macro, into.caseless, (other) => other.least === least && other.most === most)
    } else if (into.rounds > 0) this.#push({ lines: into.body, kind: 'rep', name: '%rep', call: into.call, rounds: into.rounds - 1 })
    return null
  }

  #isCondition(directive: string): boolean {
    return /^%(?:if|elif|else$|endif$)/.test(directive)
  }

  #directive(token: Token, name: string, tokens: readonly Token[], source: Source): void {
    if (this.#isCondition(token.text.toLowerCase())) this.#condition(token, name, tokens, source)
    else if (defineBy(name, tokens, this)) return
    else if (MACRO_START.test(`%${name}`)) {
      const body: Token[][] = []
      this.#collecting = { kind: 'macro', token, macro: null, caseless: name === 'imacro', body, rounds: 0, call: null, nested: 0 }
      this.#collecting = { ...this.#collecting, macro: macroHeader(this.expansion.expand(tokens.slice(0, 1)).length === 0 ? tokens : [tokens[0]!, ...this.expansion.expand(tokens.slice(1))], body) }
    } else if (name === 'rep') this.#repeat(token, tokens, source)
    else if (name === 'exitrep') this.#exitRepeat(token)
    else if (name === 'error' || name === 'fatal' || name === 'warning') this.#message(token, name, tokens)
    else if (name === 'include') this.#include(token, tokens)
    else if (name === 'rotate') this.#rotate(token, tokens, source)
    else if (name === 'unmacro') this.macros.delete(tokens[0]?.text ?? '')
    else if (name === 'push' || name === 'pop' || name === 'repl') this.#context(token, name, tokens)
    else if (MACRO_END.test(`%${name}`) || name === 'endrep') throw new Problem(`\`%${name}': not defining a ${name === 'endrep' ? 'repetition' : 'macro'}`, token)
    else if (name !== 'pragma' && name !== 'line' && name !== 'depend') throw new Problem(`unknown preprocessor directive \`${token.text}'`, token)
  }

  #condition(token: Token, name: string, tokens: readonly Token[], source: Source): void {
    const top = this.#conditions.length > source.conditions ? this.#conditions.at(-1) : undefined
    if (name.startsWith('if')) {
      const outer = this.#live
      const entry: Condition = { live: false, done: false, sawElse: false, outer, token }
      this.#conditions.push(entry)
      if (outer) entry.live = entry.done = this.#test(token, name.slice(2), tokens)
    } else if (!top) throw new Problem(`\`%${name}': no matching \`%if'`, token)
    else if (name === 'endif') this.#conditions.pop()
    else if (top.sawElse) throw new Problem(`\`%${name}' after \`%else'`, token)
    else if (name === 'else') {
      top.sawElse = true
      top.live = top.outer && !top.done
    } else {
      const wanted = top.outer && !top.done
      top.live = false
      if (wanted) top.live = top.done = this.#test(token, name.slice(4), tokens)
    }
  }

  #test(token: Token, kind: string, tokens: readonly Token[]): boolean {
    const result = condition(kind, tokens, this)
    if (result === undefined) throw new Problem(`unknown preprocessor directive \`${token.text}'`, token)
    return result
  }

  #repeat(token: Token, tokens: readonly Token[], source: Source): void {
    // Collected even where the count is wrong: the body must not be read as if it stood outside.
    const collect = (rounds: number): void => {
      this.#collecting = { kind: 'rep', token, macro: null, caseless: false, body: [], rounds, call: source.call, nested: 0 }
    }
    collect(0)
    const count = this.number(tokens.filter(({ text }, n) => !(text === '.nolist' && n === tokens.length - 1)), '%rep')
    if (count > BigInt(LIMITS.repetitions)) throw new Problem(`\`%rep' count ${count} exceeds limit (currently ${LIMITS.repetitions})`, token)
    collect(Math.max(0, Number(count)))
  }

  #exitRepeat(token: Token): void {
    const at = this.#sources.findLastIndex(({ kind }) => kind === 'rep')
    if (at < 0) throw new Problem("`%exitrep' not within `%rep'", token)
    const { conditions } = this.#sources[at]!
    this.#sources.splice(at)
    this.#conditions.splice(conditions)
  }

  #message(token: Token, name: string, tokens: readonly Token[]): void {
    const expanded = this.expansion.expand(tokens)
    const text = expanded.length === 1 && expanded[0]!.kind === 'string' ? expanded[0]!.text.slice(1, -1) : textOf(tokens)
    this.#host.report(name === 'warning' ? 'warning' : 'error', text, token, this.#main)
    if (name === 'fatal') this.#sources.splice(0)
  }

  #include(token: Token, tokens: readonly Token[]): void {
    const [file] = this.expansion.expand(tokens)
    if (file?.kind !== 'string') throw new Problem("`%include' expects a file name", file ?? token)
    const name = file.text.slice(1, -1)
    const text = this.#host.include(name)
    if (text === null) throw new Problem(`unable to open include file \`${name}'`, file)
    const lines = lexSource(text.slice(0, LIMITS.source)).map((line) => line.map((part) => ({ ...part, line: 0 })))
    this.#push({ lines, kind: 'file', name, call: null, rounds: 0 })
  }

  #rotate(token: Token, tokens: readonly Token[], { call }: Source): void {
    if (!call) throw new Problem("`%rotate' invoked outside a macro call", token)
    const length = call.parameters.length
    if (length === 0) throw new Problem("`%rotate' invoked within macro without parameters", token)
    const by = ((Number(this.number(tokens, '%rotate') % BigInt(length)) % length) + length) % length
    call.parameters = [...call.parameters.slice(by), ...call.parameters.slice(0, by)]
  }

  #context(token: Token, name: string, tokens: readonly Token[]): void {
    if (name === 'push') {
      if (this.#contexts.length > LIMITS.depth * 10) throw new Problem('contexts are nested too deeply', token)
      this.#contexts.push({ name: tokens[0]?.text ?? '', prefix: `..@${++this.#ids}.` })
    } else {
      const top = this.#contexts.at(-1)
      if (!top) throw new Problem(`\`%${name}': context stack is empty`, token)
      if (name === 'repl') top.name = tokens[0]?.text ?? ''
      else if (tokens[0] && tokens[0].text !== top.name) throw new Problem(`\`%pop' in wrong context: ${top.name}, expected ${tokens[0].text}`, tokens[0])
      else this.#contexts.pop()
    }
  }

  #contextPrefix(depth: number, at: Token): string {
    const context = this.#contexts.at(-depth)
    if (!context) throw new Problem(`\`${at.text}': context stack is empty`, at)
    return context.prefix
  }

  context(): string | null {
    return this.#contexts.at(-1)?.name ?? null
  }

  expand(tokens: readonly Token[]): Token[] {
    return this.expansion.expand(tokens)
  }

  number(tokens: readonly Token[], directive: string): bigint {
    const expanded = this.expansion.expand(tokens)
    const reader = new Expressions(expanded, 0, this.#host.names)
    if (expanded.length === 0) throw new Problem(`\`${directive}' expects an expression`, tokens[0])
    const value = reader.read()
    if (reader.next) throw new Problem('trailing garbage after expression ignored', reader.next)
    if (!isScalar(value)) throw new Problem(`non-constant value given to \`${directive}'`, tokens[0])
    return value.n
  }

  special(name: string): boolean {
    return this.#special(name, { kind: 'id', text: name, space: false, line: 0, column: 1 }) !== null
  }

  #special(name: string, at: Token): readonly Token[] | null {
    const plain = /^__\??([A-Z]+)\??__$/.exec(name)?.[1]
    if (plain === undefined) return null
    if (plain === 'LINE') return [{ ...at, kind: 'number', text: String(this.#main) }]
    if (plain === 'FILE') return [quoted(this.#sources.findLast(({ kind }) => kind === 'file')?.name ?? '', at)]
    return plain === 'BITS' ? [{ ...at, kind: 'number', text: String(this.#host.bits()) }] : null
  }

  /** Starts a multi-line macro if the line calls one. */
  #callMacro(tokens: readonly Token[]): boolean {
    const [first, second, third] = tokens
    if (first?.kind !== 'id') return false
    const at = this.macros.all(first.text).length > 0 ? 0 : isOp(second, ':') ? 2 : 1
    const name = at === 0 ? first : at === 1 ? second : third
    if (at > 0 && this.#host.isMnemonic(first.text)) return false
    const all = name?.kind === 'id' ? this.macros.all(name.text) : []
    if (all.length === 0) return false
    const rest = tokens.slice(at + 1)
    const count = splitArguments(rest, Infinity, false).length
    const macro = all.findLast(({ least, most, greedy }) => count >= least && (count <= most || greedy))
    if (!macro) {
      this.#host.report('warning', `multi-line macro \`${name!.text}' exists, but not taking ${count} parameter${count === 1 ? '' : 's'}`, name, this.#main)
      return false
    }
    const parameters = splitArguments(rest, macro.greedy ? macro.most : Infinity, false)
    while (parameters.length < macro.most && macro.defaults[parameters.length - macro.least]) parameters.push([...macro.defaults[parameters.length - macro.least]!])
    const label = tokens.slice(0, at)
    const call: MacroCall = { macro, parameters, id: ++this.#ids, label: label.slice(0, 1) }
    this.#push({ lines: macro.body, kind: 'macro', name: macro.name, call, rounds: 0 })
    // Without %00 in its body the label stands in front of the macro.
    if (at > 0 && !macro.body.some((line) => line.some(({ text }) => text === '%00'))) this.#push({ lines: [[first, { ...first, kind: 'op', text: ':' }]], kind: 'macro', name: macro.name, call, rounds: 0 })
    return true
  }
}

