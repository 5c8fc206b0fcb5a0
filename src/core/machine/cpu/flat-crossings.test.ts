import { describe, expect, it } from 'vitest'
import { CODE, codeOf, CONFORMING_CODE, dataOf, EXECUTE_ONLY, GDT, RingMachine, SMALL_DATA, TSS } from '../testing/ring-machine.ts'
import { interruptReturn } from './far.ts'
import { FAULT } from './fault.ts'
import { flatInterrupt, flatReturn } from './flat-crossings.ts'
import { step } from './interpreter.ts'
import { interrupt } from './interrupts.ts'
import { ATTENTION, CPL, EAX, EIP, ESP, FAULT_ERROR, FAULT_VECTOR, FLAGS, NT, TF } from './layout.ts'
import type { Cause } from './observer.ts'

const VECTOR = 0x40
const RINGS = [0, 1, 2, 3]
/** The stacks, and the low tables. */
const [STACKS, STACKS_END] = [0xd000, 0x1_4000]

/** A machine whose descriptors are marked as accessed, and its notes. */
function prepared(): { machine: RingMachine; told: string[] } {
  const machine = new RingMachine()
  for (let n = 1; n <= 8; n++) machine.write(GDT + n * 8 + 4, machine.read(GDT + n * 8 + 4) | 0x100)
  // A good segment just beyond the table's limit.
  machine.write(GDT + 0x80, 0xffff)
  machine.write(GDT + 0x84, 0xcf_f300)
  const told: string[] = []
  const never = (): never => { throw new Error('not expected') }
  machine.cpu.observer = {
    delivered: (...event) => told.push(`delivered ${event.join(' ')}`), returned: (ring) => told.push(`returned ${ring}`), gate: never, port: never, control: never, halted: never,
  }
  return { machine, told }
}

interface Outcome { readonly end: string; readonly state: readonly number[]; readonly ram: Uint8Array; readonly traps: boolean; readonly flat: boolean }

/** From the present state, which is put back: what `action` does to state and memory. */
function outcomeOf({ machine, told }: ReturnType<typeof prepared>, action: () => void): Outcome {
  const { cpu, memory } = machine
  const before = cpu.s.slice()
  const ram = memory.bytes.slice(0, STACKS_END)
  told.length = 0
  let end = 'done'
  try {
    action()
  } catch (error) {
    if (error !== FAULT) throw error
    end = `fault ${cpu.s[FAULT_VECTOR]} ${cpu.s[FAULT_ERROR]}`
  }
  const { state } = cpu.save()
  cpu.noteFlatness()
  for (const at of [ATTENTION, FAULT_VECTOR, FAULT_ERROR]) state[at] = 0
  const outcome = { end: [end, ...told].join(', '), state: [...state], ram: memory.bytes.slice(STACKS, STACKS_END), traps: cpu.traps, flat: cpu.flat }
  memory.bytes.set(ram)
  cpu.s.set(before)
  cpu.setCpl(before[CPL]!)
  cpu.noteFlatness()
  return outcome
}

/** Does it the general way until stores go straight to RAM, then again with the flat way allowed. Returns the flat way's answer. */
function compare(setting: ReturnType<typeof prepared>, general: () => void, flat: () => boolean, label: string): boolean {
  const { cpu } = setting.machine
  const slowly = (): void => {
    cpu.flat = false
    cpu.traps = true
    general()
  }
  outcomeOf(setting, slowly)
  const expected = outcomeOf(setting, slowly)
  let taken = false
  const got = outcomeOf(setting, () => {
    cpu.traps = true
    taken = flat()
    if (!taken) general()
  })
  if (got.end !== expected.end || Buffer.compare(got.ram, expected.ram) !== 0 || got.state.join() !== expected.state.join()) expect({ label, ...got }).toEqual({ label, ...expected })
  expect([label, got.flat, got.traps]).toEqual([label, expected.flat, expected.traps])
  return taken
}

