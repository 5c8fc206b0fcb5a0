import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { gpa } from '../memory/addresses.ts'
import { programMachine, programs } from '../testing/random-program.ts'
import type { RingMachine } from '../testing/ring-machine.ts'
import { run } from './interpreter.ts'
import { ATTENTION } from './layout.ts'

const STEPS = 600

/** All that a guest or a counter could tell apart. */
function everything({ cpu, memory }: RingMachine): unknown {
  const { state, tlb, ...counts } = cpu.save()
  state[ATTENTION] = 0
  return { state: [...state], counts, pages: [...tlb.pages], memory: createHash('sha1').update(memory.bytes).digest('hex') }
}

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
  }), { numRuns: 60, seed: 3 })
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
