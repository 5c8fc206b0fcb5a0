import type { BootPhase, RecordId, VmRecord } from '../../protocol/records.ts'
import type { StructurePart } from '../../protocol/structure.ts'
import { MILLISECOND, type SimTime } from '../simulation/units.ts'
import type { Store } from '../store/store.ts'
import { bootRun, type BootPhaseName, type BootRun } from './boot-run.ts'
import { findGuest } from './catalogue/find.ts'
import { hardwareOf, MOST_MEMORY_MIB, type VmMachine } from './vm-machine.ts'

/**
 * The guest that every VM boots is small: it goes through the phases of a boot in some million ticks, where a full system takes seconds. Its ticks
 * are therefore stretched, phase by phase, so that on complete hardware they take as long as the system it stands for; what they come to on
 * other hardware is its own doing. Firmware: the measured 244 ms from process start to kernel of QEMU with its default BIOS (Agache et al.,
 * NSDI 2020, data) belongs to a stripped guest; a stock firmware with option ROMs and its boot menu takes seconds (estimate, unconfirmed),
 * as do the phases of the guest itself (10 to 60 s in all, unconfirmed).
 */
const FIRMWARE_MS = { guest: 1_800, hidden: 244 }
const LOADER_MS = { guest: 900, hidden: 0 }
/** Complete hardware. */
const REFERENCE: VmMachine = { memoryMiB: MOST_MEMORY_MIB, cpu: { vendor: 'intel', model: '', flags: [] }, disk: true, mac: '02:00:00:00:00:00', system: 'Reference', technique: 'native' }

export interface Boot extends Omit<BootRun, 'phases'> {
  readonly phases: readonly BootPhase[]
  /** What the console shows at the end of each phase. */
  readonly consoles: readonly string[]
}

/** A VM's boot from power-on to ready, or to where it fails, as its hardware makes it. */
export function bootOf(store: Store, vm: VmRecord, from: SimTime): Boot {
  const { phases, failure, complaints } = bootRun(hardwareOf(store, vm))
  const reference = new Map(bootRun(REFERENCE).phases.map(({ name, ticks }) => [name, ticks]))
  let [at, console] = [from, '']
  const boot: BootPhase[] = []
  const consoles: string[] = []
  for (const { name, ticks, text } of phases) {
    const complete = milliseconds(vm, name) * MILLISECOND
    console += text
    if (complete === 0) continue
    const length = Math.max(MILLISECOND, Math.round((complete * ticks) / reference.get(name)!))
    boot.push({ name, startedAt: at, endsAt: at + length })
    consoles.push(console)
    at += length
  }
  return { phases: boot, consoles, failure, complaints }
}

/** What a phase takes on complete hardware. */
function milliseconds({ role, template }: VmRecord, phase: BootPhaseName): number {
  const kind = role === 'hidden' ? 'hidden' : 'guest'
  switch (phase) {
    case 'firmware': return FIRMWARE_MS[kind]
    case 'boot loader': return LOADER_MS[kind]
    case 'kernel': return findGuest(template).bootMs.kernel
    case 'services': return findGuest(template).bootMs.services
  }
}

/** How long an orderly shutdown takes (estimate). */
export const SHUTDOWN_TIME: SimTime = 4_000 * MILLISECOND

/** From power-on to a host whose hypervisor is up: firmware of a server, with its option ROMs, and a system (estimate). */
export const HOST_BOOT_TIME: SimTime = 90_000 * MILLISECOND
/** Restarts (estimates): a driver domain that is Linux or Windows, a card's firmware, a service. */
const RESTART_MS = { linux: 12_000, windows: 38_000, card: 5_000, process: 2_000 }

/** How long a protection domain is away that others start again. */
export function restartTime(store: Store, { mode, id }: StructurePart): SimTime {
  if (mode === 'card' || mode === 'process') return RESTART_MS[mode] * MILLISECOND
  const host = id.startsWith('host:') ? store.get(id.slice(0, id.indexOf('/')) as RecordId<'host'>) : undefined
  return RESTART_MS[host?.kernel?.startsWith('NT') ? 'windows' : 'linux'] * MILLISECOND
}
