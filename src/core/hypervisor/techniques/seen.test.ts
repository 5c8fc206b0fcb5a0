import { expect, test } from 'vitest'
import type { RunUntil, TechniqueName } from '../../../protocol/machine.ts'
import { MachineDesk } from '../../machine/desk/machine-desk.ts'
import type { MachineProgram } from '../../machine/desk/program.ts'
import { programOfGuest } from '../../machine/desk/open-program.ts'
import { Recording } from '../../machine/history/recording.ts'
import { monitorOf } from './technique.ts'

const machine = 'program:test'
/** Assembled once. */
const programs = new Map<string, MachineProgram>()
const configOf = (technique: TechniqueName, guest = 'kernel') => {
  const program = programs.get(guest) ?? programOfGuest(guest)
  programs.set(guest, program)
  const monitor = monitorOf(technique)
  return { ...program, technique, config: { ...program.config, ...(monitor && { monitor }) } }
}
const deskOf = (technique: TechniqueName, guest?: string): MachineDesk => new MachineDesk(machine, configOf(technique, guest), () => undefined)

function runUntil(desk: MachineDesk, until: RunUntil): void {
  desk.request('machine.run', { machine, until })
  while (desk.slice());
}

test.each([['trap-and-emulate', 'kernel'], ['binary-translation', 'kernel'], ['paravirtual', 'kernel-pv'], ['hardware-assist', 'kernel']] as const)('%s: who looks changes nothing', (technique, guest) => {
  const [seen, unseen] = [new Recording(configOf(technique, guest).config), new Recording(configOf(technique, guest).config)]
  for (const tick of [1, 500, 2500]) {
    for (const { machine: one } of [seen, unseen]) one.run(tick)
    const { executor } = seen.machine
    executor.inspect?.()
    executor.vmcs?.()
    executor.translations?.(null, 50)
    expect(seen.machine.save()).toEqual(unseen.machine.save())
    expect(Buffer.compare(seen.machine.host.bytes, unseen.machine.host.bytes)).toBe(0)
  }
})

test('the guest believes in ring 0 and a closed interrupt flag; the processor is in ring 1 with an open one', () => {
  const desk = deskOf('trap-and-emulate')
  runUntil(desk, { kind: 'event', event: 'io' })
  const { believed, actual, counts } = desk.request('machine.monitor', { machine })
  expect(believed).toEqual(desk.state().cpu)
  expect(actual.how).toBe('direct')
  expect([believed.cpl, actual.cpu.cpl, believed.cs.selector & 3, actual.cpu.cs.selector & 3]).toEqual([0, 1, 0, 1])
  expect([believed.eflags & 0x200, actual.cpu.eflags & 0x200]).toEqual([0, 0x200])
  expect(actual.cpu).toMatchObject({ eip: believed.eip, esp: believed.esp, ds: { limit: 0xffbf_ffff } })
  expect(actual.cpu.gdtr).not.toEqual(believed.gdtr)
  expect(counts).toContainEqual({ name: 'emulated', value: 1 })
})

test('translated code runs in the cache; a program runs directly; in non-root operation all is the guest’s own but what VMX fixes', () => {
  const translated = deskOf('binary-translation')
  runUntil(translated, { kind: 'event', event: 'io' })
  expect(translated.request('machine.monitor', { machine }).actual).toMatchObject({ how: 'translated', cpu: { cpl: 1, cs: { limit: 0xffff_ffff } } })
  expect(translated.request('machine.monitor', { machine }).actual.cpu.eip).toBeGreaterThan(0xffc0_0000)
  runUntil(translated, { kind: 'event', event: 'return' })
  const { believed, actual } = translated.request('machine.monitor', { machine })
  expect(actual).toMatchObject({ how: 'direct', cpu: { cpl: 3, eip: believed.eip } })
  const assisted = deskOf('hardware-assist')
  runUntil(assisted, { kind: 'event', event: 'exit' })
  const answer = assisted.request('machine.monitor', { machine })
  expect(answer.actual).toEqual({ how: 'non-root', cpu: { ...answer.believed, cr0: answer.believed.cr0 | 0x20, cr4: answer.believed.cr4 | 0x2000 } })
})

