import { expect, test } from 'vitest'
import type { MachineEvent, TechniqueName } from '../../../protocol/machine.ts'
import { MONITOR_EVENT_KINDS } from '../../../protocol/monitor.ts'
import { MachineDesk } from '../../machine/desk/machine-desk.ts'
import type { MachineProgram } from '../../machine/desk/program.ts'
import { programOfGuest } from '../../machine/desk/open-program.ts'
import { monitorOf } from './technique.ts'

const machine = 'program:test'
/** Assembled once. */
const programs = new Map<string, MachineProgram>()

function deskOf(technique: TechniqueName, guest = 'kernel'): MachineDesk {
  const program = programs.get(guest) ?? programOfGuest(guest)
  programs.set(guest, program)
  const monitor = monitorOf(technique)
  return new MachineDesk(machine, { ...program, technique, config: { ...program.config, ...(monitor && { monitor }) } }, () => undefined)
}

function run(desk: MachineDesk, count: number): void {
  desk.request('machine.run', { machine, until: { kind: 'instruction', count } })
  while (desk.slice());
}

const eventsOf = (desk: MachineDesk, from = 0): readonly MachineEvent[] => desk.request('machine.events', { machine, from, count: 1000 }).events
const isMonitors = ({ kind }: MachineEvent): boolean => MONITOR_EVENT_KINDS.some((own) => own === kind)
/** What a guest can know of an event. */
const plain = ({ tick, kind, eip, fromCpl, toCpl, vector, error, target, address, port, value }: MachineEvent) => ({ tick, kind, eip, fromCpl, toCpl, vector, error, target, address, port, value })
const INSTRUCTIONS = 4000

test.each(['binary-translation', 'hardware-assist'] as const)('under %s the guest’s own events are those of bare metal', (technique) => {
  const [bare, guest] = [deskOf('native'), deskOf(technique)]
  for (const desk of [bare, guest]) run(desk, INSTRUCTIONS)
  const own = eventsOf(guest).filter((event) => !isMonitors(event))
  expect(own.length).toBeGreaterThan(100)
  expect(own.map(plain)).toEqual(eventsOf(bare).map(plain))
  // What the processor spends on them is known on bare metal only.
  expect(eventsOf(bare).some(({ cycles }) => cycles > 0)).toBe(true)
  expect(own.every(({ cycles }) => cycles === 0)).toBe(true)
})

test('what a trap leads to follows it at the same moment', () => {
  const desk = deskOf('trap-and-emulate')
  run(desk, INSTRUCTIONS)
  const events = eventsOf(desk)
  expect(events.find(({ kind, vector }) => kind === 'trap' && vector === 13)).toMatchObject({ reason: 'emulated', cause: 'out dx,al', fromCpl: 1, toCpl: 0 })
  expect(events.find(({ kind, reason }) => kind === 'trap' && reason === 'hidden fault')).toMatchObject({ vector: 14, address: 0x100153 })
  for (const [n, event] of events.entries()) {
    if (event.kind === 'io') expect(events[n - 1]).toMatchObject({ kind: 'trap', tick: event.tick, eip: event.eip, reason: 'emulated' })
    if (event.kind === 'fault') expect(events.slice(0, n).findLast(isMonitors)).toMatchObject({ kind: 'trap', tick: event.tick, eip: event.eip, reason: 'reflected' })
    if (event.kind === 'interrupt') expect(events[n - 1]).toMatchObject({ kind: 'inject', tick: event.tick, vector: event.vector })
  }
  expect(events.some(({ kind }) => kind === 'fault')).toBe(true)
  expect(events.some(({ kind }) => kind === 'inject')).toBe(true)
})

test('a VM exit has Intel’s number and AMD’s name; a hypercall its arguments and its result; a translation its block', () => {
  const [assisted, ported, translated] = [deskOf('hardware-assist'), deskOf('paravirtual', 'kernel-pv'), deskOf('binary-translation')]
  for (const desk of [assisted, ported, translated]) run(desk, INSTRUCTIONS)
  expect(eventsOf(assisted)[0]).toMatchObject({ kind: 'exit', name: 'io', exit: { number: 30, amd: 'VMEXIT_IOIO' }, cause: 'out dx,al' })
  const calls = eventsOf(ported).filter(({ kind }) => kind === 'hypercall')
  expect(calls[0]).toMatchObject({ name: 'console_io', cause: 'int 0x82', call: { args: [0, 15, expect.any(Number), expect.any(Number), 0], result: 15, denial: null } })
  const batch = calls.findIndex(({ name }) => name === 'multicall')
  expect(calls.slice(batch - 2, batch + 1).map(({ name }) => name)).toEqual(['stack_switch', 'mmuext_op', 'multicall'])
  expect(eventsOf(translated)[0]).toMatchObject({ kind: 'translate', target: 0x100153, instructions: 22 })
})

test.each([['trap-and-emulate', 'kernel'], ['binary-translation', 'kernel'], ['paravirtual', 'kernel-pv'], ['hardware-assist', 'kernel']] as const)('%s: the same events however the run is cut and taken back', (technique, guest) => {
  const [whole, cut] = [deskOf(technique, guest), deskOf(technique, guest)]
  run(whole, INSTRUCTIONS)
  for (const part of [7, 993, 1, 1500]) run(cut, part)
  cut.request('machine.seek', { machine, tick: 700 })
  cut.request('machine.back', { machine, by: { kind: 'instruction', count: 3 } })
  run(cut, INSTRUCTIONS - 697)
  expect(eventsOf(cut)).toEqual(eventsOf(whole))
})

test('back to an entry of the monitor, and forth to the next', () => {
  const desk = deskOf('trap-and-emulate')
  run(desk, INSTRUCTIONS)
  const traps = eventsOf(desk).filter(({ kind }) => kind === 'trap')
  const { tick } = desk.request('machine.back', { machine, by: { kind: 'event', event: 'trap' } })
  expect(tick).toBe(traps.findLast((trap) => trap.tick < desk.state().lastTick)!.tick)
  desk.request('machine.seek', { machine, tick: traps[3]!.tick })
  desk.request('machine.run', { machine, until: { kind: 'event', event: 'trap' } })
  while (desk.slice());
  expect(desk.state()).toMatchObject({ tick: traps[4]!.tick, pause: 'event' })
})

test('a run that ends with an event has it behind, also where the instruction that faulted begins anew', () => {
  const desk = deskOf('trap-and-emulate')
  for (const tick of [1, 2]) {
    desk.request('machine.run', { machine, until: { kind: 'event', event: 'trap' } })
    while (desk.slice());
    expect(desk.state()).toMatchObject({ tick, recent: Array.from({ length: tick }, () => ({ kind: 'trap', reason: 'hidden fault' })) })
  }
})
