import type { CodeLine } from '../../../../../protocol/monitor.ts'
import type { Block } from '../blocks.ts'

const hex = (value: number): string => value.toString(16).padStart(8, '0')
const lineOf = (line: CodeLine | undefined): string => (line ? `${hex(line.address)}  ${line.text}` : '')

/** Blocks as a table: the guest's instruction, its rule, its translation. */
export const textOf = (blocks: readonly Block[]): string => blocks.map((block) => {
  const rows = block.rows.flatMap(({ guest, how, translated }) => Array.from({ length: Math.max(1, translated.length) }, (_, n) =>
    `  ${(n === 0 ? lineOf(guest) : '').padEnd(46)}${(n === 0 ? how : '').padEnd(18)}${lineOf(translated[n])}`.trimEnd()))
  const next = block.successors.map(({ target, chained }) => `${hex(target)}${chained ? ' (chained)' : ''}`)
  return [`${hex(block.pc)} at ${hex(block.at)}, ring ${block.cpl}`, ...rows, `  next: ${next.join(', ') || 'looked up'}`, ''].join('\n')
}).join('\n')