test('the VMCS shows what an exit changed, with the value before', () => {
  const desk = deskOf('hardware-assist')
  expect(desk.request('machine.vmcs', { machine }).exit).toBeNull()
  for (let n = 0; n < 2; n++) runUntil(desk, { kind: 'event', event: 'exit' })
  const { exit, fields } = desk.request('machine.vmcs', { machine })
  expect(exit).toMatchObject({ number: 30, name: 'io', amd: 'VMEXIT_IOIO' })
  const changed = fields.filter(({ was }) => was !== null).map(({ name, left, value, was }) => ({ name, now: left ?? value, was }))
  expect(changed).toEqual([
    { name: 'Exit qualification', now: [0x03fb_0000], was: [0x03f9_0000] },
    { name: 'Guest RIP', now: [0x10002f], was: [0x100029] },
  ])
})

test('the block in which the guest is has its instructions beside their translations', () => {
  const desk = deskOf('binary-translation')
  runUntil(desk, { kind: 'event', event: 'io' })
  const { total, blocks, current } = desk.request('machine.translations', { machine, count: 10 })
  expect(total).toBe(blocks.length)
  const block = blocks.find(({ pc }) => pc === current)!
  expect(block).toMatchObject({ symbol: 'console_init', cpl: 0 })
  expect(block.rows.find(({ guest }) => guest.text === 'out dx,al')).toMatchObject({ kind: 'non-ident', how: 'call-out', translated: [{ text: 'int3' }] })
  expect(block.rows[0]).toMatchObject({ kind: 'ident', how: 'copy' })
  expect(desk.request('machine.translations', { machine, count: 1, around: block.pc }).blocks).toEqual([block])
})

test('where a machine has no such thing, that is said', () => {
  const desk = deskOf('native')
  expect(() => desk.request('machine.monitor', { machine })).toThrow('This machine has no monitor.')
  expect(() => desk.request('machine.vmcs', { machine })).toThrow('no VMCS')
  expect(() => desk.request('machine.translations', { machine, count: 1 })).toThrow('no translation cache')
})

test('before an event, the machine does not tell what it is; then it is shown, and what was said is kept', () => {
  const desk = deskOf('trap-and-emulate')
  runUntil(desk, { kind: 'before-event', event: 'io' })
  const before = desk.state()
  expect(before).toMatchObject({ tick: 6, lastTick: 6, pause: 'ahead', ahead: { tick: 6, text: 'out dx,al' } })
  expect(desk.request('machine.events', { machine, from: 0, count: 100 }).events.every(({ tick }) => tick <= 6)).toBe(true)
  expect(before.eventCount).toBe(2)
  expect(desk.request('machine.marks', { machine, buckets: 10 }).marks.every(({ tick }) => tick <= 6)).toBe(true)
  const after = desk.request('machine.reveal', { machine, guess: 'trap' })
  expect(after).toMatchObject({ tick: 7, ahead: null, pause: 'done' })
  expect(after.predictions).toMatchObject([{ guess: 'trap', right: true, happened: [{ kind: 'trap' }, { kind: 'io' }] }])
  expect(() => desk.request('machine.reveal', { machine, guess: 'trap' })).toThrow('Nothing was asked.')
})

test('of any step it can be asked, and nothing may be the answer; whoever goes on is not asked any more', () => {
  const desk = deskOf('native')
  expect(desk.request('machine.ask', { machine }).ahead?.options).toContain('none')
  expect(() => desk.request('machine.reveal', { machine, guess: 'hypercall' })).toThrow('was not among')
  expect(desk.request('machine.reveal', { machine, guess: 'none' }).predictions).toMatchObject([{ right: true, happened: [] }])
  runUntil(desk, { kind: 'before-event' })
  expect(desk.state().ahead).not.toBeNull()
  runUntil(desk, { kind: 'instruction', count: 1 })
  expect(desk.state()).toMatchObject({ ahead: null, predictions: [{ guess: 'none' }] })
})

test.each([['binary-translation', 'kernel'], ['paravirtual', 'kernel-pv'], ['trap-and-emulate', 'kernel']] as const)('%s: over a call, out of a routine, to an address, as on bare metal', (technique, guest) => {
  const desk = deskOf(technique, guest)
  const { code } = desk.state()
  const call = code.findIndex(({ text, address }) => text.startsWith('call') && address > desk.state().cpu.eip)
  const behind = code[call + 1]!.address
  const toCall = (): void => runUntil(desk, { kind: 'address', address: code[call]!.address })
  toCall()
  runUntil(desk, { kind: 'over' })
  expect(desk.state()).toMatchObject({ pause: 'done', cpu: { eip: behind } })
  desk.request('machine.restart', { machine })
  toCall()
  runUntil(desk, { kind: 'instruction', count: 3 })
  runUntil(desk, { kind: 'out' })
  expect(desk.state()).toMatchObject({ pause: 'done', cpu: { eip: behind } })
})
