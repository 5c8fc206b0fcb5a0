import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { programMachine, programs } from '../../testing/random-program.ts'
import { makeGuest } from '../../testing/vmx-machine.ts'
import { run } from '../interpreter.ts'
import { CHECKS, CR0, CR4, EIP } from '../layout.ts'
import { vmlaunch } from './entry.ts'
import { exitInfo } from './exit-info.ts'

const STEPS = 400

/** Registers, segments, RAM below the VMCS, and counts, as a guest sees them. */
function guestView(machine: ReturnType<typeof programMachine>, withCycles: boolean): unknown {
  const { cpu, memory } = machine
  const snapshot = cpu.save()
  const { state } = snapshot
  state[CR0]! &= ~0x20
  state[CR4]! &= ~0x2000
  return { state: [...state.subarray(0, CHECKS)], counts: [snapshot.instructions, snapshot.iterations, snapshot.deliveries, ...(withCycles ? [cpu.timestamp] : [])], memory: createHash('sha1').update(memory.bytes.subarray(0, 0x30_0000)).digest('hex') }
}

test.each([false, true])('random programs of ring 0 and 3 do the same in non-root operation as on bare metal, EPT: %s', (ept) => {
  fc.assert(fc.property(programs, fc.constantFrom(0 as const, 3 as const), (program, ring) => {
    const bare = programMachine(program, ring)
    const guest = programMachine(program, ring)
    makeGuest(guest, { ept })
    expect(vmlaunch(guest.cpu)).toEqual({ kind: 'ok' })
    const stop = run(bare.cpu, STEPS)
    const guestStop = run(guest.cpu, STEPS)
    if (stop === 'shutdown') {
      expect([guestStop, exitInfo(guest.cpu).name]).toEqual(['vm-exit', 'tripleFault'])
      return
    }
    expect(guestStop === 'vm-exit' ? exitInfo(guest.cpu) : guestStop).toEqual(stop)
    expect(guestView(guest, !ept)).toEqual(guestView(bare, !ept))
    expect(guest.cpu.s[EIP]).toBe(bare.cpu.s[EIP])
  }), { numRuns: 100, seed: 6 })
})
