import { disassemble } from '../../../machine/assembler/disassemble.ts'
import type { PhysicalMemory } from '../../../machine/memory/physical-memory.ts'
import { CACHE_OFFSET } from '../../monitor/layout.ts'
import { linearOf } from './emitter.ts'
import type { Run, TranslatedInstruction } from './run-record.ts'

/** One instruction as it lies in memory. */
export interface TextLine { readonly address: number; readonly bytes: readonly number[]; readonly text: string }

/** A guest instruction beside its translation. Addresses are linear. */
export interface BlockRow {
  readonly guest: TextLine
  readonly kind: 'ident' | 'non-ident'
  /** The rule's name (rules.ts), or `adapted`: a copy that is a call-out now, because it trapped too often. */
  readonly how: string
  readonly translated: readonly TextLine[]
}

/** One translation unit. */
export interface TranslatedBlock {
  readonly pc: number
  readonly cpl: number
  /** Guest-physical address of the code. */
  readonly physical: number
  readonly at: number
  readonly rows: readonly BlockRow[]
  /** Where it goes on without a look-up, and whether without the monitor: by a chained jump, or because that lies right behind. */
  readonly successors: readonly { readonly target: number; readonly chained: boolean }[]
}

const LONGEST = 15

/** All that lies in the cache, as text. @param base host-physical address of the monitor's own pages. */
export const blocksOf = (host: PhysicalMemory, base: number, runs: readonly Run[]): readonly TranslatedBlock[] => runs.flatMap((run) => run.units.map((unit, n) => {
  const instructions = run.instructions.slice(unit.first, unit.first + unit.count)
  const behind = run.units[n + 1]?.pc ?? run.seam
  const targets = [...instructions.map(({ successor }) => successor), behind === unit.end ? behind : null].filter((target) => target !== null)
  return {
    pc: unit.pc >>> 0, cpl: run.cpl, physical: run.page * 0x1000 + (unit.pc & 0xfff), at: linearOf(unit.at) >>> 0,
    rows: instructions.map((instruction) => rowOf(host, base, run, instruction)),
    successors: [...new Set(targets)].map((target) => ({ target, chained: run.units[n + 1]?.pc === target || run.links.some((link) => link.target === target && link.to >= 0) })),
  }
}))

function rowOf(host: PhysicalMemory, base: number, run: Run, { pc, length, at, end, how, ident }: TranslatedInstruction): BlockRow {
  const from = run.page * 0x1000 + (pc & 0xfff)
  const cache = base + CACHE_OFFSET
  const adapted = run.points.some((point) => point.at === at && point.service === 'adapted')
  const translated: TextLine[] = []
  for (let offset = at; offset < end;) {
    const line = lineAt(host.bytes.subarray(cache + offset, cache + Math.min(end, offset + LONGEST)), linearOf(offset))
    translated.push(line)
    // Behind an `int3` lies the room for the jump that it becomes.
    offset = line.text === 'int3' || adapted ? end : offset + line.bytes.length
  }
  return { guest: lineAt(host.bytes.subarray(from, from + length), pc), kind: ident && !adapted ? 'ident' : 'non-ident', how: adapted ? 'adapted' : how, translated }
}

function lineAt(bytes: Uint8Array, address: number): TextLine {
  const { length, text } = disassemble(bytes, address >>> 0)
  return { address: address >>> 0, bytes: [...bytes.subarray(0, length)], text }
}
