import { describe, expect, test } from 'vitest'
import { MONITOR_EVENT_KINDS } from '../../../protocol/monitor.ts'
import { DS } from '../../machine/cpu/layout.ts'
import { ACCESSED } from '../../machine/cpu/segments.ts'
import { SERVICES, XV6_STYLE } from '../../machine/firmware/testing/boot-sectors.ts'
import { Recording } from '../../machine/history/recording.ts'
import { makeImageSource } from '../../machine/testing/lockstep/programs.ts'
import { guestState } from '../testing/guest-state.ts'
import { hardwareAssist } from './hardware-assist.ts'
import { kernelAround, PAGING } from './hardware-assist/testing/kernels.ts'
import { guestConfig, imageOf, multiboot, playBoth } from './hardware-assist/testing/play.ts'
import { withExits } from './hardware-assist/testing/with-exits.ts'

/** The long proof instead of the sample that a short run takes. */
const THOROUGH = process.env['GLASSHOUSE_THOROUGH'] === '1'
/** Images of ten random kernels each. */
const IMAGES = THOROUGH ? 60 : 2

describe('a guest under hardware assist does what it does on bare metal', () => {
  test.each([['hello', Infinity], ['selfmod', Infinity], ['kernel', 1_500_000], ['rings', Infinity], ['windows-like', Infinity], ['realtime', 300_000], ['tiny-vmm', Infinity], ['desktop', 100_000]] as const)('%s', (key, ticks) => {
    const { bare, guest, vmExits } = playBoth(guestConfig(key), ticks)
    expect(guest.text).toBe(bare.text)
    expect(guestState(guest.machine)).toEqual(guestState(bare.machine))
    expect(vmExits.io).toBeGreaterThan(0)
    expect(vmExits.invalidGuestState).toBeUndefined()
  }, 60_000)

  test.each(Array.from({ length: IMAGES }, (_, n) => `kernels-${n}`))('random kernels: %s', (seed) => {
    // The timer interrupts every 40 instructions or so.
    const { bare, guest, vmExits } = playBoth(multiboot(imageOf(makeImageSource(seed, 10, 20)), { ticksPerSecond: 800_000 }))
    expect(bare.machine.end?.kind).toBe('exit')
    expect(guestState(guest.machine)).toEqual(guestState(bare.machine))
    expect(vmExits.externalInterrupt).toBeGreaterThan(10)
    expect(vmExits.interruptWindow).toBeGreaterThan(0)
  }, 60_000)

  test.each(Array.from({ length: IMAGES / 2 }, (_, n) => `exits-${n}`))('random kernels with more reasons to exit: %s', (seed) => {
    const { bare, guest, vmExits } = playBoth(multiboot(imageOf(withExits(makeImageSource(seed, 10, 20))), { ticksPerSecond: 800_000 }), 1_000_000)
    expect(guestState(guest.machine)).toEqual(guestState(bare.machine))
    expect(Object.keys(vmExits).length).toBeGreaterThan(3)
  }, 60_000)

  test.each([['an ELF kernel by PIO', XV6_STYLE], ['services of the firmware', SERVICES]])('a disk boots in real mode: %s', (_, disk) => {
    const { bare, guest, vmExits } = playBoth({ memoryMiB: 32, ticksPerSecond: 1_000_000, disks: [disk(), null], boot: { kind: 'disk' } }, 5_000_000)
    expect(guest.text).toBe(bare.text)
    expect(guestState(guest.machine)).toEqual(guestState(bare.machine))
    expect(guest.machine.end).toEqual({ kind: 'exit', code: 9 })
    expect(vmExits.invalidGuestState).toBeUndefined()
  }, 60_000)

  const BEYOND = `
        mov dword [resume], .written
        mov dword [0x800000], 0x12345678      ; a store, a load, a repeated move into what is not there
        mov eax, [0x800000]
        mov esi, 0x7fff00
        mov edi, 0x7fff80
        mov ecx, 64
        rep movsd
.written: mov dword [resume], .called
        mov esp, 0x900000
        int 0x80                              ; deliveries that push into nothing
.called: mov dword [resume], .undefined
        mov esp, 0x900000
        ud2
.undefined: mov dword [resume], .interrupted
        mov esp, 0x900000
        sti
        hlt
.interrupted: mov dword [resume], .counted
        mov esp, 0x900000
        sti
.spin:  inc edx
        jmp .spin
.counted: mov dword [resume], .stepped
        pushf
        or dword [esp], 0x100
        popf
        mov esp, 0x900000                     ; a single step
.stepped: mov dword [resume], .absent
        mov byte [0x170000 + 0x28 * 8 + 5], 0x0e
        mov esp, 0x900000
        sti
.wait:  inc edx
        jmp .wait
.absent: mov dword [resume], done
        jmp 0x800000                          ; what is fetched there is no instruction
`
  test.each([['without paging', ''], ['with paging', PAGING]])('accesses where there is no RAM, %s', (_, paging) => {
    const { bare, guest, vmExits } = playBoth(multiboot(imageOf(kernelAround(`${paging}${BEYOND}`)), { ticksPerSecond: 10_000_000 }), 1_000_000)
    expect(bare.machine.end).toEqual({ kind: 'exit', code: 0 })
    expect(guestState(guest.machine)).toEqual(guestState(bare.machine))
    expect(vmExits.eptViolation).toBeGreaterThanOrEqual(10)
  })

  test.each([
    ['a page directory where there is no RAM', `${PAGING}\n        mov eax, 0x800000\n        mov cr3, eax`],
    ['no table of interrupts', '        lidt [.none]\n        ud2\n.none: dw 0, 0, 0'],
    ['an interrupt without a stack or a table', '        lidt [.none]\n        sti\n.spin: jmp .spin\n.none: dw 0x7ff, 0, 0x80'],
  ])('a triple fault: %s', (_, body) => {
    const { bare, guest } = playBoth(multiboot(imageOf(kernelAround(body))), 1_000_000)
    expect(bare.machine.end).toEqual({ kind: 'shutdown' })
    expect(guestState(guest.machine)).toEqual(guestState(bare.machine))
  })

  test('its time stamp counter counts what its processor spends, with and without an exit in between', () => {
    const body = '        rdtsc\n        mov esi, eax\n        in al, 0x61\n        rdtsc\n        sub eax, esi\n        mov edi, eax\n        mov ecx, 0x10\n        rdmsr\n        sub eax, esi'
    const { guest } = playBoth(multiboot(imageOf(kernelAround(body))), 1_000_000)
    const { s, timestamp } = guest.machine.cpu
    expect(s[7]!).toBeGreaterThan(500)
    expect(s[0]! & ~0xff).toBeGreaterThanOrEqual(s[7]! & ~0xff)
    expect(timestamp).toBeGreaterThan(s[6]! + s[7]!)
  })
})

