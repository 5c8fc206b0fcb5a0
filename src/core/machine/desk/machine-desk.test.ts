import { describe, expect, test } from 'vitest'
import { MachineDesk } from './machine-desk.ts'
import { programOfGuest, programOfSource } from './open-program.ts'
import type { MachineProgram } from './program.ts'

const open = (program: MachineProgram): { desk: MachineDesk; text: () => string } => {
  let text = ''
  const desk = new MachineDesk('program:test', program, (offset, bytes) => (text = text.slice(0, offset) + Buffer.from(bytes).toString('latin1')))
  return { desk, text: () => text }
}

const finish = (desk: MachineDesk): void => {
  for (let i = 0; i < 1000 && desk.slice(); i++);
}

describe('a desk', () => {
  test('runs a guest to its end, and takes its serial line back with it', () => {
    const { desk, text } = open(programOfGuest('hello'))
    desk.request('machine.run', { machine: 'program:test', until: { kind: 'pause' } })
    finish(desk)
    expect(desk.state()).toMatchObject({ running: false, pause: 'end', end: { kind: 'exit', code: 0 } })
    const whole = text()
    expect(whole).toContain('ello')
    desk.request('machine.back', { machine: 'program:test', by: { kind: 'event', event: 'io' } })
    desk.request('machine.seek', { machine: 'program:test', tick: Math.floor(desk.state().lastTick / 2) })
    expect(whole.startsWith(text()) && text().length < whole.length).toBe(true)
    desk.request('machine.seek', { machine: 'program:test', tick: desk.state().lastTick })
    expect(text()).toBe(whole)
  })

  test('source', () => {
    const { desk } = open(programOfSource('org 0x8000\nstart: mov ecx, 3\nagain: call f\n dec ecx\n jnz again\n hlt\nf: push ebx\n pop ebx\n ret\n'))
    console.log(JSON.stringify(desk.request('machine.run', { machine: 'program:test', until: { kind: 'over' } })))
    finish(desk)
    desk.request('machine.run', { machine: 'program:test', until: { kind: 'over' } })
    finish(desk)
    console.log(desk.state().code.map((row) => `${row.address.toString(16)} ${row.bytes} ${row.text} ${row.symbol} ${row.line}`).join('\n'), desk.state().cpu.eip.toString(16))
  })
})
