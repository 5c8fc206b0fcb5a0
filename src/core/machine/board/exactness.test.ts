import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { gpa } from '../memory/addresses.ts'
import { busyMachine, type BusyMachine } from './testing/busy-guest.ts'

/** What is typed when, in ticks. */
interface Input { readonly tick: number; readonly kind: 'serial' | 'key'; readonly value: number }

const LENGTH = 40_000
const ticks = fc.integer({ min: 0, max: LENGTH })
const inputs = fc.array(fc.record({ tick: ticks, kind: fc.constantFrom('serial' as const, 'key' as const), value: fc.integer({ min: 1, max: 0x7f }) }), { maxLength: 6 })
  .map((list) => list.sort((a, b) => a.tick - b.tick))

function give({ machine }: BusyMachine, { kind, value }: Input): void {
  if (kind === 'serial') machine.typeSerial(Uint8Array.of(value))
  else machine.key(value, true)
}

/** Runs to the end with these inputs, stopping at `cuts` and doing `between` there. */
function play(start: BusyMachine, given: readonly Input[], cuts: readonly number[] = [], between: (at: BusyMachine) => BusyMachine = (same) => same): BusyMachine {
  let now = start
  const stops = [...given.map((input) => ({ tick: input.tick, input })), ...cuts.map((tick) => ({ tick, input: null }))].sort((a, b) => a.tick - b.tick)
  for (const { tick, input } of stops) {
    now.machine.run(tick)
    if (input) give(now, input)
    else now = between(now)
  }
  now.machine.run(Infinity)
  return now
}

const outcome = ({ machine, sent }: BusyMachine): unknown => ({ hash: machine.stateHash(), tick: machine.tick, end: machine.end, sent: sent() })

describe('a run', () => {
  test('reaches its end, with interrupts of every device on the way', () => {
    const whole = busyMachine()
    play(whole, [{ tick: 1000, kind: 'serial', value: 0x41 }, { tick: 2000, kind: 'key', value: 2 }])
    expect(whole.machine.end?.kind).toBe('exit')
    expect(whole.machine.tick).toBeGreaterThan(LENGTH / 2)
    expect(whole.machine.tick).toBeGreaterThan(whole.machine.cpu.instructions)
    expect(whole.sent()).toMatch(/^A.$/s)
    expect(whole.machine.devices.ata.disks[0]!.takeDirty().length).toBeGreaterThan(1)
  })

  test('is the same every time, also a step at a time', () => {
    const reference = outcome(play(busyMachine(), []))
    const stepped = busyMachine()
    while (stepped.machine.end === null) stepped.machine.step()
    expect(outcome(stepped)).toEqual(reference)
  })

  test('stops exactly at the tick that was asked for', () => {
    const { machine } = busyMachine()
    for (let tick = 7; machine.run(tick) !== 'end'; tick = Math.floor(tick * 1.3)) expect(machine.tick).toBe(tick)
  })

  test('with the same inputs ends the same, paused at random', () => {
    fc.assert(fc.property(inputs, fc.array(ticks, { maxLength: 12 }), (given, cuts) => {
      expect(outcome(play(busyMachine(), given, cuts))).toEqual(outcome(play(busyMachine(), given)))
    }), { numRuns: 10, seed: 1 })
  })

  test('goes on in another machine from what was saved, through JSON', () => {
    fc.assert(fc.property(inputs, fc.array(ticks, { minLength: 1, maxLength: 3 }), (given, cuts) => {
      let text = ''
      const moved = play(busyMachine(), given, cuts, (from) => {
        const to = busyMachine()
        const { devices, ...snapshot } = from.machine.save()
        to.machine.memory.copyIn(gpa(0), from.machine.memory.bytes)
        to.machine.devices.ata.disks[0]!.bytes.set(from.machine.devices.ata.disks[0]!.bytes)
        to.machine.load({ ...snapshot, devices: JSON.parse(JSON.stringify(devices)) as typeof devices })
        expect(to.machine.stateHash()).toBe(from.machine.stateHash())
        text += from.sent()
        return to
      })
      expect(outcome({ machine: moved.machine, sent: () => text + moved.sent() })).toEqual(outcome(play(busyMachine(), given)))
    }), { numRuns: 10, seed: 2 })
  })

  test('goes back to a snapshot of its own', () => {
    fc.assert(fc.property(ticks, ticks, (at, further) => {
      const { machine } = busyMachine()
      machine.run(at)
      const snapshot = machine.save()
      const bytes = machine.memory.bytes.slice()
      const disk = machine.devices.ata.disks[0]!.bytes.slice()
      const hash = machine.stateHash()
      machine.run(at + further)
      const later = machine.stateHash()
      machine.memory.copyIn(gpa(0), bytes)
      machine.devices.ata.disks[0]!.bytes.set(disk)
      machine.load(snapshot)
      expect(machine.stateHash()).toBe(hash)
      machine.run(at + further)
      expect(machine.stateHash()).toBe(later)
    }), { numRuns: 10, seed: 3 })
  })

  test('with an input a tick later is another run', () => {
    const first = play(busyMachine(), [{ tick: 5000, kind: 'serial', value: 0x41 }])
    const second = play(busyMachine(), [{ tick: 5001, kind: 'serial', value: 0x41 }])
    expect(first.machine.stateHash()).not.toBe(second.machine.stateHash())
  })
})
