import type { RecordId, VmRecord } from '../../protocol/records.ts'
import type { SimTime } from '../simulation/units.ts'
import type { Store } from '../store/store.ts'
import { bootRun, type BootRunPhase, PROMPT_TICKS } from './boot-run.ts'
import { hardwareOf } from './vm-machine.ts'

/**
 * Where a VM's machine is now, in its own ticks since power-on; 0 for one that is switched off. Its boot is stretched, phase by phase, to the time that a
 * full system takes (boot.ts), so a moment between two borders is as far along in ticks as it is in time.
 */
export function presentTick(store: Store, id: RecordId<'vm'>, now: SimTime): number {
  const vm = store.require(id)
  if (vm.state === 'off') return 0
  const { phases } = bootRun(hardwareOf(store, vm))
  const at = vm.state === 'paused' ? vm.since : now
  const ticks = phases.reduce((sum, phase) => sum + partOf(vm, phase, at) * phase.ticks, 0)
  return Math.floor(ticks) + (vm.state === 'booting' || vm.state === 'fault' ? 0 : PROMPT_TICKS)
}

/** How much of a phase is over, 0 to 1. */
function partOf({ boot }: VmRecord, { name }: BootRunPhase, at: SimTime): number {
  const phase = boot.find((candidate) => candidate.name === name)
  // Too short for a time of its own: it is over with the first one that has any.
  if (!phase) return 1
  return Math.min(1, Math.max(0, (at - phase.startedAt) / (phase.endsAt - phase.startedAt)))
}
