import type { MachineEvent, MachineEventKind } from '../../../protocol/machine.ts'

export interface ScrubMark {
  /** 0 to 1 along the bar. */
  readonly at: number
  readonly kind: MachineEventKind
}

/** Kinds that stand out, the most telling first: of several at one place, one is drawn. */
const ORDER: readonly MachineEventKind[] = ['end', 'fault', 'gate', 'interrupt', 'control', 'halt', 'return', 'io']

/** Marks of events over a run of `lastTick` ticks, at most one in each of `places` equal pieces of the bar. */
export function scrubMarks(events: Iterable<MachineEvent>, lastTick: number, places: number): readonly ScrubMark[] {
  const best = new Map<number, MachineEventKind>()
  for (const { tick, kind } of events) {
    if (tick > lastTick) continue
    const place = Math.min(places - 1, Math.floor((tick / Math.max(1, lastTick)) * places))
    const there = best.get(place)
    if (there === undefined || ORDER.indexOf(kind) < ORDER.indexOf(there)) best.set(place, kind)
  }
  return [...best].map(([place, kind]) => ({ at: (place + 0.5) / places, kind }))
}

/** Where a key of the slider leads: one instruction, a twentieth of the run, an end; null for other keys. */
export function scrubTarget(key: string, tick: number, lastTick: number): number | null {
  const page = Math.max(1, Math.round(lastTick / 20))
  const to = {
    ArrowLeft: tick - 1, ArrowDown: tick - 1, ArrowRight: tick + 1, ArrowUp: tick + 1, PageDown: tick - page, PageUp: tick + page, Home: 0, End: lastTick,
  }[key]
  return to === undefined ? null : Math.max(0, Math.min(lastTick, to))
}
