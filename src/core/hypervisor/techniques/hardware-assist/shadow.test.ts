import { describe, expect, test } from 'vitest'
import { SERVICES, XV6_STYLE } from '../../../machine/firmware/testing/boot-sectors.ts'
import { makeImageSource } from '../../../machine/testing/lockstep/programs.ts'
import { guestState } from '../../testing/guest-state.ts'
import { checkEquivalence } from '../../testing/equivalence/check.ts'
import { hardwareAssist } from '../hardware-assist.ts'
import { guestConfig, imageOf, multiboot, playBoth } from './testing/play.ts'
import { withExits } from './testing/with-exits.ts'

const THOROUGH = process.env['GLASSHOUSE_THOROUGH'] === '1'
const IMAGES = THOROUGH ? 60 : 2
const MEMORIES = ['virtual-tlb', 'shadow'] as const

describe.each(MEMORIES)('a guest under hardware assist without nested tables does what it does on bare metal: %s', (memory) => {
  const both = (config: Parameters<typeof playBoth>[0], ticks = Infinity): ReturnType<typeof playBoth> => playBoth(config, ticks, undefined, memory)

  test.each([['hello', Infinity], ['selfmod', Infinity], ['kernel', 800_000], ['rings', Infinity], ['windows-like', Infinity], ['realtime', 100_000], ['tiny-vmm', Infinity], ['desktop', 50_000]] as const)('%s', (key, ticks) => {
    const { bare, guest, vmExits } = both(guestConfig(key), ticks)
    expect(guest.text).toBe(bare.text)
    expect(guestState(guest.machine)).toEqual(guestState(bare.machine))
    expect(vmExits.exception).toBeGreaterThan(0)
    expect(vmExits.eptViolation).toBeUndefined()
  }, 60_000)

  test.each(Array.from({ length: IMAGES }, (_, n) => `kernels-${n}`))('random kernels: %s', (seed) => {
    const { bare, guest, vmExits } = both(multiboot(imageOf(makeImageSource(seed, 10, 20)), { ticksPerSecond: 800_000 }))
    expect(bare.machine.end?.kind).toBe('exit')
    expect(guestState(guest.machine)).toEqual(guestState(bare.machine))
    expect(vmExits.controlRegister).toBeGreaterThan(0)
  }, 60_000)

  test.each(Array.from({ length: IMAGES }, (_, n) => `exits-${n}`))('random kernels with more reasons to exit: %s', (seed) => {
    const { bare, guest } = both(multiboot(imageOf(withExits(makeImageSource(seed, 10, 20))), { ticksPerSecond: 800_000 }), 1_000_000)
    expect(guestState(guest.machine)).toEqual(guestState(bare.machine))
  }, 60_000)

  test('random kernels with gates, descriptors, changing code and programs', () => {
    const report = checkEquivalence({ seed: 'ci', count: THOROUGH ? 5000 : 100, techniques: [{ name: memory, plan: hardwareAssist({ memory }), direct: false }], supply: THOROUGH ? 1500 : 250 })
    expect(report.counterexample).toBeNull()
  }, 600_000)

  test.each([['an ELF kernel by PIO', XV6_STYLE], ['services of the firmware', SERVICES]])('a disk boots; real mode is interpreted: %s', (_, disk) => {
    const { bare, guest } = both({ memoryMiB: 32, ticksPerSecond: 1_000_000, disks: [disk(), null], boot: { kind: 'disk' } }, 5_000_000)
    expect(guest.text).toBe(bare.text)
    expect(guestState(guest.machine)).toEqual(guestState(bare.machine))
  }, 60_000)
})
