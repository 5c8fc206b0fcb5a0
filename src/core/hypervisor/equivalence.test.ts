import { describe, expect, test } from 'vitest'
import { Machine } from '../machine/board/machine.ts'
import { DR0, FS } from '../machine/cpu/layout.ts'
import { ENTRIES } from './classifier/seventeen-entries.ts'
import { kernelAround } from './techniques/hardware-assist/testing/kernels.ts'
import { imageOf, multiboot, playBoth } from './techniques/hardware-assist/testing/play.ts'
import { trapAndEmulate } from './techniques/trap-and-emulate.ts'
import { checkEquivalence, EQUIVALENT, KernelSource } from './testing/equivalence/check.ts'
import { type Deviation, firstDeviation, KIN } from './testing/equivalence/deviation.ts'
import { Rig } from './testing/equivalence/rig.ts'
import { guestState } from './testing/guest-state.ts'

/** The long proof instead of the sample that a short run takes. */
const THOROUGH = process.env['GLASSHOUSE_THOROUGH'] === '1'

describe('random kernels and their programs end as on bare metal', () => {
  test.each(EQUIVALENT)('under $name', (technique) => {
    const report = checkEquivalence({ seed: 'ci', count: THOROUGH ? 20_000 : 120, techniques: [technique], supply: THOROUGH ? 1500 : 100 })
    expect(report.counterexample).toBeNull()
    // They are no empty exercise.
    expect(report.instructions / report.kernels).toBeGreaterThan(200)
    expect(report.deliveries / report.kernels).toBeGreaterThan(8)
    expect(report.ends['exit']! / report.kernels).toBeGreaterThan(0.8)
  }, 900_000)
})

describe.each([1, 3] as const)('trap and emulate, the kernel in ring %i', (kernelRing) => {
  const source = new KernelSource('trap and emulate', THOROUGH ? 1500 : 100)
  const bare = new Rig(source.prelude, null)
  const rig = new Rig(source.prelude, trapAndEmulate({ kernelRing }))
  const deviationOf = (number: number, sensitive: boolean): Deviation | null => {
    // A kernel in ring 3 gets to its programs by `iret` no more: that is a return within a ring.
    const kernel = source.kernel(number, { sensitive, programs: sensitive || kernelRing === 1 })
    return firstDeviation(bare, rig, kernel)
  }

  test('random kernels without sensitive instructions that need not trap end as on bare metal', () => {
    for (let number = 0; number < (THOROUGH ? 4000 : 60); number++) expect(deviationOf(number, false)).toBeNull()
  }, 900_000)

  test('where others go wrong, one of the seventeen or their kin was the first to do so', () => {
    const found = new Set<string | null>()
    for (let number = 0; number < (THOROUGH ? 800 : 30); number++) {
      const deviation = deviationOf(number, true)
      if (deviation) found.add(deviation.entry ?? deviation.text)
    }
    const table = [...ENTRIES.map(({ key }) => key), ...KIN]
    expect([...found].filter((entry) => !table.includes(entry!))).toEqual([])
    expect(found.size).toBeGreaterThan(THOROUGH ? 7 : 2)
  }, 900_000)
})

describe('what random kernels have found', () => {
  test('a single step whose delivery shuts the processor down takes as long under hardware assist', () => {
    const body = '        lidt [.none]\n        pushf\n        or dword [esp], 0x100\n        popf\n        nop\n.none:  dw 0, 0, 0'
    const { bare, guest } = playBoth(multiboot(imageOf(kernelAround(body))), 1_000_000)
    expect(bare.machine.end).toEqual({ kind: 'shutdown' })
    expect(guestState(guest.machine)).toEqual(guestState(bare.machine))
  })

  test('the monitor looks ahead for a branch only where that marks no page', () => {
    const binary = EQUIVALENT.filter(({ name }) => name === 'binary translation')
    expect(checkEquivalence({ seed: 'million', first: 536_894, count: 1, techniques: binary }).counterexample).toBeNull()
  })

  test.each([1, 3] as const)('int1, which asks no gate, is no single step for a kernel in ring %i', (kernelRing) => {
    const config = multiboot(imageOf(kernelAround('        mov dword [resume], done\n        int1')))
    const machines = [new Machine(config), new Machine({ ...config, monitor: trapAndEmulate({ kernelRing }) })]
    for (const machine of machines) machine.run(1_000_000)
    const [bare, guest] = machines.map(({ cpu, tick, end }) => ({ dr6: cpu.s[DR0 + 6], counts: [cpu.instructions, cpu.deliveries], tick, end }))
    expect(bare).toMatchObject({ dr6: 0, end: { kind: 'exit' } })
    expect(guest).toEqual(bare)
  })

  test('a table of descriptors that changes in the middle of direct execution is what the next load meets', () => {
    const config = multiboot(imageOf(kernelAround(DESCRIPTOR)))
    const machines = [new Machine(config), new Machine({ ...config, monitor: trapAndEmulate({ kernelRing: 1 }) })]
    for (const machine of machines) machine.run(1_000_000)
    const [bare, guest] = machines.map(({ cpu, end }) => ({ base: cpu.bases[FS], end }))
    expect(bare).toEqual({ base: 0x18_0000, end: { kind: 'exit', code: 0 } })
    expect(guest).toEqual(bare)
  })
})

/** A segment at 0x17_0000, loaded, then moved and loaded again without anything in between that comes to a monitor. */
const DESCRIPTOR = `
        mov dword [resume], done
        mov esi, gdt
        mov edi, 0x174000
        mov ecx, 6
        rep movsd
        lgdt [.large]
        mov dword [0x174018], 0x0000FFFF
        mov dword [0x17401C], 0x00CF9317
        mov ax, 0x18
        mov fs, ax
        mov dword [0x17401C], 0x00CF9318
        mov fs, ax
        jmp done
.large: dw 0x1F
        dd 0x174000
`
