import type { MemoryTechniqueName } from '../../../../../protocol/techniques.ts'
import { assemble } from '../../../../machine/assembler/assemble.ts'
import type { MachineConfig } from '../../../../machine/board/config.ts'
import { Machine } from '../../../../machine/board/machine.ts'
import { findGuest } from '../../../../machine/guests/guests.ts'
import { GUEST_LIBRARY } from '../../../../machine/guests/library.ts'
import { type HardwareAssist, hardwareAssist } from '../../hardware-assist.ts'

export function imageOf(source: string): Uint8Array {
  const { ok, image, messages } = assemble(source, { include: (name) => GUEST_LIBRARY.get(name) ?? null })
  if (!ok) throw new Error(JSON.stringify(messages))
  return image
}

interface Played { readonly machine: Machine; readonly text: string; readonly monitor: HardwareAssist | null }

/** Runs a machine, under the monitor or on bare metal, for so many ticks or to its end. */
function play(config: MachineConfig, ticks: number, under: boolean, prepare: (machine: Machine) => void, memory: MemoryTechniqueName): Played {
  let monitor: HardwareAssist | null = null
  const plan = hardwareAssist({ memory })
  const machine = new Machine({ ...config, ...(under && { monitor: { ...plan, make: (cpu, host) => (monitor = plan.make(cpu, host)) } }) })
  let text = ''
  machine.onSerial = (bytes) => (text += Buffer.from(bytes).toString('latin1'))
  prepare(machine)
  machine.run(ticks)
  return { machine, text, monitor }
}

/** The same on bare metal and under hardware assist. */
export function playBoth(config: MachineConfig, ticks = Infinity, prepare: (machine: Machine) => void = () => undefined, memory: MemoryTechniqueName = 'nested'): { readonly bare: Played; readonly guest: Played; readonly vmExits: HardwareAssist['vmExits'] } {
  const guest = play(config, ticks, true, prepare, memory)
  return { bare: play(config, ticks, false, prepare, memory), guest, vmExits: guest.monitor!.vmExits }
}

export const multiboot = (image: Uint8Array, more: Partial<MachineConfig> = {}): MachineConfig => ({ memoryMiB: 8, boot: { kind: 'multiboot', image }, ...more })

export function guestConfig(key: string): MachineConfig {
  const { source, disk } = findGuest(key)!
  return multiboot(imageOf(source), { memoryMiB: 32, disks: [disk?.(imageOf) ?? null, null] })
}
