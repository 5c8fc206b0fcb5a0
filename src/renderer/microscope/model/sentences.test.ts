// @vitest-environment happy-dom
import { expect, test } from 'vitest'
import type { MachineEvent } from '../../../protocol/machine.ts'
import { endSentence, eventSentence } from './sentences.ts'

const event = (fields: Partial<MachineEvent>): MachineEvent => ({ index: 0, tick: 1, kind: 'fault', eip: 0x101000, symbol: null, fromCpl: 0, toCpl: 0, cycles: 0, ...fields })

test('a page fault says who did what, and who deals with it', () => {
  expect(eventSentence(event({ vector: 14, error: 4, address: 0x104000, fromCpl: 3, target: 0x10012a })))
    .toBe('Page fault at 0x00104000: user read of a page that is not present. Handler at 0x0010012a runs in ring 0.')
  expect(eventSentence(event({ vector: 14, error: 7, address: 0x400000, fromCpl: 3, target: 0x10012a })))
    .toBe('Page fault at 0x00400000: user write that the rights of the page do not allow. Handler at 0x0010012a runs in ring 0.')
})

test('other faults say which instruction could not go on', () => {
  expect(eventSentence(event({ vector: 13, error: 0, cause: 'cli', fromCpl: 3, target: 0x100200 })))
    .toBe('General protection fault (#GP) at cli in ring 3, error code 0x0. Handler at 0x00100200 runs in ring 0.')
  expect(eventSentence(event({ vector: 6, cause: 'ud2', target: 0x100200 }))).toBe('Invalid opcode (#UD) at ud2 in ring 0. Handler at 0x00100200 runs in ring 0.')
})

test('each kind has its sentence', () => {
  expect(eventSentence(event({ kind: 'interrupt', vector: 32, name: 'irq0', target: 0x100300, symbol: 'idle+2' })))
    .toBe('Interrupt of the timer (IRQ 0), vector 32, at 0x00101000 in idle+2. Handler at 0x00100300 runs in ring 0.')
  expect(eventSentence(event({ kind: 'gate', vector: 0x80, cause: 'int 0x80', fromCpl: 3, target: 0x100400 })))
    .toBe('int 0x80 in ring 3 goes through a gate. Handler at 0x00100400 runs in ring 0.')
  expect(eventSentence(event({ kind: 'return', target: 0x400010, fromCpl: 0, toCpl: 3 }))).toBe('Return to 0x00400010, from ring 0 to ring 3.')
  expect(eventSentence(event({ kind: 'io', port: 0x3f8, write: true, value: 0x41 }))).toBe('Wrote 0x41 to port 0x3f8 (serial line).')
  expect(eventSentence(event({ kind: 'io', port: 0x999, write: false, value: 0xff }))).toBe('Read 0xff from port 0x999 (no device).')
  expect(eventSentence(event({ kind: 'control', name: 'cr0', before: 0x11, value: 0x8000_0011 }))).toBe('CR0 changed from 0x11 to 0x80000011: PG on.')
  expect(eventSentence(event({ kind: 'control', name: 'cr3', before: 0, value: 0x118000 }))).toBe('CR3 now names the page directory at 0x118000.')
  expect(eventSentence(event({ kind: 'halt' }))).toBe('The processor halts until an interrupt comes.')
})

test('ends are explained', () => {
  expect(endSentence({ kind: 'shutdown' })).toContain('triple fault')
  expect(endSentence({ kind: 'exit', code: 3 })).toContain('3')
  expect(endSentence({ kind: 'boot-failed', message: 'No bootable disk.' })).toBe('No bootable disk.')
})
