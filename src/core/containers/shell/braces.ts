import type { BraceItem, Word, WordPart } from './parser.ts'

const MAX_WORDS = 10_000

/** bash's brace expansion: one word with `{a,b}` or `{1..3}` becomes several words without. */
export function expandBraces(word: Word): Word[] {
  if (!word.parts.some((part) => part.type === 'BraceExpansion')) return [word]
  let results: WordPart[][] = [[]]
  for (const part of word.parts) {
    const options = part.type === 'BraceExpansion' ? part.items.flatMap(alternatives) : [[part]]
    results = results.flatMap((before) => options.map((option) => [...before, ...option])).slice(0, MAX_WORDS)
  }
  return results.map((parts) => ({ type: 'Word', parts }))
}

function alternatives(item: BraceItem): WordPart[][] {
  if (item.type === 'Word') return expandBraces(item.word).map((word) => word.parts)
  return range(item).map((value) => [{ type: 'Literal', value }])
}

function range(item: Extract<BraceItem, { type: 'Range' }>): string[] {
  const letters = typeof item.start === 'string' && !/^-?\d+$/.test(item.start)
  const code = (end: string | number): number => (letters ? String(end).charCodeAt(0) : Number(end))
  const [from, to] = [code(item.start), code(item.end)]
  const step = Math.max(1, Math.abs(item.step ?? 1))
  const width = !letters && /^-?0\d/.test(`${item.startStr} ${item.endStr}`.replace(/(\S+) (\S+)/, '$1')) ? Math.max(item.startStr?.length ?? 0, item.endStr?.length ?? 0) : 0
  const values: string[] = []
  for (let value = from; from <= to ? value <= to : value >= to; value += from <= to ? step : -step) {
    values.push(letters ? String.fromCharCode(value) : pad(value, width))
    if (values.length >= MAX_WORDS) break
  }
  return values
}

const pad = (value: number, width: number): string => (value < 0 ? `-${String(-value).padStart(width - 1, '0')}` : String(value).padStart(width, '0'))
