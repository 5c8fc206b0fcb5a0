import type { BootPhase, VmRecord } from '../../protocol/records.ts'
import { MILLISECOND, type SimTime } from '../simulation/units.ts'
import { findGuest } from './catalogue/find.ts'

/**
 * How long a VM takes from power-on to ready, phase by phase. Firmware: the measured 244 ms from process start to kernel of QEMU with its
 * default BIOS (Agache et al., NSDI 2020, data) belongs to a stripped guest; a stock firmware with option ROMs and its boot menu takes
 * seconds (estimate, unconfirmed), as do the phases of the guest itself (10 to 60 s in all, unconfirmed).
 */
const FIRMWARE_MS = { bios: 1_800, hidden: 244 }
const LOADER_MS = 900

export function bootPhases(vm: VmRecord, from: SimTime): BootPhase[] {
  const { bootMs } = findGuest(vm.template)
  const lengths: [string, number][] = [
    ['firmware', vm.role === 'hidden' ? FIRMWARE_MS.hidden : FIRMWARE_MS.bios],
    ['boot loader', vm.role === 'hidden' ? 0 : LOADER_MS],
    ['kernel', bootMs.kernel],
    ['services', bootMs.services],
  ]
  let at = from
  return lengths.filter(([, ms]) => ms > 0).map(([name, ms]) => {
    const startedAt = at
    at += ms * MILLISECOND
    return { name, startedAt, endsAt: at }
  })
}

/** How long an orderly shutdown takes (estimate). */
export const SHUTDOWN_TIME: SimTime = 4_000 * MILLISECOND
