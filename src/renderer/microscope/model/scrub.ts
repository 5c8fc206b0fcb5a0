import type { MachineMark } from '../../../protocol/machine.ts'

/** The nearest mark behind a moment (`Page Down`) or before it; null: none. */
function markBeside(marks: readonly MachineMark[], tick: number, key: string): number | null {
  const mark = key === 'PageDown' ? marks.findLast((one) => one.tick < tick) : marks.find((one) => one.tick > tick)
  return mark?.tick ?? null
}

/** Where a key of the slider leads: one instruction, the mark before or behind, an end; null for other keys, and where there is no such mark. Marks ascend. */
export function scrubTarget(key: string, tick: number, lastTick: number, marks: readonly MachineMark[]): number | null {
  if (key === 'PageDown' || key === 'PageUp') return markBeside(marks, tick, key)
  const to = { ArrowLeft: tick - 1, ArrowDown: tick - 1, ArrowRight: tick + 1, ArrowUp: tick + 1, Home: 0, End: lastTick }[key]
  return to === undefined ? null : Math.max(0, Math.min(lastTick, to))
}
