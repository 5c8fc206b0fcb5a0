import { describe, expect, test } from 'vitest'
import { Machine } from '../../../machine/board/machine.ts'
import { makeImageSource } from '../../../machine/testing/lockstep/programs.ts'
import { SEVENTEEN } from '../../classifier/seventeen.ts'
import { expectSameAtAnyMoment } from '../../testing/any-moment.ts'
import { guestState } from '../../testing/guest-state.ts'
import { kernelAround, PAGING } from '../hardware-assist/testing/kernels.ts'
import { guestConfig, imageOf, multiboot } from '../hardware-assist/testing/play.ts'
import { trapAndEmulate } from '../trap-and-emulate.ts'
import { binaryTranslation } from './binary-translation.ts'
import { playBoth, translated } from './testing/play.ts'
import { textOf } from './testing/text.ts'

/** The long proof instead of the sample that a short run takes. */
const THOROUGH = process.env['GLASSHOUSE_THOROUGH'] === '1'
/** Images of ten random kernels each. */
const IMAGES = THOROUGH ? 40 : 2

/** What programs in ring 3, which run directly, see of the monitor: nothing that this guest does in its kernel. */
const withoutLeaks = (source: string): string =>
  source.replace(/iret\nu\d+:[^]*?int 0x81/g, (program) => program.replace(/\b(?:sgdt|sidt) \[\d+\]|\b(?:sldt|str|smsw) eax|\blsl ebx, eax/g, 'nop'))

describe('a translated guest does what it does on bare metal', () => {
  test.each([['hello', Infinity], ['selfmod', Infinity], ['kernel', 1_500_000], ['windows-like', Infinity], ['realtime', 300_000], ['tiny-vmm', Infinity]] as const)('%s', (key, ticks) => {
    const { bare, guest, monitor } = playBoth(guestConfig(key), ticks)
    expect(guest.text).toBe(bare.text)
    expect(guestState(guest.machine)).toEqual(guestState(bare.machine))
    expect(monitor.counts.units).toBeGreaterThan(5)
  }, 60_000)

  test('rings: but for what the processor tells programs that run directly', () => {
    const { bare, guest } = playBoth(guestConfig('rings'))
    const before = bare.text.split('\n')
    const differing = guest.text.split('\n').filter((line, n) => line !== before[n])
    expect(differing.map((line) => line.trim().split(/\s{2,}/))).toEqual([['sgdt: limit', '=87', '=87', '=87', '=FFFF'], ['str', '=58', '=58', '=58', '=FFE8']])
  }, 60_000)

  test.each(Array.from({ length: IMAGES }, (_, n) => `kernels-${n}`))('random kernels: %s', (seed) => {
    const { bare, guest, monitor } = playBoth(multiboot(imageOf(withoutLeaks(makeImageSource(seed, 10, 20))), { ticksPerSecond: 800_000 }))
    expect(bare.machine.end?.kind).toBe('exit')
    expect(guestState(guest.machine)).toEqual(guestState(bare.machine))
    expect(monitor.exits.interrupt).toBeGreaterThan(10)
  }, 60_000)

  test('popf, which only traps where nobody needs it, is wrong under trap and emulate and right here', () => {
    const config = multiboot(imageOf(SEVENTEEN.find(({ key }) => key === 'popf')!.source))
    const { bare, guest } = playBoth(config)
    expect(guest.text).toBe(bare.text)
    const trapped = new Machine({ ...config, monitor: trapAndEmulate({ kernelRing: 1 }) })
    trapped.run(20_000)
    expect(trapped.end).not.toEqual(bare.machine.end)
  })
})

