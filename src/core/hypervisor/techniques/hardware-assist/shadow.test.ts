import { describe, expect, test } from 'vitest'
import { EIP } from '../../../machine/cpu/layout.ts'
import { SERVICES, XV6_STYLE } from '../../../machine/firmware/testing/boot-sectors.ts'
import { Recording } from '../../../machine/history/recording.ts'
import { makeImageSource } from '../../../machine/testing/lockstep/programs.ts'
import { guestState } from '../../testing/guest-state.ts'
import { checkEquivalence } from '../../testing/equivalence/check.ts'
import { hardwareAssist } from '../hardware-assist.ts'
import { monitorOf } from '../technique.ts'
import { kernelAround, PAGING } from './testing/kernels.ts'
import { guestConfig, imageOf, multiboot, playBoth } from './testing/play.ts'
import { withExits } from './testing/with-exits.ts'

const THOROUGH = process.env['GLASSHOUSE_THOROUGH'] === '1'
const IMAGES = THOROUGH ? 8 : 1
const MEMORIES = ['virtual-tlb', 'shadow'] as const

describe.each(MEMORIES)('a guest under hardware assist without nested tables does what it does on bare metal: %s', (memory) => {
  const both = (config: Parameters<typeof playBoth>[0], ticks = Infinity): ReturnType<typeof playBoth> => playBoth(config, ticks, undefined, memory)

  test.each([['hello', Infinity], ['selfmod', Infinity], ['kernel', THOROUGH ? 800_000 : 400_000], ['rings', Infinity], ['windows-like', Infinity], ['realtime', 100_000], ['tiny-vmm', Infinity], ['desktop', 50_000]] as const)('%s', (key, ticks) => {
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
    const report = checkEquivalence({ seed: 'ci', count: THOROUGH ? 1500 : 40, techniques: [{ name: memory, plan: hardwareAssist({ memory }), direct: false }], supply: THOROUGH ? 400 : 100 })
    expect(report.counterexample).toBeNull()
  }, 600_000)

  test.each([['an ELF kernel by PIO', XV6_STYLE], ['services of the firmware', SERVICES]])('a disk boots; real mode is interpreted: %s', (_, disk) => {
    const { bare, guest } = both({ memoryMiB: 32, ticksPerSecond: 1_000_000, disks: [disk(), null], boot: { kind: 'disk' } }, 5_000_000)
    expect(guest.text).toBe(bare.text)
    expect(guestState(guest.machine)).toEqual(guestState(bare.machine))
  }, 60_000)

  test('the host is out of reach, whatever the guest\u2019s page tables say', () => {
    const body = `${PAGING}
        mov dword [resume], .next
        mov edi, 0x40000000
        mov ecx, 0x20000
        mov eax, 0xDEADBEEF
        rep stosd
.next:  mov dword [resume], done
        mov dword [0x180000 + 0x404], 0x181003
        mov edi, 0x181000
        mov eax, 0x800003
        mov ecx, 1024
.page:  stosd
        add eax, 0x1000
        loop .page
        mov eax, cr3
        mov cr3, eax
        mov edi, 0x40400000
        mov ecx, 0x20000
        mov eax, 0xDEADBEEF
        rep stosd`
    const { bare, guest } = both(multiboot(imageOf(kernelAround(body))), 1_000_000)
    expect(bare.machine.end).toEqual({ kind: 'exit', code: 0 })
    expect(guestState(guest.machine)).toEqual(guestState(bare.machine))
    const own = guest.machine.host.bytes.subarray(guest.machine.memory.size)
    expect(Buffer.from(own.buffer, own.byteOffset, own.length).includes(Buffer.from([0xef, 0xbe, 0xad, 0xde]))).toBe(false)
  })

  test('instruction by instruction, with a look before each, it is the same', () => {
    const config = multiboot(imageOf(makeImageSource('looks', 3, 20)), { ticksPerSecond: 800_000 })
    const looks: string[][] = [[], []]
    const runs = [new Recording(config), new Recording({ ...config, monitor: hardwareAssist({ memory }) })]
    runs.forEach((recording, n) => {
      const { s } = recording.machine.cpu
      recording.run(7000)
      recording.onEach = () => void looks[n]!.push(`${recording.tick} ${s[EIP]!.toString(16)} ${s[0]!}`)
      recording.run(9000)
      recording.onEach = null
    })
    expect(looks[1]).toEqual(looks[0])
    expect(guestState(runs[1]!.machine)).toEqual(guestState(runs[0]!.machine))
  })
})

test('a technique refuses what it cannot do', () => {
  expect(() => monitorOf('binary-translation', { memory: 'nested' })).toThrow('non-root operation')
  expect(() => monitorOf('trap-and-emulate', { memory: 'nested' })).toThrow('non-root operation')
  expect(() => monitorOf('native', { memory: 'shadow' })).toThrow('bare metal')
  expect(() => monitorOf('paravirtual', { memory: 'shadow' })).toThrow('direct paging')
  expect(monitorOf('hardware-assist', { memory: 'nested' })).not.toBeNull()
})
