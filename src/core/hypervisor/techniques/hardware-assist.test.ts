import { describe, expect, test } from 'vitest'
import { assemble } from '../../machine/assembler/assemble.ts'
import type { MachineConfig } from '../../machine/board/config.ts'
import { Machine } from '../../machine/board/machine.ts'
import { findGuest } from '../../machine/guests/guests.ts'
import { GUEST_LIBRARY } from '../../machine/guests/library.ts'
import { makeImageSource } from '../../machine/testing/lockstep/programs.ts'
import { guestState } from '../testing/guest-state.ts'
import { hardwareAssist, type HardwareAssist } from './hardware-assist.ts'

const THOROUGH = process.env['GLASSHOUSE_THOROUGH'] === '1'

function imageOf(source: string): Uint8Array {
  const { ok, image, messages } = assemble(source, { include: (name) => GUEST_LIBRARY.get(name) ?? null })
  if (!ok) throw new Error(JSON.stringify(messages))
  return image
}

interface Played { readonly machine: Machine; readonly text: string; readonly monitor: HardwareAssist }

/** Runs a machine under the monitor, or on bare metal, for so many ticks or to its end. */
function play(config: MachineConfig, ticks: number, under = true): Played {
  let monitor: HardwareAssist | null = null
  const plan = hardwareAssist()
  const machine = new Machine({ ...config, ...(under && { monitor: { ...plan, make: (cpu, host) => (monitor = plan.make(cpu, host) as HardwareAssist) } }) })
  let text = ''
  machine.onSerial = (bytes) => (text += Buffer.from(bytes).toString('latin1'))
  machine.run(ticks)
  return { machine, text, monitor: monitor! }
}

const multiboot = (image: Uint8Array, more: Partial<MachineConfig> = {}): MachineConfig => ({ memoryMiB: 8, boot: { kind: 'multiboot', image }, ...more })

function guestConfig(key: string): MachineConfig {
  const { source, disk } = findGuest(key)!
  return multiboot(imageOf(source), { memoryMiB: 32, disks: [disk?.(imageOf) ?? null, null] })
}

describe('a guest under hardware assist does what it does on bare metal', () => {
  test.each([['hello', Infinity], ['selfmod', Infinity], ['kernel', 1_500_000], ['rings', Infinity], ['windows-like', Infinity], ['realtime', 300_000], ['tiny-vmm', Infinity]] as const)('%s', (key, ticks) => {
    const bare = play(guestConfig(key), ticks, false)
    const guest = play(guestConfig(key), ticks)
    expect(guest.text).toBe(bare.text)
    expect(guestState(guest.machine)).toEqual(guestState(bare.machine))
    expect(guest.monitor.vmExits.io).toBeGreaterThan(0)
    expect(guest.monitor.vmExits.invalidGuestState).toBeUndefined()
  }, 60_000)

  const IMAGES = THOROUGH ? 2000 : 10
  test.each(Array.from({ length: IMAGES }, (_, n) => `kernels-${n}`))('random kernels: %s', (seed) => {
    // The timer interrupts every 40 instructions or so.
    const config = multiboot(imageOf(makeImageSource(seed, 10, 20)), { ticksPerSecond: 800_000 })
    const bare = play(config, Infinity, false)
    const guest = play(config, Infinity)
    expect(bare.machine.end?.kind).toBe('exit')
    expect(guestState(guest.machine)).toEqual(guestState(bare.machine))
    expect(guest.monitor.vmExits.externalInterrupt).toBeGreaterThan(10)
    expect(guest.monitor.vmExits.interruptWindow).toBeGreaterThan(0)
    console.log(guest.monitor.vmExits)
  }, 60_000)
})
