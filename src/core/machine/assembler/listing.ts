import type { Emitted } from './state.ts'
import { textOf } from './token.ts'

const BYTES_A_ROW = 9

/** A listing as `nasm -l` writes it: line, offset in the section, bytes, source; lines of macros are marked with their depth. */
export function listingText(source: readonly string[], emitted: readonly Emitted[]): string {
  const byLine = new Map<number, Emitted[]>()
  for (const one of emitted) {
    const known = byLine.get(one.line)
    if (known) known.push(one)
    else byLine.set(one.line, [one])
  }
  return source.map((text, n) => {
    const all = byLine.get(n + 1) ?? []
    const own = all.find(({ depth }) => depth === 0)
    const inner = all.filter(({ depth, length }) => depth > 0 && length > 0)
    return [...rows(n + 1, own, `     ${text}`), ...inner.flatMap((one) => rows(n + 1, one, ` <${one.depth}> ${textOf(one.tokens)}`))].map((row) => `${row.trimEnd()}\n`).join('')
  }).join('')
}

function rows(line: number, one: Emitted | undefined, text: string): string[] {
  const number = String(line).padStart(6)
  if (!one || one.length === 0) return [`${number} ${' '.repeat(28)}${text}`]
  const address = (offset: number): string => offset.toString(16).toUpperCase().padStart(8, '0')
  if (!one.section || one.section.reserved) return [`${number} ${address(one.offset)} ${`<res ${one.length.toString(16).toUpperCase()}h>`.padEnd(19)}${text}`]
  const bytes = one.section.bytes.subarray(one.offset, one.offset + one.length)
  const result: string[] = []
  for (let at = 0; at < Math.min(bytes.length, 1024); at += BYTES_A_ROW) {
    const hex = [...bytes.subarray(at, at + BYTES_A_ROW)].map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join('')
    const more = at + BYTES_A_ROW < bytes.length ? '-' : ''
    result.push(`${number} ${address(one.offset + at)} ${(hex + more).padEnd(19)}${at === 0 ? text : ''}`)
  }
  return result
}
