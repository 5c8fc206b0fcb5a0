import { describe, expect, test } from 'vitest'
import { assemble } from '../assembler/assemble.ts'
import type { MachineConfig } from '../board/config.ts'
import { Machine } from '../board/machine.ts'
import { eflags } from '../cpu/flags.ts'
import { CPL, CR0, CR2, CR3, CR4, EIP, SELECTORS } from '../cpu/layout.ts'
import { findGuest } from '../guests/guests.ts'
import { GUEST_LIBRARY } from '../guests/library.ts'
import { Recorder } from './recorder.ts'
import { type TraceEntry, TraceRing } from './trace-ring.ts'

const MOST = 60_000
const CAPACITY = 1 << 14
const PLACES = [0, 1, 2, 3, 4, 5, 6, 7, EIP, CPL, CR0, CR2, CR3, CR4, ...[0, 1, 2, 3, 4, 5].map((segment) => SELECTORS + segment)]

const bytesOf = (source: string): Uint8Array => assemble(source, { include: (name) => GUEST_LIBRARY.get(name) ?? null }).image

function guest(key: string): MachineConfig {
  const { source, disk } = findGuest(key)!
  return { memoryMiB: 32, boot: { kind: 'multiboot', image: bytesOf(source) }, disks: [disk?.(bytesOf) ?? null, null] }
}

/** A boot sector: real mode, then a long jump into protected mode, and an endless loop there. */
function sector(): MachineConfig {
  const code = 'bits 16\norg 0x7c00\ncli\nmov cx, 300\nagain: push cx\npop dx\nmov ds, dx\nloop again\nxor ax, ax\nmov ds, ax\nhere: inc eax\njmp here\ntimes 510-($-$$) db 0\ndw 0xaa55\n'
  return { memoryMiB: 32, boot: { kind: 'disk' }, disks: [bytesOf(code), null] }
}

const told = ({ state, moment }: TraceEntry): string => `${moment} ${PLACES.map((place) => state[place]).join(' ')} ${eflags(state)}`

/** What a listener sees that is called before each instruction. */
function heard(config: MachineConfig): string[] {
  const machine = new Machine(config)
  const recorder = new Recorder(machine, null)
  const lines: string[] = []
  recorder.each = () => void lines.push(told({ state: machine.cpu.s, moment: machine.cpu.moment }))
  machine.cpu.observer = recorder
  machine.run(MOST)
  return lines
}

describe('the trace ring', () => {
  test.each([['kernel', guest('kernel')], ['rings', guest('rings')], ['selfmod', guest('selfmod')], ['a boot sector', sector()]])('holds what a look before each instruction shows: %s', (_, config) => {
    const machine = new Machine(config)
    const ring = new TraceRing(machine.cpu, CAPACITY)
    machine.cpu.ring = ring
    const lines: string[] = []
    while (machine.tick < MOST && !machine.end) {
      const from = ring.total
      machine.run(Math.min(MOST, machine.tick + CAPACITY))
      for (let index = from; index < ring.total; index++) lines.push(told(ring.entry(index)))
    }
    expect(lines.length).toBeGreaterThan(1000)
    const expected = heard(config)
    const at = lines.findIndex((line, index) => line !== expected[index])
    expect(lines[at]).toBe(expected[at])
    expect(lines.length).toBe(expected.length)
  })

  test('keeps the latest entries, at least as many as asked for', () => {
    const machine = new Machine(guest('kernel'))
    const ring = new TraceRing(machine.cpu, 1000)
    machine.cpu.ring = ring
    machine.run(50_000)
    expect(ring.capacity).toBe(1024)
    const expected = heard(guest('kernel'))
    for (const index of [ring.total - 1000, ring.total - 1]) expect(told(ring.entry(index))).toBe(expected[index])
  })
})
