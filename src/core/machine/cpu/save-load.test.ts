import fc from 'fast-check'
import { expect, test } from 'vitest'
import { gpa } from '../memory/addresses.ts'
import { everything, programMachine, programs } from '../testing/random-program.ts'
import { run } from './interpreter.ts'

const STEPS = 600

test('a run that is saved, goes on, and is loaded again ends the same, to the last count', () => {
  fc.assert(fc.property(programs, fc.constantFrom(0 as const, 3 as const), fc.integer({ min: 0, max: STEPS }), fc.boolean(), (program, ring, at, clean) => {
    const whole = programMachine(program, ring)
    run(whole.cpu, STEPS)
    const machine = programMachine(program, ring)
    if (run(machine.cpu, at) === 'shutdown') return
    if (clean) machine.memory.takeDirty()
    const snapshot = machine.cpu.save()
    const bytes = machine.memory.bytes.slice()
    run(machine.cpu, STEPS - at)
    expect(everything(machine)).toEqual(everything(whole))
    machine.memory.copyIn(gpa(0), bytes)
    machine.cpu.load(snapshot)
    run(machine.cpu, STEPS - at)
    expect(everything(machine)).toEqual(everything(whole))
  }), { numRuns: 30, seed: 3 })
})

test('dirty pages are those that the processor and loaders wrote', () => {
  fc.assert(fc.property(programs, fc.constantFrom(0 as const, 3 as const), (program, ring) => {
    const machine = programMachine(program, ring)
    run(machine.cpu, STEPS / 2)
    machine.memory.takeDirty()
    const before = machine.memory.bytes.slice()
    run(machine.cpu, STEPS / 2)
    const dirty = new Set(machine.memory.takeDirty())
    for (let page = 0; page < machine.memory.size / 4096; page++) {
      const [from, to] = [page * 4096, page * 4096 + 4096]
      if (!dirty.has(page)) expect(Buffer.compare(machine.memory.bytes.subarray(from, to), before.subarray(from, to))).toBe(0)
    }
  }), { numRuns: 40, seed: 4 })
})

test('the loop of frequent forms and the plain interpreter do the same', () => {
  fc.assert(fc.property(programs, fc.constantFrom(0 as const, 3 as const), (program, ring) => {
    const fast = programMachine(program, ring)
    const plain = programMachine(program, ring)
    plain.cpu.flat = false
    plain.cpu.noteFlatness = () => undefined
    expect(run(fast.cpu, STEPS)).toBe(run(plain.cpu, STEPS))
    expect(everything(fast)).toEqual(everything(plain))
  }), { numRuns: 100, seed: 5 })
})
