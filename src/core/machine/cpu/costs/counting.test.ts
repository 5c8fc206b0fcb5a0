import fc from 'fast-check'
import { expect, test } from 'vitest'
import { programMachine, programs } from '../../testing/random-program.ts'
import { RingMachine } from '../../testing/ring-machine.ts'
import { run, step } from '../interpreter.ts'
import { CPL, FLAGS, TF } from '../layout.ts'
import { CALL, classId, COST_CLASSES, FAULT_EVENT, GATE, HARDWARE_EVENTS, ITERATION, KERNEL_SIDE, PAGE_FAULT_EVENT, PLAIN, RET, RETURN, USER_SIDE } from './counters.ts'

const STEPS = 300

/** Instructions of all classes on one side. */
const instructions = (counted: Float64Array, side: number): number => COST_CLASSES.reduce((sum, _name, at) => (at === ITERATION ? sum : sum + counted[side + at]!), 0)

test.each([0, 3] as const)('random programs that begin in ring %d: each instruction counts once, for the ring that it leads to', (ring) => {
  fc.assert(fc.property(programs, (program) => {
    const { cpu } = programMachine(program, ring)
    const sides = { [USER_SIDE]: 0, [KERNEL_SIDE]: 0 }
    let faults = 0
    // In a single step an instruction and the exception behind it come together.
    for (let i = 0; i < STEPS && (cpu.s[FLAGS]! & TF) === 0; i++) {
      const ended = step(cpu)
      if (ended === 'completed') sides[cpu.s[CPL] === 3 ? USER_SIDE : KERNEL_SIDE]! += 1
      else if (ended === 'fault') faults++
      else break
    }
    const { counted } = cpu
    expect([instructions(counted, USER_SIDE), instructions(counted, KERNEL_SIDE)]).toEqual([sides[USER_SIDE], sides[KERNEL_SIDE]])
    expect(counted[USER_SIDE + ITERATION]! + counted[KERNEL_SIDE + ITERATION]!).toBe(cpu.iterations)
    // `int1` completes, and delivers its exception by itself.
    expect(counted[FAULT_EVENT]).toBeGreaterThanOrEqual(faults)
    expect([...counted].every((count) => count >= 0)).toBe(true)

    const { cpu: whole } = programMachine(program, ring)
    while (whole.moment < cpu.moment && run(whole, cpu.moment - whole.moment) !== 'shutdown');
    expect(whole.counted).toEqual(counted)
  }), { numRuns: 100, seed: 11 })
})

test('what a few instructions are counted as', () => {
  // call +3; jmp past ret; ret; then nop, imul eax, ecx; mov cr2, eax; int 0x80, whose handler returns.
  const machine = new RingMachine(0).code('e802000000 eb01 c3 90 0fafc1 0f22d0 cd80')
  machine.code('cf', 0x2_0000 + 0x80 * 16)
  run(machine.cpu, 8)
  const { counted } = machine.cpu
  const kernel = (name: (typeof COST_CLASSES)[number]): number => counted[KERNEL_SIDE + classId(name)]!
  expect([kernel('plain'), counted[KERNEL_SIDE + PLAIN], counted[KERNEL_SIDE + CALL], counted[KERNEL_SIDE + RET], kernel('mul'), kernel('control'), kernel('event')]).toEqual([2, 2, 1, 1, 1, 1, 2])
  expect([counted[GATE], counted[RETURN], counted[FAULT_EVENT], counted[PAGE_FAULT_EVENT]]).toEqual([1, 1, 0, 0])
  expect(HARDWARE_EVENTS.indexOf('return')).toBe(RETURN - GATE)
})
