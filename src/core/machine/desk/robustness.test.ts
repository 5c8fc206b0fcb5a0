import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nativeSha256 } from '../../../workers/platform.ts'
import { Recording } from '../history/recording.ts'
import { disassembly } from '../inspect/code.ts'
import { cpuState } from '../inspect/cpu-state.ts'
import { deviceStates } from '../inspect/devices.ts'
import { memoryBytes, walkOf } from '../inspect/memory.ts'
import { linearEip } from '../inspect/peek.ts'
import { stackRows } from '../inspect/stack.ts'
import { SymbolTable } from '../inspect/symbols.ts'
import { gpa } from '../memory/addresses.ts'
import { MachineDesk } from './machine-desk.ts'
import { programOfImage, programOfSource } from './open-program.ts'

const NAMES = { symbols: new SymbolTable(), lines: new Map<number, number>() }
const ID = 'program:test'
const open = (source: string): MachineDesk => new MachineDesk(ID, programOfSource(source), () => undefined)

function lookEverywhere({ machine }: Recording): void {
  const { cpu } = machine
  cpuState(cpu)
  expect(disassembly(cpu, NAMES, linearEip(cpu), 8, 24).length).toBeGreaterThan(0)
  stackRows(cpu, NAMES.symbols, 24)
  deviceStates(machine)
  for (const address of [0, linearEip(cpu), cpu.s[4]! >>> 0, 0xffff_fff0]) {
    expect(memoryBytes(cpu, 'linear', address, 32).bytes).toHaveLength(32)
    walkOf(cpu, address)
  }
}

describe('a guest can do nothing to the app', () => {
  test('10,000 programs of random bytes run, halt or shut down, and can be looked at', () => {
    const recording = new Recording({ memoryMiB: 1, boot: { kind: 'flat', image: new Uint8Array(64), address: 0x8000, entry: 0x8000, stack: 0x9000 } })
    const { machine, checkpoints } = recording
    const start = checkpoints.base
    const ends: Record<string, number> = {}
    let runs = 0
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 64 }), (bytes) => {
        checkpoints.restore(start)
        machine.memory.copyIn(gpa(0x8000), bytes)
        machine.run(80)
        const end = machine.end?.kind ?? 'runs'
        ends[end] = (ends[end] ?? 0) + 1
        if (runs++ % 50 === 0) lookEverywhere(recording)
      }),
      { numRuns: 10_000, seed: 3 },
    )
    expect(ends['shutdown']).toBeGreaterThan(1000)
    expect(ends['runs']).toBeGreaterThan(100)
  }, 180_000)

  test('a look changes nothing', () => {
    const recording = new Recording({ memoryMiB: 1, boot: { kind: 'flat', image: Uint8Array.of(0xeb, 0xfe), address: 0x8000, entry: 0x8000, stack: 0x9000 } })
    // Paging with a directory that leads nowhere but for one table, in which nothing was accessed yet.
    recording.machine.memory.view.setInt32(0x1000, 0x2003, true)
    for (let page = 0; page < 32; page++) recording.machine.memory.view.setInt32(0x2000 + page * 4, (page << 12) | 3, true)
    recording.machine.cpu.s[27] = 0x1000
    recording.machine.cpu.s[25]! |= 0x8000_0000
    const { cpu, memory } = recording.machine
    const before = { hash: recording.machine.stateHash(nativeSha256), state: cpu.save(), dirty: memory.takeDirty() }
    lookEverywhere(recording)
    expect({ hash: recording.machine.stateHash(nativeSha256), state: cpu.save(), dirty: memory.takeDirty() }).toEqual({ ...before, dirty: [] })
    expect(walkOf(cpu, 0x8004)).toEqual({
      address: 0x8004, paging: true, physical: 0x8004, pageSize: 4096, error: null,
      steps: [{ level: 'directory', entryAddress: 0x1000, entry: 0x2003, bits: ['P', 'RW'] }, { level: 'table', entryAddress: 0x2020, entry: 0x8003, bits: ['P', 'RW'] }],
    })
    expect(walkOf(cpu, 0x40_0000)).toMatchObject({ physical: null, error: 0, steps: [{ entryAddress: 0x1004, bits: [] }] })
    expect(memoryBytes(cpu, 'linear', 0x1_fffe, 4).bytes).toEqual(['00', '00', '..', '..'])
  })

  test('an endless loop can be paused, a triple fault is an end, and both can be gone back from', () => {
    const loop = open('again: inc eax\n jmp again')
    loop.request('machine.run', { machine: ID, until: { kind: 'pause' } })
    for (let i = 0; i < 5; i++) expect(loop.slice()).toBe(true)
    expect(loop.request('machine.pause', { machine: ID })).toMatchObject({ running: false, pause: 'asked', end: null })
    expect(loop.slice()).toBe(false)
    const { tick, cpu } = loop.state()
    expect(loop.request('machine.back', { machine: ID, by: { kind: 'instruction', count: 2 } })).toMatchObject({ tick: tick - 2, cpu: { eax: cpu.eax - 1 } })
    const faulty = open('mov eax, 5\n ud2')
    faulty.request('machine.run', { machine: ID, until: { kind: 'pause' } })
    expect(faulty.slice()).toBe(false)
    expect(faulty.state()).toMatchObject({ end: { kind: 'shutdown' }, pause: 'end', recent: [{ kind: 'end' }] })
    expect(() => faulty.request('machine.run', { machine: ID, until: { kind: 'instruction' } })).toThrow('ended')
    expect(() => faulty.request('machine.type', { machine: ID, text: 'x' })).toThrow('ended')
    expect(faulty.request('machine.back', { machine: ID, by: { kind: 'instruction' } })).toMatchObject({ end: null, tick: 1 })
  })

  test.each([
    ['nothing', new Uint8Array(), 'is empty'], ['text', new TextEncoder().encode('hello'), 'neither a multiboot kernel nor a disk'],
    ['a program of Linux', Uint8Array.from([0x7f, 0x45, 0x4c, 0x46, ...new Array<number>(100).fill(1)]), 'no multiboot header'],
  ])('%s is no image', (_name, bytes, message) => {
    expect(() => programOfImage('file', bytes)).toThrow(message)
  })
})
