import { disassemble } from '../../../machine/assembler/disassemble.ts'
import type { PhysicalMemory } from '../../../machine/memory/physical-memory.ts'
import { CACHE_OFFSET } from '../../monitor/layout.ts'
import type { CodeLine, TranslatedBlock, TranslatedRow } from '../../../../protocol/monitor.ts'
import { linearOf } from './emitter.ts'
import type { Run, TranslatedInstruction } from './run-record.ts'

/** One translation unit. Names of rules are those of rules.ts; a successor that lies right behind counts as chained. */
export type Block = Omit<TranslatedBlock, 'symbol'>

/** A unit of a run, by its place there. */
export interface UnitPlace { readonly run: Run; readonly n: number }

const LONGEST = 15

/** Every unit that lies in the cache, in the order of the runs. */
export const unitsOf = (runs: readonly Run[]): readonly UnitPlace[] => runs.flatMap((run) => run.units.map((_, n) => ({ run, n })))

/** One of them as text. @param base host-physical address of the monitor's own pages. */
export function blockOf(host: PhysicalMemory, base: number, { run, n }: UnitPlace): Block {
  const unit = run.units[n]!
  const instructions = run.instructions.slice(unit.first, unit.first + unit.count)
  const behind = run.units[n + 1]?.pc ?? run.seam
  const targets = [...instructions.map(({ successor }) => successor), behind === unit.end ? behind : null].filter((target) => target !== null)
  return {
    pc: unit.pc >>> 0, cpl: run.cpl, physical: run.page * 0x1000 + (unit.pc & 0xfff), at: linearOf(unit.at) >>> 0,
    rows: instructions.map((instruction) => rowOf(host, base, run, instruction)),
    successors: [...new Set(targets)].map((target) => ({ target: target >>> 0, chained: run.units[n + 1]?.pc === target || run.links.some((link) => link.target === target && link.to >= 0) })),
  }
}

/** Whether a guest address lies in a unit, for one of the guest's rings. */
export const covers = ({ run, n }: UnitPlace, pc: number, cpl: number): boolean => run.cpl === cpl && pc >= run.units[n]!.pc >>> 0 && pc < run.units[n]!.end >>> 0

function rowOf(host: PhysicalMemory, base: number, run: Run, { pc, length, at, end, how, ident }: TranslatedInstruction): TranslatedRow {
  const from = run.page * 0x1000 + (pc & 0xfff)
  const cache = base + CACHE_OFFSET
  const adapted = run.points.some((point) => point.at === at && point.service === 'adapted')
  const translated: CodeLine[] = []
  for (let offset = at; offset < end;) {
    const line = lineAt(host.bytes.subarray(cache + offset, cache + Math.min(end, offset + LONGEST)), linearOf(offset))
    translated.push(line)
    // Behind an `int3` lies the room for the jump that it becomes.
    offset = line.text === 'int3' || adapted ? end : offset + line.bytes.length
  }
  return { guest: lineAt(host.bytes.subarray(from, from + length), pc), kind: ident && !adapted ? 'ident' : 'non-ident', how: adapted ? 'adapted' : how, translated }
}

function lineAt(bytes: Uint8Array, address: number): CodeLine {
  const { length, text } = disassemble(bytes, address >>> 0)
  return { address: address >>> 0, bytes: [...bytes.subarray(0, length)], text }
}