test('a kernel reaches neither the cache nor the monitor\'s data: not behind the fence, not through CS or GS, not by its page tables', () => {
  const body = `
        mov ax, 0x10
        mov gs, ax
        mov ebx, [gs:0x100000]                ; the guest's own, not the door
        mov [gs:0x181000], ebx
        mov eax, 0xDEADBEEF
        mov edi, 0xFFC00000
.fence: mov [edi], eax
        mov [gs:edi + 4], eax
        mov esi, [cs:edi + 8]
        add edx, esi
        add edi, 0x4000
        jnz .fence
        mov edi, 0xFFD04000
        mov ecx, 64
        rep stosd
${PAGING}
        mov eax, 0xDEADBEEF
        mov edi, 0x40000000                   ; frames behind the guest's memory
        mov ecx, 0x10000
        rep stosd
        mov edx, [0x40104000]
        mov esp, 0x40001800
        push eax
        mov esp, 0x190000
`
  const { bare, guest } = playBoth(multiboot(imageOf(kernelAround(body))), 2_000_000)
  expect(bare.machine.end).toEqual({ kind: 'exit', code: 0 })
  expect(guestState(guest.machine)).toEqual(guestState(bare.machine))
  const { host, memory } = guest.machine
  const own = new Uint32Array(host.bytes.slice(memory.size).buffer)
  expect(own.includes(0xdead_beef)).toBe(false)
})

test('the same at any moment, however the run is cut and taken back', () => {
  expectSameAtAnyMoment({ ...guestConfig('kernel'), monitor: binaryTranslation() })
})

test('what the monitor counted is the same however the run is cut', () => {
  const config = guestConfig('selfmod')
  const [whole, cut] = [translated(config), translated(config)]
  whole.machine.run(Infinity)
  for (let tick = 7; !cut.machine.end; tick += 7) cut.machine.run(tick)
  expect(cut.monitor.counts).toEqual(whole.monitor.counts)
  expect(cut.monitor.exits).toEqual(whole.monitor.exits)
  expect(guestState(cut.machine)).toEqual(guestState(whole.machine))
})

test('what a kernel begins with, beside its translation', async () => {
  const { machine, monitor } = translated(guestConfig('kernel'))
  machine.run(300_000)
  await expect(textOf(monitor.blocks().slice(0, 24))).toMatchFileSnapshot('golden/kernel-blocks.txt')
})

test('the cache is emptied when it is full, and nothing else changes', () => {
  // Each `jecxz` leads to its successor, in five instructions of the cache.
  const { bare, guest, monitor } = playBoth(multiboot(imageOf(kernelAround('        times 40000 db 0xE3, 0'))), 2_000_000)
  expect(bare.machine.end).toEqual({ kind: 'exit', code: 0 })
  expect(guestState(guest.machine)).toEqual(guestState(bare.machine))
  expect(monitor.counts.evictions).toBeGreaterThan(0)
})

describe('guest code that changes', () => {
  const run = (body: string, ticks = 2_000_000) => {
    const { bare, guest, monitor } = playBoth(multiboot(imageOf(kernelAround(body)), { ticksPerSecond: 10_000_000 }), ticks)
    expect(guestState(guest.machine)).toEqual(guestState(bare.machine))
    return { counts: monitor.counts, monitor }
  }

  test('an instruction writes over the one behind it', () => {
    const { counts } = run('        mov ecx, 20\n.again: mov byte [.place], 0x42\n.place: inc eax\n        mov byte [.place], 0x40\n        loop .again')
    expect(counts.written).toBeGreaterThan(10)
  })

  test('data beside code: the store traps until it is a call-out', () => {
    const { counts } = run('        mov ecx, 200\n.again: inc dword [.data]\n        dec ecx\n        jnz .again\n        jmp done\n.data:  dd 0')
    expect(counts).toMatchObject({ adapted: 1, written: 0, callOuts: { inc: 195 }, reverted: 0 })
  })

  test('a call-out that is not needed any more is a copy again', () => {
    const { counts } = run(`        mov esi, .data
        mov ecx, 200
.again: cmp ecx, 100
        jne .store
        mov esi, 0x1a0000
.store: inc dword [esi]
        dec ecx
        jnz .again
        jmp done
.data:  dd 0`)
    expect(counts).toMatchObject({ adapted: 1, reverted: 1, callOuts: { inc: 96 + 16 } })
  })
})