describe('crossings between flat rings', () => {
  it('an interrupt does what it does the general way', () => {
    const setting = prepared()
    const { machine, machine: { cpu } } = setting
    const causes: readonly (readonly [Cause, number, boolean])[] = [['software', -1, false], ['fault', 5, true], ['interrupt', -1, false]]
    let taken = 0
    for (const ring of RINGS) for (const type of [0x8e00, 0xef00, 0xce00, 0x6e00, 0x8600]) for (const selector of [8, 11, codeOf(1), codeOf(3), CONFORMING_CODE, dataOf(0), 0, 12, 0xfff8])
      for (const esp of [0xf000, 0xf00a, 0xf008]) for (const inner of [0x1_0000, 0x1_0008, 0x1_0006]) for (const flags of [0x202, NT | TF | 0x3ad7]) for (const [cause, error, resume] of causes) {
        machine.gate(VECTOR, type, selector)
        machine.enter(ring)
        machine.write(TSS + 4, inner)
        cpu.s[ESP] = esp
        cpu.s[FLAGS] = flags & ~0x8d5
        const label = [ring, type.toString(16), selector, esp.toString(16), inner.toString(16), flags.toString(16), cause].join(' ')
        if (compare(setting, () => interrupt(cpu, VECTOR, error, cause, resume), () => flatInterrupt(cpu, VECTOR, error, cause, resume), label)) taken++
      }
    expect(taken).toBeGreaterThan(500)
  })

  it('iret does what it does the general way', () => {
    const setting = prepared()
    const { machine, machine: { cpu } } = setting
    let taken = 0
    for (const ring of RINGS) for (const cs of [...RINGS.map(codeOf), 8 + 3, CONFORMING_CODE + ring, dataOf(3), 0]) for (const ss of [...RINGS.map(dataOf), dataOf(0) + 3, SMALL_DATA + 3, EXECUTE_ONLY, 0])
      for (const esp of [0xf000, 0xefec, 0xeff0, 0xf002]) for (const flags of [0x202, 0x1_07d7, NT | TF | 0x3802, 0x2_0002]) for (const before of [0x2, 0x3202, NT]) {
        machine.enter(ring)
        cpu.s[ESP] = esp
        cpu.s[FLAGS] = before
        for (const [i, word] of [0x1234_5678, cs, flags, 0xcafe, ss].entries()) machine.write(esp + i * 4, word)
        const label = [ring, cs, ss, esp.toString(16), flags.toString(16), before.toString(16)].join(' ')
        if (compare(setting, () => interruptReturn(cpu, 4), () => flatReturn(cpu), label)) taken++
      }
    expect(taken).toBeGreaterThan(500)
  })

  it('a segment register is loaded, in the loop, as by the plain interpreter', () => {
    const setting = prepared()
    const { machine, machine: { cpu } } = setting
    // mov ds, ax · mov fs, ax · pop es · pop gs · push ds · mov bx, fs · pusha · popa
    const codes = ['8ed8', '8ee0', '07', '0fa9', '1e', '668ce3', '60', '61']
    codes.forEach((code, n) => machine.code(code, CODE + n * 16))
    for (const ring of RINGS) for (const n of codes.keys()) for (const esp of [0xf000, 0xf002, 0xf010, 0xefe0, 0xefe4]) for (let selector = 0; selector < 0x90; selector += selector % 8 === 0 ? 3 : selector % 8 === 3 ? 1 : 4) {
      machine.enter(ring)
      cpu.s[EIP] = CODE + n * 16
      cpu.s[EAX] = 0xaaaa_0000 | selector
      cpu.s[ESP] = esp
      machine.write(esp, cpu.s[EAX])
      const plainly = (): void => {
        cpu.flat = false
        step(cpu)
      }
      const label = [ring, codes[n], esp.toString(16), selector.toString(16)].join(' ')
      compare(setting, plainly, () => step(cpu) !== 'shutdown', label)
    }
  })
})