test('a state that no VM entry takes is interpreted until it is gone', () => {
  const config = multiboot(imageOf(makeImageSource('refused', 2, 20)), { ticksPerSecond: 800_000 })
  const { bare, guest, vmExits } = playBoth(config, Infinity, ({ cpu }) => {
    // A data segment that nobody has used, and yet it is loaded: no load leaves it like this.
    cpu.rights[DS]! &= ~ACCESSED
  })
  expect(guestState(guest.machine)).toEqual(guestState(bare.machine))
  expect(vmExits.invalidGuestState).toBeGreaterThan(3)
})

describe('the host is out of reach', () => {
  const HOSTILE = `${PAGING}
        mov dword [resume], .next
        mov edi, 0x40000000                   ; the monitor's frames, by a page of 4 MiB
        mov ecx, 0x10000
        mov eax, 0xDEADBEEF
        rep stosd
        mov eax, [0x40001000]
        cmp eax, -1
        jne .seen
        mov dword [0x180000 + 0x404], 0x181003
        mov dword [0x181000], 0x801003        ; the VMCS, by a page of 4 KiB
        mov eax, cr3
        mov cr3, eax
        mov dword [0x40400000], 0xDEADBEEF
        mov dword [0x180000 + 0x408], 0x806003 ; the nested table as a page table
        mov eax, cr3
        mov cr3, eax
        mov dword [0x40800000], 0xDEADBEEF
.next:  mov dword [resume], .last
        mov esp, 0x40001800                   ; a stack in the VMCS
        push dword 0xDEADBEEF
        int 0x80
.last:  mov esp, 0x190000
        lgdt [.table]                         ; descriptors in the monitor's frames: accessed bits
        mov eax, 0x10
        jmp done
.seen:  mov al, 1
        out 0xf4, al
.table: dw 0xFFFF
        dd 0x40000000
`
  test('a guest whose page tables lead there changes nothing, and reads ones', () => {
    const config = multiboot(imageOf(kernelAround(HOSTILE)), { monitor: hardwareAssist() })
    const recording = new Recording(config)
    const { machine } = recording
    const own = (): Buffer => Buffer.from(machine.host.bytes.slice(machine.memory.size))
    const before = own()
    recording.run(1_000_000)
    expect(machine.end).toEqual({ kind: 'exit', code: 0 })
    const after = own()
    expect(after.includes(Buffer.from([0xef, 0xbe, 0xad, 0xde]))).toBe(false)
    // The VMCS is what the monitor itself and the processor write.
    for (const bytes of [before, after]) bytes.fill(0, 0x1000, 0x2000)
    expect(after.equals(before)).toBe(true)
  })

  test.each(['db 0x0f, 0x01, 0xc1', 'db 0xf3, 0x0f, 0xc7, 0x35, 0, 0, 0x18, 0', 'db 0x0f, 0xc7, 0x35, 0, 0, 0x18, 0', 'db 0x0f, 0x01, 0xc2', 'db 0x0f, 0x78, 0xc0'])('VMX is not the guest’s: %s is #UD', (bytes) => {
    const body = `        mov dword [resume], done\n        ${bytes}\n        mov al, 1\n        out 0xf4, al`
    const { bare, guest } = playBoth(multiboot(imageOf(kernelAround(body))), 1_000_000)
    expect(guest.machine.end).toEqual({ kind: 'exit', code: 0 })
    expect(guestState(guest.machine)).toEqual(guestState(bare.machine))
  })
})

