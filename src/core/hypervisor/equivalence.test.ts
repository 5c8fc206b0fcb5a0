import { describe, expect, test } from 'vitest'
import { Machine } from '../machine/board/machine.ts'
import { DR0 } from '../machine/cpu/layout.ts'
import { kernelAround } from './techniques/hardware-assist/testing/kernels.ts'
import { imageOf, multiboot, playBoth } from './techniques/hardware-assist/testing/play.ts'
import { trapAndEmulate } from './techniques/trap-and-emulate.ts'
import { checkEquivalence, EQUIVALENT } from './testing/equivalence/check.ts'
import { guestState } from './testing/guest-state.ts'

/** The long proof instead of the sample that a short run takes. */
const THOROUGH = process.env['GLASSHOUSE_THOROUGH'] === '1'

describe('random kernels and their programs end as on bare metal', () => {
  test.each(EQUIVALENT)('under $name', (technique) => {
    const report = checkEquivalence({ seed: 'ci', count: THOROUGH ? 20_000 : 150, techniques: [technique], supply: THOROUGH ? 1500 : 250 })
    expect(report.counterexample).toBeNull()
    // They are no empty exercise.
    expect(report.instructions / report.kernels).toBeGreaterThan(200)
    expect(report.deliveries / report.kernels).toBeGreaterThan(8)
    expect(report.ends['exit']! / report.kernels).toBeGreaterThan(0.8)
  }, 600_000)
})

describe('what random kernels have found', () => {
  test('a single step whose delivery shuts the processor down takes as long under hardware assist', () => {
    const body = '        lidt [.none]\n        pushf\n        or dword [esp], 0x100\n        popf\n        nop\n.none:  dw 0, 0, 0'
    const { bare, guest } = playBoth(multiboot(imageOf(kernelAround(body))), 1_000_000)
    expect(bare.machine.end).toEqual({ kind: 'shutdown' })
    expect(guestState(guest.machine)).toEqual(guestState(bare.machine))
  })

  test.each([1, 3] as const)('int1, which asks no gate, is no single step for a kernel in ring %i', (kernelRing) => {
    const config = multiboot(imageOf(kernelAround('        mov dword [resume], done\n        int1')))
    const machines = [new Machine(config), new Machine({ ...config, monitor: trapAndEmulate({ kernelRing }) })]
    for (const machine of machines) machine.run(1_000_000)
    const [bare, guest] = machines.map(({ cpu, tick, end }) => ({ dr6: cpu.s[DR0 + 6], counts: [cpu.instructions, cpu.deliveries], tick, end }))
    expect(bare).toMatchObject({ dr6: 0, end: { kind: 'exit' } })
    expect(guest).toEqual(bare)
  })
})
