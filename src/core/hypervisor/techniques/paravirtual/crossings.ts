import { writeSystem } from '../../../machine/cpu/access.ts'
import type { Cpu } from '../../../machine/cpu/cpu.ts'
import { FAULT, GP } from '../../../machine/cpu/fault.ts'
import { interruptReturn } from '../../../machine/cpu/far.ts'
import { eflags } from '../../../machine/cpu/flags.ts'
import { CPL, CS, EIP, ESP, FLAGS, IF, NT, RF, SS, START, TF } from '../../../machine/cpu/layout.ts'
import type { Cause } from '../../../machine/cpu/observer.ts'
import { checkStackSegment, dplOf, isCode, PRESENT, readDescriptor, setSegment } from '../../../machine/cpu/segments.ts'
import { ERROR } from './abi.ts'
import type { EventChannels } from './events.ts'
import { checkRange, type GuestMemory } from './guest-memory.ts'
import { hex, refuse } from './refusal.ts'

/** Where something leads to in the guest's kernel. */
export interface Target { readonly selector: number; readonly offset: number }

/** A line of the trap table. */
export interface Trap extends Target {
  /** The outermost ring that may come by `int n`. */
  readonly ring: number
  /** Upcalls are masked on arrival. */
  readonly masks: boolean
}

/** Bits of a line's flags. */
const RING = 3
const MASKS = 4
const VECTORS = 256

interface Snapshot { readonly traps: readonly (Trap | null)[]; readonly upcall: Target | null; readonly stack: Target | null }

/**
 * The ways into the guest's kernel and out of it. The kernel's gates, its stack and its address for upcalls are the monitor's to know; what it pushes there has
 * the form of a processor's frame, with the mask byte turned over in place of IF.
 */
export class Crossings {
  readonly #cpu: Cpu
  readonly #guest: GuestMemory
  readonly #events: EventChannels
  #traps: (Trap | null)[] = new Array<Trap | null>(VECTORS).fill(null)
  #upcall: Target | null = null
  #stack: Target | null = null

  constructor(cpu: Cpu, guest: GuestMemory, events: EventChannels) {
    this.#cpu = cpu
    this.#guest = guest
    this.#events = events
  }

  trapAt(vector: number): Trap | null {
    return this.#traps[vector]!
  }

  /** Lines of 8 bytes: vector, flags, selector, address; one with address 0 ends the table. A null pointer empties it. */
  setTrapTable(pointer: number): number {
    const traps = pointer === 0 ? new Array<Trap | null>(VECTORS).fill(null) : [...this.#traps]
    for (let i = 0, at = pointer; pointer !== 0; i++, at += 8) {
      const head = this.#guest.read(at | 0)
      const offset = this.#guest.read((at + 4) | 0)
      if (offset === 0) break
      if (i === VECTORS) refuse(ERROR.invalid, `a trap table of more than ${VECTORS} lines`)
      const flags = (head >>> 8) & 0xff
      traps[head & 0xff] = { ...checkTarget(head >>> 16, offset), ring: flags & RING, masks: (flags & MASKS) !== 0 }
    }
    this.#traps = traps
    return 0
  }

  setCallbacks(selector: number, offset: number): number {
    this.#upcall = checkTarget(selector, offset)
    return 0
  }

  setStack(selector: number, offset: number): number {
    this.#stack = checkTarget(selector, offset)
    return 0
  }

  /** Gives the guest an exception or an `int n` of its own; false: it cannot take it. @param error -1: none. */
  reflect(cause: Cause, vector: number, error: number): boolean {
    const trap = this.#traps[vector]!
    return trap !== null && this.#enter(trap, trap.masks, cause, vector, error)
  }

  /** Tells the guest that events are pending; false: it cannot be told. */
  upcall(vector: number): boolean {
    return this.#upcall !== null && this.#enter(this.#upcall, true, 'interrupt', vector, -1)
  }

  /** EAX lies on the stack, then the frame of `iret`. The mask becomes what IF says there. */
  returnToGuest(): void {
    const { s } = this.#cpu
    const esp = s[ESP]!
    const [eax, flags] = [this.#guest.read(esp), this.#guest.read((esp + 12) | 0)]
    s[ESP] = (esp + 4) | 0
    // What a hardware task switch would need is not the guest's.
    s[FLAGS]! &= ~NT
    try {
      interruptReturn(this.#cpu, 4)
    } catch (error) {
      if (error !== FAULT) throw error
      s[ESP] = esp
      refuse(ERROR.invalid, `iret to ${hex(this.#guest.read((esp + 8) | 0) & 0xffff)}:${hex(this.#guest.read((esp + 4) | 0))} is not possible`)
    }
    s[0] = eax
    this.#events.masked = (flags & IF) === 0
  }

  save(): Snapshot {
    return { traps: [...this.#traps], upcall: this.#upcall, stack: this.#stack }
  }

  load({ traps, upcall, stack }: Snapshot): void {
    this.#traps = [...traps]
    this.#upcall = upcall
    this.#stack = stack
  }

  #enter(target: Target, masks: boolean, cause: Cause, vector: number, error: number): boolean {
    const cpu = this.#cpu
    const { s } = cpu
    const from = s[CPL]!
    const flags = (eflags(s) & ~IF) | (this.#events.masked ? 0 : IF)
    const frame = [flags, cpu.selectors[CS]!, s[EIP]!, ...(error >= 0 ? [error] : [])]
    try {
      if (from === 3) this.#changeStack(frame)
      this.#push(frame)
      readDescriptor(cpu, target.selector)
      const { descriptorLow: low, descriptorHigh: high } = cpu
      if (!isCode(high) || (high & PRESENT) === 0 || dplOf(high) !== s[CPL]) return false
      setSegment(cpu, CS, (target.selector & 0xfffc) | s[CPL], low, high)
    } catch (thrown) {
      if (thrown !== FAULT) throw thrown
      return false
    }
    s[EIP] = target.offset
    s[FLAGS]! &= ~(TF | NT | RF)
    if (masks) this.#events.masked = true
    cpu.observer?.delivered(cause, vector, error, from)
    s[START] = target.offset
    return true
  }

  #changeStack(frame: number[]): void {
    const cpu = this.#cpu
    const { s } = cpu
    frame.unshift(cpu.selectors[SS]!, s[ESP]!)
    const { selector, offset } = this.#stack ?? { selector: 0, offset: 0 }
    checkStackSegment(cpu, selector, 1, GP, 0)
    setSegment(cpu, SS, selector, cpu.descriptorLow, cpu.descriptorHigh)
    cpu.setCpl(1)
    s[ESP] = offset
  }

  #push(frame: readonly number[]): void {
    const cpu = this.#cpu
    const { s } = cpu
    const bottom = (s[ESP]! - frame.length * 4) | 0
    frame.forEach((value, i) => {
      const linear = (cpu.bases[SS]! + s[ESP]! - (i + 1) * 4) | 0
      checkRange(linear, 4)
      writeSystem(cpu, linear, value, 4)
    })
    s[ESP] = bottom
  }
}

/** Where the guest's kernel may be entered: in its own ring, in front of the fence. */
function checkTarget(selector: number, offset: number): Target {
  if ((selector & 3) !== 1) refuse(ERROR.notPermitted, `selector ${hex(selector)} is not of ring 1`)
  checkRange(offset, 1)
  return { selector, offset }
}
