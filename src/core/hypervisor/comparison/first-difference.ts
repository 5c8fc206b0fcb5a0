import type { Divergence, StateDifference } from '../../../protocol/comparison.ts'
import { disassembly } from '../../machine/inspect/code.ts'
import { linearEip, peekLinear } from '../../machine/inspect/peek.ts'
import type { Column } from './column.ts'
import { differencesOf, endText, sameRegisters, sameState } from './differences.ts'
import { explain } from './explain.ts'

const LONGEST_INSTRUCTION = 15
/** Bytes of output shown around the first that differs. */
const AROUND = 24

/** All pages that either has ever written. */
export function pagesOf(a: Column, b: Column): Set<number> {
  const pages = a.recording.writtenPages()
  for (const page of b.recording.writtenPages()) pages.add(page)
  return pages
}

/** So many ticks before a difference, registers are looked at one by one: some may have differed before, and been the same again. */
const MOST_SCANNED = 2048

/** Where a column went a way of its own: they were the same at `same`, and are not at `different`. Leaves both at the moment after it. */
export function firstDifference(reference: Column, column: Column, same: number, different: number): Divergence {
  const pages = pagesOf(reference, column)
  const alike = (tick: number): boolean => {
    reference.seek(tick)
    column.seek(tick)
    return sameState(reference.recording.machine, column.recording.machine, pages)
  }
  let [low, high] = [same, different]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (alike(middle)) low = middle
    else high = middle
  }
  return described(reference, column, low - same <= MOST_SCANNED ? scanned(reference, column, same, low) : low, pages)
}

/** The last moment before registers differ for the first time, at most `last`. */
function scanned(reference: Column, column: Column, same: number, last: number): number {
  for (let tick = same + 1; tick <= last; tick++) {
    reference.seek(tick)
    column.seek(tick)
    if (!sameRegisters(reference.recording.machine, column.recording.machine)) return tick - 1
  }
  return last
}

function described(reference: Column, column: Column, tick: number, pages: Set<number>): Divergence {
  reference.seek(tick)
  column.seek(tick)
  const { machine } = reference.recording
  const { cpu } = machine
  const { moment, instructions } = cpu
  const theirs = column.recording.machine.cpu.instructions
  const at = linearEip(cpu)
  const code = peekLinear(cpu, at, LONGEST_INSTRUCTION)?.slice() ?? null
  const instruction = disassembly(cpu, reference.names, at, 0, 1)[0]!
  reference.seek(tick + 1)
  column.seek(tick + 1)
  const idle = machine.cpu.moment === moment
  // What comes in at a moment is there as soon as it is reached.
  const input = reference.hasInputAt(tick + 1) || column.hasInputAt(tick + 1)
  const step = input ? 'input' : idle ? 'idle' : cpu.instructions > instructions ? 'instruction' : 'delivery'
  // Where only one of them faulted, it was by this instruction, too.
  const executed = step === 'instruction' || column.recording.machine.cpu.instructions > theirs
  const { entry, explanation } = executed ? explain(column.plan.technique, code, at) : { entry: null, explanation: null }
  return { tick, moment, step, instruction: idle || input ? null : instruction, entry, explanation, ...differencesOf(machine, column.recording.machine, pages) }
}

/** They did not start alike: one of them cannot run this program. */
export function differentStart(reference: Column, column: Column): Divergence {
  const [mine, its] = [reference.recording.machine, column.recording.machine]
  const refused = its.end ?? mine.end
  return {
    tick: 0, moment: 0, step: 'start', instruction: null, entry: null, explanation: refused?.kind === 'boot-failed' ? refused.message : null, ...differencesOf(mine, its, pagesOf(reference, column)),
  }
}

/** What it printed, or how it ended, is not what the reference did. Null: it is, as far as both go. */
export function outputDifference(reference: Column, column: Column): Divergence | null {
  const [mine, its] = [reference.recording.serial.since(0), column.recording.serial.since(0)]
  const length = Math.min(mine.length, its.length)
  let at = 0
  while (at < length && mine[at] === its[at]) at++
  const ended = reference.finished && column.finished
  const ends = [endText(reference.recording.machine.end), endText(column.recording.machine.end)] as const
  const differences: StateDifference[] = []
  if (at < length || (ended && mine.length !== its.length)) differences.push({ kind: 'output', name: `byte ${at}`, reference: around(mine, at), other: around(its, at) })
  if (ended && ends[0] !== ends[1]) differences.push({ kind: 'end', name: 'end', reference: ends[0], other: ends[1] })
  if (differences.length === 0) return null
  const { tick, machine } = column.recording
  return { tick, moment: machine.cpu.moment, step: 'output', instruction: null, entry: null, explanation: null, differences, total: differences.length }
}

const around = (bytes: Uint8Array, at: number): string => String.fromCharCode(...bytes.subarray(Math.max(0, at - AROUND), at + AROUND))
