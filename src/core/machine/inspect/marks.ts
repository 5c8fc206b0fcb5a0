import type { MachineEventKind, MachineMark } from '../../../protocol/machine.ts'
import type { EventLog } from '../history/event-log.ts'

/** The most telling first. */
const ORDER: readonly MachineEventKind[] = ['end', 'fault', 'gate', 'interrupt', 'control', 'halt', 'return', 'io']
const RANK: ReadonlyMap<MachineEventKind, number> = new Map(ORDER.map((kind, rank) => [kind, rank]))

/** At most one mark in each of `buckets` equal pieces of the run from power-on to `lastTick`, in the order of their ticks. */
export function marksOf(events: EventLog, lastTick: number, buckets: number): readonly MachineMark[] {
  const best: (number | undefined)[] = []
  for (let index = events.first; index < events.total; index++) {
    const bucket = Math.min(buckets - 1, Math.floor((events.tick(index) / Math.max(1, lastTick)) * buckets))
    const there = best[bucket]
    if (there === undefined || RANK.get(events.kind(index))! < RANK.get(events.kind(there))!) best[bucket] = index
  }
  return best.filter((index) => index !== undefined).map((index) => ({ kind: events.kind(index), index, tick: events.tick(index) }))
}
