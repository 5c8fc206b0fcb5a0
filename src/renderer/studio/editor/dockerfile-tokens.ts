/** What a piece of a Dockerfile is; the editor's theme gives each its colour. */
export type TokenKind = '' | 'keyword' | 'comment' | 'string' | 'number' | 'variable' | 'type' | 'invalid'

export interface LineToken {
  readonly start: number
  readonly kind: TokenKind
}

/** What goes over from one line to the next. */
export interface LineState {
  /** The instruction that the previous line left open with a backslash, in capitals. */
  readonly instruction: string | null
  /** Words that end the here-documents opened and not yet closed, in order. */
  readonly heredocs: readonly string[]
}

export const START: LineState = { instruction: null, heredocs: [] }

const KEYWORDS = new Set([
  'ADD', 'ARG', 'CMD', 'COPY', 'ENTRYPOINT', 'ENV', 'EXPOSE', 'FROM', 'HEALTHCHECK', 'LABEL', 'MAINTAINER', 'ONBUILD', 'RUN', 'SHELL',
  'STOPSIGNAL', 'USER', 'VOLUME', 'WORKDIR',
])

interface Rule {
  readonly pattern: RegExp
  readonly kind: TokenKind
}

const rule = (pattern: RegExp, kind: TokenKind): Rule => ({ pattern, kind })
const VARIABLE = rule(/\$(?:\w+|\{[^}]*\}?)/y, 'variable')
const STRINGS = [rule(/"(?:[^"\\]|\\.)*"?/y, 'string'), rule(/'[^']*'?/y, 'string')]
const SPACE = rule(/\s+/y, '')
const OTHER = rule(/[^\s"'$=]+|./y, '')

/** Rules for what follows the keyword; the first that matches at a place wins. */
const FROM_RULES = [SPACE, rule(/--[\w-]+/y, 'number'), VARIABLE, rule(/AS(?=\s)/iy, 'keyword'), rule(/[^\s$\\]+/y, 'string'), OTHER]
const PAIR_RULES = [SPACE, ...STRINGS, VARIABLE, rule(/[\w.-]+(?==)/y, 'type'), rule(/(?<==)[^\s"'$\\]+|\/[^\s"'$\\]*/y, 'string'), OTHER]
const REST_RULES = [SPACE, ...STRINGS, VARIABLE, rule(/(?<=\s)--?[A-Za-z][\w-]*/y, 'number'), rule(/[a-z]+:[\w./-]*[\w/]/y, 'string'), OTHER]

function rulesFor(instruction: string): readonly Rule[] {
  if (instruction === 'FROM') return FROM_RULES
  return instruction === 'ENV' || instruction === 'ARG' || instruction === 'LABEL' ? PAIR_RULES : REST_RULES
}

function scan(line: string, from: number, rules: readonly Rule[], tokens: LineToken[]): void {
  let at = from
  while (at < line.length) {
    let next = at + 1
    let kind: TokenKind = ''
    for (const { pattern, kind: found } of rules) {
      pattern.lastIndex = at
      const match = pattern.exec(line)
      if (match === null || match[0] === '') continue
      next = at + match[0].length
      kind = found
      break
    }
    if (tokens.at(-1)?.kind !== kind) tokens.push({ start: at, kind })
    at = next
  }
}

const heredocsIn = (line: string): readonly string[] => [...line.matchAll(/<<-?(["']?)(\w+)\1/g)].map((match) => match[2] ?? '')

/** Colours one line of a Dockerfile. */
export function tokenizeLine(line: string, state: LineState): { readonly tokens: readonly LineToken[]; readonly state: LineState } {
  const [heredoc, ...others] = state.heredocs
  if (heredoc !== undefined) {
    const ends = line.trim() === heredoc
    return { tokens: [{ start: 0, kind: ends ? 'number' : '' }], state: ends ? { ...state, heredocs: others } : state }
  }
  if (/^\s*#/.test(line)) return { tokens: [{ start: 0, kind: 'comment' }], state }
  if (line.trim() === '') return { tokens: [], state }
  const tokens: LineToken[] = []
  let instruction = state.instruction
  let from = 0
  if (instruction === null) {
    const [, indent = '', word = '', rest = ''] = /^(\s*)(\S+)(.*)$/.exec(line) ?? []
    const onbuild = word.toUpperCase() === 'ONBUILD' ? /^\s+(\S+)/.exec(rest)?.[0] ?? '' : ''
    instruction = (onbuild.trim() || word).toUpperCase()
    if (indent !== '') tokens.push({ start: 0, kind: '' })
    tokens.push({ start: indent.length, kind: KEYWORDS.has(word.toUpperCase()) ? 'keyword' : 'invalid' })
    from = indent.length + word.length + onbuild.length
  }
  scan(line, from, rulesFor(instruction), tokens)
  const heredocs = /^(?:RUN|COPY|ADD)$/.test(instruction) ? heredocsIn(line) : []
  return { tokens, state: { instruction: /\\\s*$/.test(line) ? instruction : null, heredocs } }
}
