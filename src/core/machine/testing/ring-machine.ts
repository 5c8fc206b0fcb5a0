import { Cpu } from '../cpu/cpu.ts'
import { eflags } from '../cpu/flags.ts'
import { CPL, CS, DS, EIP, ES, ESP, FLAGS, FS, GDT_BASE, GDT_LIMIT, GS, IDT_BASE, IDT_LIMIT, SS, TR } from '../cpu/layout.ts'
import { step } from '../cpu/interpreter.ts'
import { setSegment } from '../cpu/segments.ts'
import { gpa } from '../memory/addresses.ts'
import { PhysicalMemory } from '../memory/physical-memory.ts'

export const CODE = 0x8000
export const DATA = 0x9000
export const GDT = 0x800
export const TSS = 0x1800
const IDT = 0x2000
export const HANDLERS = 0x2_0000
export const GATE_TARGET = 0x3000

/** Selectors of the test GDT, RPL 0. */
export const TSS_SELECTOR = 0x48
export const CALL_GATE = 0x50
export const CONFORMING_CODE = 0x58
export const ABSENT_DATA = 0x60
export const SMALL_DATA = 0x68
export const EXECUTE_ONLY = 0x70
export const CALL_GATE_PARAMETERS = 0x78
export const codeOf = (ring: number): number => 8 + ring * 16 + ring
export const dataOf = (ring: number): number => 16 + ring * 16 + ring

/** A machine with a code and a data segment for every ring, gates, a TSS, paging off; state is set directly, code is bytes. */
export class RingMachine {
  readonly memory = new PhysicalMemory(0x40_0000)
  readonly cpu = new Cpu(this.memory)

  constructor(ring = 0, iopl = 0) {
    const descriptor = (n: number, low: number, high: number): void => {
      this.write(GDT + n * 8, low)
      this.write(GDT + n * 8 + 4, high)
    }
    for (let r = 0; r < 4; r++) {
      descriptor(1 + r * 2, 0xffff, 0xcf_9a00 | (r << 13))
      descriptor(2 + r * 2, 0xffff, 0xcf_9200 | (r << 13))
    }
    descriptor(9, (TSS << 16) | 0x87, 0x8900)
    descriptor(10, (8 << 16) | GATE_TARGET, 0xec00)
    descriptor(11, 0xffff, 0xcf_9e00)
    descriptor(12, 0xffff, 0xcf_7200)
    descriptor(13, 0xff, 0x40_f200)
    descriptor(14, 0xffff, 0xcf_f800)
    descriptor(15, (8 << 16) | GATE_TARGET, 0xec02)
    for (let v = 0; v < 256; v++) this.gate(v, 0x8e00)
    for (let r = 0; r < 3; r++) {
      this.write(TSS + 4 + r * 8, 0x1_0000 + r * 0x1000)
      this.write(TSS + 8 + r * 8, dataOf(r))
    }
    this.write(TSS + 0x64, 0x68 << 16)
    for (let at = 0x68; at < 0x88; at += 4) this.write(TSS + at, -1)
    const { s } = this.cpu
    s[GDT_BASE] = GDT
    s[GDT_LIMIT] = 0x7f
    s[IDT_BASE] = IDT
    s[IDT_LIMIT] = 0x7ff
    setSegment(this.cpu, TR, TSS_SELECTOR, (TSS << 16) | 0x87, 0x8b00)
    this.enter(ring)
    s[FLAGS] = 0x200 | (iopl << 12)
    s[ESP] = 0xf000
    s[EIP] = CODE
  }

  /** Changes ring as if by magic, with that ring's segments. */
  enter(ring: number): void {
    setSegment(this.cpu, CS, codeOf(ring), 0xffff, 0xcf_9b00 | (ring << 13))
    for (const segment of [DS, ES, SS, FS, GS]) setSegment(this.cpu, segment, dataOf(ring), 0xffff, 0xcf_9300 | (ring << 13))
    this.cpu.setCpl(ring)
  }

  /** The second word's low half holds presence, DPL and type. */
  gate(vector: number, type: number, selector = 8): void {
    const handler = HANDLERS + vector * 16
    this.write(IDT + vector * 8, (selector << 16) | (handler & 0xffff))
    this.write(IDT + vector * 8 + 4, (handler & 0xffff_0000) | type)
  }

  write(at: number, value: number): void {
    this.memory.write(gpa(at), value, 4)
  }

  read(at: number): number {
    return this.memory.read(gpa(at), 4) >>> 0
  }

  /** Puts code at EIP. */
  code(hex: string, at = this.cpu.s[EIP]!): this {
    Array.from(hex.replaceAll(' ', '').matchAll(/../g), ([byte]) => parseInt(byte, 16)).forEach((byte, i) => this.memory.write(gpa(at + i), byte, 1))
    return this
  }

  steps(count: number): void {
    for (let i = 0; i < count; i++) step(this.cpu)
  }

  /** One step; the fault it raised as `vector(error) at eip`, or null. Looks at the frame that ring 0 got. */
  fault(): { vector: number; error: number | null; eip: number } | null {
    const kind = step(this.cpu)
    if (kind !== 'fault') return null
    const vector = (this.cpu.s[EIP]! - HANDLERS) / 16
    const hasError = [8, 10, 11, 12, 13, 14].includes(vector)
    const esp = this.cpu.s[ESP]!
    return { vector, error: hasError ? this.read(esp) : null, eip: this.read(esp + (hasError ? 4 : 0)) }
  }

  stack(words: number): number[] {
    return Array.from({ length: words }, (_, i) => this.read(this.cpu.s[ESP]! + i * 4))
  }

  get cpl(): number {
    return this.cpu.s[CPL]!
  }

  get flags(): number {
    return eflags(this.cpu.s)
  }
}