describe('a run under hardware assist can be taken back', () => {
  test('there and again it has the same state and has told the same events, which are those of bare metal', () => {
    const config = guestConfig('kernel')
    const limits = { interval: 20_000, count: 20 }
    const bare = new Recording(config, limits)
    const recording = new Recording({ ...config, monitor: hardwareAssist() }, limits)
    const hashes = new Map<number, string>()
    for (const tick of [1, 777, 50_001, 333_333, 400_000]) {
      bare.run(tick)
      recording.run(tick)
      hashes.set(tick, recording.machine.stateHash())
    }
    // Without the monitor's, which take numbers of their own.
    const eventsOf = ({ events }: Recording): unknown[] => Array.from({ length: events.total }, (_, n) => ({ ...events.get(n)!, index: -1 })).filter(({ kind }) => !MONITOR_EVENT_KINDS.some((own) => own === kind))
    expect(eventsOf(recording)).toEqual(eventsOf(bare))
    for (const tick of [333_333, 1, 400_000, 50_001, 777]) {
      recording.seek(tick)
      expect(recording.machine.stateHash()).toBe(hashes.get(tick))
    }
    recording.seek(400_000)
    bare.back(3000)
    recording.back(3000)
    expect(guestState(recording.machine)).toEqual(guestState(bare.machine))
    expect(eventsOf(recording)).toEqual(eventsOf(bare))
  }, 60_000)

  test('instruction by instruction, with a look before each and a trace, it is the same', () => {
    const image = imageOf(makeImageSource('looks', 3, 20))
    const config = multiboot(image, { ticksPerSecond: 800_000 })
    const looks: string[][] = [[], []]
    const runs = [new Recording(config), new Recording({ ...config, monitor: hardwareAssist() })]
    const traces = runs.map((recording, n) => {
      const { s } = recording.machine.cpu
      recording.run(7800)
      recording.onEach = () => void looks[n]!.push(`${recording.tick} ${s[9]!.toString(16)} ${s[0]!}`)
      recording.run(8300)
      recording.onEach = null
      const trace = recording.trace(200)
      return Array.from({ length: 200 }, (_, back) => trace.entry(trace.total - 1 - back)).map(({ state, moment }) => [...state.subarray(0, 10), moment])
    })
    expect(looks[1]).toEqual(looks[0])
    expect(traces[1]).toEqual(traces[0])
    expect(guestState(runs[1]!.machine)).toEqual(guestState(runs[0]!.machine))
  })
})
