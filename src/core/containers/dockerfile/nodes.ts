/** Lines of the source text, from 1, both included. */
export interface LineRange {
  readonly start: number
  readonly end: number
}

export interface Heredoc {
  /** The terminating word, quotes removed. */
  readonly name: string
  readonly content: string
  /** False when the word was quoted: variables in the content stay as they are. */
  readonly expand: boolean
  /** `<<-`: leading tabs of the content are dropped. */
  readonly chomp: boolean
  readonly fileDescriptor: number
}

/** One instruction as the line parser sees it: a keyword, flags and words, nothing checked against the keyword's grammar yet. */
export interface Node {
  /** As written. */
  readonly keyword: string
  readonly flags: readonly string[]
  readonly words: readonly string[]
  /** The words came from a JSON array. */
  readonly json: boolean
  /** The instruction after ONBUILD. */
  readonly child: Node | null
  /** The logical line: continuations joined, comments dropped. */
  readonly original: string
  readonly heredocs: readonly Heredoc[]
  /** Comment lines directly above. */
  readonly comments: readonly string[]
  readonly lines: LineRange
  /** First line on which an empty line continues it, null if none does. */
  readonly emptyContinuation: boolean
}

export interface Directive {
  readonly name: 'syntax' | 'escape' | 'check'
  readonly value: string
  readonly line: number
}

export interface ParsedFile {
  readonly nodes: readonly Node[]
  readonly escape: string
  readonly directives: readonly Directive[]
}

/** An error in the Dockerfile, in BuildKit's words. */
export class DockerfileError extends Error {
  override readonly name = 'DockerfileError'
  /** The lines it points at; BuildKit counts an error before the first line as line 0. */
  readonly lines: LineRange
  readonly phase: 'parse' | 'instruction'

  constructor(message: string, lines: LineRange, phase: 'parse' | 'instruction') {
    super(message)
    this.lines = lines
    this.phase = phase
  }
}
