import type { Heredoc } from './nodes.ts'
import { expandWord } from './shell-words.ts'

const START = /^(\d*)<<(-?)\s*([^<]*)$/u

const nothing = (): undefined => undefined

/** The heredoc a word such as `<<EOF` or `3<<-'EOF'` opens; undefined when it opens none. Throws on an unclosed quote. */
export function parseHeredoc(word: string): Heredoc | undefined {
  const match = START.exec(word)
  const rest = match?.[3] ?? ''
  if (!match || rest === '') return undefined
  const plain = expandWord(rest, nothing, { keepUnset: true }).words
  if (plain.length !== 1) return undefined
  const raw = expandWord(rest, nothing, { keepUnset: true, rawQuotes: true }).words
  return {
    name: plain[0]!,
    content: '',
    expand: raw[0] === plain[0],
    chomp: match[2] === '-',
    fileDescriptor: match[1] ? Number(match[1]) : 0,
  }
}

/** The heredocs a logical line opens, in order. A line whose quotes do not close opens none. */
export function heredocsOfLine(line: string): Heredoc[] {
  const words = rawWords(line)
  const found: Heredoc[] = []
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!
    const spaced = /^\d*<<-?$/.test(word) && i + 1 < words.length
    const heredoc = parseHeredoc(spaced ? `${word} ${words[++i]!}` : word)
    if (heredoc) found.push(heredoc)
  }
  return found
}

function rawWords(line: string): readonly string[] {
  try {
    return expandWord(line, nothing, { keepUnset: true, rawQuotes: true, rawEscapes: true }).words
  } catch {
    return []
  }
}

/** The content as the instruction gets it: without leading tabs after `<<-`. */
export function heredocText(heredoc: Heredoc): string {
  return heredoc.chomp ? heredoc.content.replace(/^\t+/gm, '') : heredoc.content
}
