import type { DisassemblyRow } from '../../../protocol/machine.ts'
import { disassemble } from '../assembler/disassemble.ts'
import type { Cpu } from '../cpu/cpu.ts'
import { CS } from '../cpu/layout.ts'
import { peekLinear, peekTranslate } from './peek.ts'
import type { SymbolTable } from './symbols.ts'

const LONGEST = 15
/** Bytes looked at before an address for each row that is wanted: most instructions are shorter. */
const BYTES_PER_ROW = 8
/** What a known beginning counts, against one for each way of reading that leads there. */
const KNOWN = 1000

/** What is known about a program beside its bytes. */
export interface CodeNames {
  readonly symbols: SymbolTable
  /** Lines of the source by linear address. */
  readonly lines: ReadonlyMap<number, number>
}

/** D of a descriptor's second word. */
const BIG = 0x40_0000

/** How wide the code is that the processor now reads. */
const codeBits = (cpu: Cpu): 16 | 32 => ((cpu.rights[CS]! & BIG) === 0 ? 16 : 32)

const pair = (byte: number): string => byte.toString(16).padStart(2, '0')

/** Rows before and from a linear address on: `before` at most, then `count`. */
export function disassembly(cpu: Cpu, names: CodeNames, address: number, before: number, count: number): DisassemblyRow[] {
  const rows = before === 0 ? [] : rowsBefore(cpu, names, address, before)
  let at = address
  for (let i = 0; i < count; i++) {
    const { row, length } = rowAt(cpu, names, at)
    rows.push(row)
    if (at + length > 0xffff_ffff) break
    at += length
  }
  return rows
}

function rowAt(cpu: Cpu, { symbols, lines }: CodeNames, address: number): { readonly row: DisassemblyRow; readonly length: number } {
  const bytes = peekLinear(cpu, address, LONGEST)
  const common = { address, symbol: symbols.at(address), line: lines.get(address) ?? null }
  if (!bytes) {
    // The rest of the page is as empty.
    return { row: { ...common, bytes: '', text: '(not mapped)', privileged: false, sensitive: false }, length: 0x1000 - (address & 0xfff) }
  }
  const { length, text, entry } = disassemble(bytes, address, codeBits(cpu))
  const shown = [...bytes.subarray(0, length)].map(pair).join(' ')
  return { row: { ...common, bytes: shown, text, privileged: entry !== null && entry.privileged !== 'never', sensitive: entry?.sensitive ?? false }, length }
}

/** One instruction as text, as it stood in memory. */
export const instructionText = (bytes: Uint8Array, address: number): string => disassemble(bytes, address).text

/**
 * Instructions can only be read forward. From every byte before the address on, the code is read up to the address; readings fall in step with each other,
 * so the beginnings that most of them (and what is known: decoded instructions, symbols, source lines) agree on are taken.
 */
function rowsBefore(cpu: Cpu, names: CodeNames, address: number, before: number): DisassemblyRow[] {
  const first = Math.max(0, address - before * BYTES_PER_ROW - LONGEST)
  const ends: number[] = []
  const score: number[] = []
  const bits = codeBits(cpu)
  for (let at = first; at < address; at++) {
    const i = at - first
    const bytes = peekLinear(cpu, at, LONGEST)
    const read = bytes ? disassemble(bytes, at, bits) : null
    ends[i] = read ? at + read.length : Infinity
    // A byte that is no instruction is a bad sign.
    score[i] = (score[i] ?? 0) + (read?.entry ? 1 : 0) + (isKnown(cpu, names, at) ? KNOWN : 0)
    const next = ends[i] - first
    if (ends[i] < address) score[next] = (score[next] ?? 0) + score[i]
  }
  const rows: DisassemblyRow[] = []
  for (let at = address; rows.length < before;) {
    let best = -1
    for (let i = Math.max(0, at - LONGEST - first); i < at - first; i++) if (ends[i] === at && (best < 0 || score[i]! > score[best]!)) best = i
    if (best < 0) break
    at = first + best
    rows.unshift(rowAt(cpu, names, at).row)
  }
  return rows
}

/** Whether an instruction surely begins here: it was executed, or the program's text says so. */
function isKnown(cpu: Cpu, { symbols, lines }: CodeNames, address: number): boolean {
  if (lines.has(address) || symbols.begins(address)) return true
  const physical = peekTranslate(cpu, address)
  return physical !== null && physical < cpu.memory.size && cpu.recordAt(physical) !== 0
}
