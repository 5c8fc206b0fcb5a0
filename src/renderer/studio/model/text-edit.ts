/** Replaces `length` characters at `offset` by `text`. */
export interface TextEdit {
  readonly offset: number
  readonly length: number
  readonly text: string
}

/** The smallest single replacement that turns `from` into `to`; null when they are equal. */
export function minimalEdit(from: string, to: string): TextEdit | null {
  if (from === to) return null
  const shorter = Math.min(from.length, to.length)
  let start = 0
  while (start < shorter && from[start] === to[start]) start++
  let end = 0
  while (end < shorter - start && from[from.length - 1 - end] === to[to.length - 1 - end]) end++
  return { offset: start, length: from.length - start - end, text: to.slice(start, to.length - end) }
}

function applyEdit(text: string, edit: TextEdit): string {
  return text.slice(0, edit.offset) + edit.text + text.slice(edit.offset + edit.length)
}

/**
 * Brings together what was typed here (`local`) and what was written elsewhere (`remote`) since `base`. Changes in
 * different places are both kept; where they touch, what was typed here stays.
 */
export function mergeTexts(base: string, local: string, remote: string): string {
  const mine = minimalEdit(base, local)
  const theirs = minimalEdit(base, remote)
  if (mine === null) return remote
  if (theirs === null || local === remote) return local
  if (mine.offset + mine.length < theirs.offset) return applyEdit(applyEdit(base, theirs), mine)
  if (theirs.offset + theirs.length < mine.offset) return applyEdit(applyEdit(base, mine), theirs)
  return local
}
