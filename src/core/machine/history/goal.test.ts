import { describe, expect, test } from 'vitest'
import type { RunUntil } from '../../../protocol/machine.ts'
import { Failure } from '../../base/failure.ts'
import { linearEip } from '../inspect/peek.ts'
import { goalOf } from './goal.ts'
import type { Recording } from './recording.ts'
import { INTERRUPTED, programOf, record, type TestProgram } from './testing/programs.ts'

/** Runs in small slices, and says why it stopped and where. */
function go(recording: Recording, program: TestProgram, until: RunUntil): string {
  const goal = goalOf(recording, until, program.symbols)
  for (let i = 0; i < 1500; i++) {
    const stop = goal.advance(recording.tick + 37)
    if (stop !== 'more') return `${stop} ${program.symbols.at(linearEip(recording.machine.cpu)) ?? ''}`.trim()
  }
  return 'never'
}

const to = (recording: Recording, program: TestProgram, name: string): string => go(recording, program, { kind: 'address', address: program.symbols.address(name)! })

const FACTORIAL = programOf(`
  mov eax, 6
first: call factorial
after: nop
second: call outer
behind: mov ecx, 5
  cld
  mov edi, 0x9000
strings: rep stosb
done: jmp done
factorial:
  cmp eax, 1
  jbe base
  push eax
  dec eax
inner: call factorial
back: pop ecx
  imul eax, ecx
base: ret
outer: push ebx
middle: call factorial
released: push 1
  call release
  pop ebx
  ret
release: ret 4
`)

describe('a run heads for', () => {
  test('an address, the next event, a number of instructions', () => {
    const recording = record(INTERRUPTED)
    expect(to(recording, INTERRUPTED, 'work')).toBe('address work')
    expect(go(recording, INTERRUPTED, { kind: 'event', event: 'halt' })).toMatch(/^event work\+/)
    expect(recording.machine.cpu.s[22]).toBe(1)
    expect(go(recording, INTERRUPTED, { kind: 'instruction' })).toBe('done timer')
    expect(go(recording, INTERRUPTED, { kind: 'event', event: 'return' })).toMatch(/^event work\+/)
    expect(go(recording, INTERRUPTED, { kind: 'event', event: 'gate' })).toBe('event service')
    const { tick } = recording
    expect(go(recording, INTERRUPTED, { kind: 'instruction', count: 500 })).toMatch(/^done/)
    recording.seek(tick)
    expect(go(recording, INTERRUPTED, { kind: 'event', event: 'interrupt' })).toBe('event timer')
  })

  test('a call as one step, also where the routine calls itself', () => {
    const recording = record(FACTORIAL)
    expect(to(recording, FACTORIAL, 'first')).toBe('address first')
    expect(go(recording, FACTORIAL, { kind: 'over' })).toBe('done after')
    expect(recording.machine.cpu.s[0]).toBe(720)
    recording.seek(0)
    // The first inner call leads to four more of itself, which all return to the same address.
    to(recording, FACTORIAL, 'inner')
    expect(go(recording, FACTORIAL, { kind: 'over' })).toBe('done back')
    expect(recording.machine.cpu.s[0]).toBe(120)
    expect(go(recording, FACTORIAL, { kind: 'over' })).toBe('done back+1')
  })

  test('the caller of the present routine', () => {
    const recording = record(FACTORIAL)
    to(recording, FACTORIAL, 'inner')
    to(recording, FACTORIAL, 'inner')
    expect(recording.machine.cpu.s[0]).toBe(4)
    expect(go(recording, FACTORIAL, { kind: 'out' })).toBe('done back')
    expect(recording.machine.cpu.s[0]).toBe(120)
    expect(go(recording, FACTORIAL, { kind: 'out' })).toBe('done after')
    to(recording, FACTORIAL, 'middle')
    expect(go(recording, FACTORIAL, { kind: 'out' })).toBe('done behind')
    recording.seek(0)
    to(recording, FACTORIAL, 'release')
    expect(go(recording, FACTORIAL, { kind: 'out' })).toMatch(/^done released\+/)
  })

  test('a repetition, an interrupt by instruction and a handler as one step', () => {
    const recording = record(FACTORIAL)
    to(recording, FACTORIAL, 'strings')
    expect(go(recording, FACTORIAL, { kind: 'over' })).toBe('done done')
    const other = record(INTERRUPTED)
    go(other, INTERRUPTED, { kind: 'event', event: 'gate' })
    other.back(1)
    const calls = INTERRUPTED.symbols.address('calls')!
    const begin = other.machine.memory.view.getInt32(calls, true)
    expect(go(other, INTERRUPTED, { kind: 'over' })).toMatch(/^done work\+/)
    expect(other.machine.memory.view.getInt32(calls, true)).toBe(begin + 1)
    expect(go(other, INTERRUPTED, { kind: 'over' })).toMatch(/^done work\+/)
    // In the moment before an interrupt, its handler is the step.
    go(other, INTERRUPTED, { kind: 'event', event: 'interrupt' })
    other.back(1)
    const ticks = INTERRUPTED.symbols.address('ticks')!
    const before = other.machine.memory.view.getInt32(ticks, true)
    go(other, INTERRUPTED, { kind: 'over' })
    expect(other.machine.memory.view.getInt32(ticks, true)).toBe(before + 1)
    expect(go(other, INTERRUPTED, { kind: 'out' })).toBe('never')
  })

  test.each([
    ['eax == 24 && ecx == 4', 'predicate base'], ['EAX == 0x78', 'predicate base'], ['eip == back', 'predicate back'], ['[0x9000] == 0', 'predicate first'],
    ['word [esp] == after & 0xffff', 'predicate factorial'], ['byte [first] == 0xe8', 'predicate first'], ['zf && eax == 1', 'predicate factorial+3'],
    ['eax * 2 + 1 == 13 || 0', 'predicate first'], ['al == 6', 'predicate first'], ['!(eax != 6)', 'predicate first'], ['-1 == 0xffffffff && eax', 'predicate first'],
    ['[0xf0000000] != 0', 'never'], ['1 / 0 == 0', 'never'], ['eax & 1 == 0 && eax > 700', 'predicate base'], ['cs == 8 && cpl == 0 && tick > 5', /^predicate/],
  ])('the condition %s', (text, stops) => {
    expect(go(record(FACTORIAL), FACTORIAL, { kind: 'predicate', text })).toMatch(stops)
  })

  test.each([
    ['eaz == 1', 'neither a register, a flag nor a symbol of this program (column 1)'], ['eax = 1', '"=" has no meaning here (column 5)'], ['eax ==', 'missing at the end'],
    ['(eax == 1', '")" is missing for the one that opens in column 1 (column 10)'], ['eax == 0x1ffffffff', 'not a number of 32 bits (column 8)'], ['eax 5', '"5" is one too many (column 5)'],
    ['byte 5', 'comes an address in brackets (column 6)'], ['eax == )', 'A value is missing before ")" (column 8)'], ['('.repeat(199), 'nested too deeply'],
  ])('not for the condition %s', (text, message) => {
    expect(() => goalOf(record(FACTORIAL), { kind: 'predicate', text }, FACTORIAL.symbols)).toThrow(Failure)
    expect(() => goalOf(record(FACTORIAL), { kind: 'predicate', text }, FACTORIAL.symbols)).toThrow(message)
  })
})
