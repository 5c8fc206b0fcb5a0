import { heredocsOfLine } from './heredoc.ts'
import { parseLine } from './line.ts'
import { DockerfileError, type Directive, type Heredoc, type Node, type ParsedFile } from './nodes.ts'

const MAX_LINE = 65535
const DIRECTIVE = /^#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$/

/**
 * Text to nodes, as BuildKit's line parser does it: directives, comments, continuation lines, heredocs.
 * Throws a DockerfileError for the first thing that cannot be read.
 */
export function parseDockerfile(text: string): ParsedFile {
  return new FileParser(text).run()
}

const isComment = (line: string): boolean => /^\s*#/.test(line)

class FileParser {
  private readonly lines: readonly string[]
  /** How many lines were read; the number of the latest one. */
  private current = 0
  private escape = '\\'
  private directivesOver = false
  private readonly directives: Directive[] = []
  private readonly nodes: Node[] = []

  constructor(text: string) {
    const lines = text.replace(/^\uFEFF/, '').split('\n')
    if (lines.at(-1) === '') lines.pop()
    this.lines = lines
  }

  run(): ParsedFile {
    let comments: string[] = []
    while (this.current < this.lines.length) {
      const raw = this.peek()
      const isDirective = this.directive(raw.trimStart())
      if (isComment(raw)) {
        if (isDirective) comments = []
        else comments.push(raw.trim().slice(1).trim())
        this.current++
        continue
      }
      if (raw.trim() === '') {
        comments = []
        this.current++
        continue
      }
      this.instruction(comments)
      comments = []
    }
    if (this.nodes.length === 0) throw this.error('file with no instructions', this.current)
    return { nodes: this.nodes, escape: this.escape, directives: this.directives }
  }

  private instruction(comments: readonly string[]): void {
    const start = this.current + 1
    const { line, emptyContinuation } = this.logicalLine()
    let node: Omit<Node, 'lines' | 'heredocs' | 'comments' | 'emptyContinuation'>
    try {
      node = parseLine(line, this.escape)
    } catch (error) {
      throw this.error(error instanceof Error ? error.message : String(error), start, this.current)
    }
    const heredocs = canHoldHeredoc(node) && line.includes('<<') ? this.heredocs(line, start) : []
    const lines = { start, end: this.current }
    const child = node.child && { ...node.child, lines, heredocs }
    this.nodes.push({ ...node, child, heredocs, comments, emptyContinuation, lines })
  }

  private logicalLine(): { line: string; emptyContinuation: boolean } {
    let { text: line, ends } = this.withoutContinuation(this.take().trimStart())
    let emptyContinuation = false
    while (!ends && this.current < this.lines.length) {
      const raw = this.take()
      if (isComment(raw)) continue
      if (raw.trim() === '') {
        emptyContinuation = true
        continue
      }
      const more = this.withoutContinuation(raw)
      line += more.text
      ends = more.ends
    }
    return { line, emptyContinuation }
  }

  private heredocs(line: string, start: number): Heredoc[] {
    let opened: Heredoc[]
    try {
      opened = heredocsOfLine(line)
    } catch (error) {
      throw this.error(error instanceof Error ? error.message : String(error), start, this.current)
    }
    return opened.map((heredoc) => {
      let content = ''
      while (this.current < this.lines.length) {
        const raw = this.lines[this.current++]!
        const ending = raw.replace(/\r$/, '')
        if ((heredoc.chomp ? ending.replace(/^\t+/, '') : ending) === heredoc.name) return { ...heredoc, content }
        content += `${raw}\n`
      }
      throw this.error('unterminated heredoc', start, this.current)
    })
  }

  private directive(line: string): boolean {
    if (this.directivesOver) return false
    const match = DIRECTIVE.exec(line.replace(/\r$/, ''))
    if (!match) {
      this.directivesOver = true
      return false
    }
    const name = match[1]!.toLowerCase()
    const value = match[2]!
    if (name !== 'syntax' && name !== 'escape' && name !== 'check') return false
    if (this.directives.some((directive) => directive.name === name)) {
      throw this.error(`only one ${name} parser directive can be used`, this.current)
    }
    if (name === 'escape') {
      if (value !== '`' && value !== '\\') throw this.error(`invalid escape token '${value}' does not match \` or \\`, this.current)
      this.escape = value
    }
    this.directives.push({ name, value, line: this.current + 1 })
    return true
  }

  private withoutContinuation(line: string): { text: string; ends: boolean } {
    const escape = this.escape === '\\' ? '\\\\' : '`'
    const match = new RegExp(`(?:^|[^${escape}])(${escape}[ \\t]*)$`).exec(line)
    return match ? { text: line.slice(0, line.length - match[1]!.length), ends: false } : { text: line, ends: true }
  }

  private peek(): string {
    const line = this.lines[this.current]!
    if (line.length > MAX_LINE) throw this.error(`dockerfile line greater than max allowed size of ${MAX_LINE}`, this.current)
    return line.replace(/\r$/, '')
  }

  private take(): string {
    const line = this.peek()
    this.current++
    return line
  }

  private error(message: string, start: number, end = start): DockerfileError {
    return new DockerfileError(message, { start, end }, 'parse')
  }
}

function canHoldHeredoc(node: Pick<Node, 'keyword' | 'json' | 'child'>): boolean {
  const inner = node.keyword.toLowerCase() === 'onbuild' && node.child ? node.child : node
  return ['add', 'copy', 'run'].includes(inner.keyword.toLowerCase()) && !inner.json
}
