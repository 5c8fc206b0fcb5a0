import { describe, expect, test } from 'vitest'
import { MachineDesk } from './machine-desk.ts'
import { programOfGuest, programOfImage, programOfSource } from './open-program.ts'
import type { MachineProgram } from './program.ts'

const ID = 'program:test'

const open = (program: MachineProgram): { desk: MachineDesk; text: () => string } => {
  let text = ''
  const desk = new MachineDesk(ID, program, (offset, bytes) => (text = text.slice(0, offset) + Buffer.from(bytes).toString('latin1')))
  return { desk, text: () => text }
}

const finish = (desk: MachineDesk): void => {
  for (let i = 0; i < 1000 && desk.slice(); i++);
}

describe('a desk', () => {
  test('runs a guest to its end, and takes its serial line back with it', () => {
    const { desk, text } = open(programOfGuest('hello'))
    desk.request('machine.run', { machine: ID, until: { kind: 'pause' } })
    finish(desk)
    expect(desk.state()).toMatchObject({ running: false, pause: 'end', end: { kind: 'exit', code: 0 } })
    const whole = text()
    expect(whole).toContain('ello')
    desk.request('machine.back', { machine: ID, by: { kind: 'event', event: 'io' } })
    desk.request('machine.seek', { machine: ID, tick: Math.floor(desk.state().lastTick / 2) })
    expect(whole.startsWith(text()) && text().length < whole.length).toBe(true)
    desk.request('machine.seek', { machine: ID, tick: desk.state().lastTick })
    expect(text()).toBe(whole)
  })

  test('shows the code of a source with its lines, its labels and the way back on the stack', () => {
    const { desk } = open(programOfSource('org 0x8000\nstart: mov ecx, 3\nagain: call f\n dec ecx\n jnz again\n hlt\nf: push ebx\n pop ebx\n ret\n'))
    desk.request('machine.run', { machine: ID, until: { kind: 'predicate', text: 'eip == f' } })
    finish(desk)
    const { code, stack, cpu, pause } = desk.state()
    expect({ pause, eip: cpu.eip }).toEqual({ pause: 'predicate', eip: 0x800e })
    expect(code.slice(3, 12).map(({ address, text, symbol, line }) => [address, text, symbol, line])).toEqual([
      [0x8000, 'mov ecx,0x3', 'start', 2], [0x8005, 'call 0x800e', 'again', 3], [0x800a, 'dec ecx', 'again+5', 4], [0x800b, 'jnz 0x8005', 'again+6', 5], [0x800d, 'hlt', 'again+8', 6],
      [0x800e, 'push ebx', 'f', 7], [0x800f, 'pop ebx', 'f+1', 8], [0x8010, 'ret', 'f+2', 9], [0x8011, 'add [eax],al', 'f+3', null],
    ])
    expect(code.find(({ address }) => address === 0x800d)).toMatchObject({ bytes: 'f4', privileged: true })
    expect(stack[0]).toMatchObject({ value: 0x800a, note: 'return address, again+5' })
  })

  test('forgets a future only when something else is done before it', () => {
    const { desk } = open(programOfSource('again: inc eax\n jmp again'))
    desk.request('machine.run', { machine: ID, until: { kind: 'instruction', count: 1000 } })
    finish(desk)
    expect(desk.request('machine.seek', { machine: ID, tick: 400 })).toMatchObject({ tick: 400, lastTick: 1000 })
    desk.request('machine.run', { machine: ID, until: { kind: 'instruction', count: 10 } })
    finish(desk)
    expect(desk.state()).toMatchObject({ tick: 410, lastTick: 1000, pause: 'done' })
    desk.request('machine.type', { machine: ID, text: 'x' })
    expect(desk.state()).toMatchObject({ tick: 410, lastTick: 410 })
    expect(desk.request('machine.restart', { machine: ID })).toMatchObject({ tick: 0, lastTick: 0, pause: 'start', cpu: { eax: 0 } })
  })

  test('keeps the text of a program, as it was typed; an image has none', () => {
    const source = 'hlt ; rests'
    expect(open(programOfSource(source)).desk.request('machine.source', { machine: ID })).toEqual({ source })
    const image = new Uint8Array(512)
    image.set([0x55, 0xaa], 510)
    expect(open(programOfImage('x', image)).desk.request('machine.source', { machine: ID })).toEqual({ source: null })
  })

  test('condenses the events of the whole run, also of what lies ahead', () => {
    const { desk } = open(programOfGuest('kernel'))
    desk.request('machine.run', { machine: ID, until: { kind: 'pause' } })
    finish(desk)
    const { lastTick, eventCount } = desk.state()
    const { marks } = desk.request('machine.marks', { machine: ID, buckets: 200 })
    expect(eventCount).toBeGreaterThan(1000)
    expect(marks.length).toBeGreaterThan(50)
    expect(marks.at(-1)).toMatchObject({ kind: 'end', tick: lastTick, index: eventCount - 1 })
    expect(new Set(marks.map(({ kind }) => kind))).toContain('fault')
    desk.request('machine.seek', { machine: ID, tick: 10 })
    expect(desk.request('machine.marks', { machine: ID, buckets: 200 })).toEqual({ marks })
  })

  test('refuses a source with errors with the first of them', () => {
    expect(() => programOfSource('mov eax, 1\n mvo ebx, 2')).toThrow(/^Line 2: /)
  })
})
