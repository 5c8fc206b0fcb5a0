import { shallowRef, watch } from 'vue'
import type { MachineEventKind, MachineMark, MachineState } from '../../../protocol/machine.ts'
import { useMachines } from '../../app/stores/machines.ts'
import { useMicroscope } from '../microscope-store.ts'

/** Pieces of the bar that may have a mark each. */
const PIECES = 240

/** The events of the whole run as marks on a bar. While the machine runs, they are asked for when the run has grown by a piece. */
export function useMarks() {
  const machines = useMachines()
  const microscope = useMicroscope()
  const marks = shallowRef<readonly MachineMark[]>([])
  let asked: MachineState | null = null
  let askedKinds: readonly MachineEventKind[] = []
  let asking = false

  function isStale(now: MachineState): boolean {
    if (!asked || asked.machine !== now.machine) return true
    if (now.running) return now.lastTick > asked.lastTick * (1 + 1 / PIECES)
    return asked.running || now.lastTick !== asked.lastTick || now.eventCount !== asked.eventCount
  }

  /** One question at a time; what changed meanwhile is asked about next. */
  async function refresh(): Promise<void> {
    const { state, kinds } = microscope
    if (asking || !state || (!isStale(state) && kinds === askedKinds)) return
    if (asked?.machine !== state.machine) marks.value = []
    asking = true
    asked = state
    askedKinds = kinds
    try {
      const answer = await machines.request('machine.marks', { machine: state.machine, buckets: PIECES, ...(kinds.length > 0 ? { kinds: [...kinds] } : {}) })
      if (microscope.machine === state.machine) marks.value = answer.marks
    } catch {
      // The machine is gone, and its bar with it.
    } finally {
      asking = false
    }
    if (microscope.state && (microscope.state !== state || microscope.kinds !== kinds)) await refresh()
  }

  watch([() => microscope.state, () => microscope.kinds], refresh, { immediate: true })
  return marks
}
