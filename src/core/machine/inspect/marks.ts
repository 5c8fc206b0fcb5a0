import type { MachineEventKind, MachineMark } from '../../../protocol/machine.ts'
import type { EventLog } from '../history/event-log.ts'

/** The most telling first. */
const ORDER: readonly MachineEventKind[] = ['end', 'fault', 'gate', 'interrupt', 'control', 'halt', 'return', 'hypercall', 'exit', 'trap', 'inject', 'translate', 'io']
const RANK: ReadonlyMap<MachineEventKind, number> = new Map(ORDER.map((kind, rank) => [kind, rank]))

/** Of the first so many events, of some kinds if they are said: at most one mark in each of `buckets` equal pieces of the run from power-on to `lastTick`, in the order of their ticks. */
export function marksOf(events: EventLog, total: number, lastTick: number, buckets: number, kinds?: ReadonlySet<MachineEventKind>): readonly MachineMark[] {
  const best: (number | undefined)[] = []
  for (let index = events.first; index < total; index++) {
    if (kinds && !kinds.has(events.kind(index))) continue
    const bucket = Math.min(buckets - 1, Math.floor((events.tick(index) / Math.max(1, lastTick)) * buckets))
    const there = best[bucket]
    if (there === undefined || RANK.get(events.kind(index))! < RANK.get(events.kind(there))!) best[bucket] = index
  }
  return best.filter((index) => index !== undefined).map((index) => ({ kind: events.kind(index), index, tick: events.tick(index) }))
}
