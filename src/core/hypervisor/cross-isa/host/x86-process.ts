import { Cpu } from '../../../machine/cpu/cpu.ts'
import { run } from '../../../machine/cpu/interpreter.ts'
import { CR0, CR3, CS, DS, EBP, EIP, ES, ESP, FLAGS, GDT_BASE, GDT_LIMIT, GS, HALTED, IDT_BASE, IDT_LIMIT, SS, TR } from '../../../machine/cpu/layout.ts'
import { setSegment } from '../../../machine/cpu/segments.ts'
import { gpa } from '../../../machine/memory/addresses.ts'
import { PhysicalMemory } from '../../../machine/memory/physical-memory.ts'
import { FIRST_ADDRESS } from '../program/guest-memory.ts'
import {
  CODE, CODE_END, ENTRIES, ENTRY_BYTES, GDT, GENERAL_PROTECTION, GUEST, GUEST_DATA, IDT, JUMP_TABLE, KERNEL_CODE, KERNEL_DATA, KERNEL_STACK_TOP, PAGE_DIRECTORY, PAGE_FAULT, PAGE_TABLES, REGISTERS, REGISTERS_EBP, TSS, TSS_SELECTOR,
  USER_CODE, USER_DATA,
} from './layout.ts'

const PAGE = 4096
const FLAT_CODE = 0xcf_9b00
const FLAT_DATA = 0xcf_9300
const RING_3 = 0x6000
/** 32-bit interrupt gate, present; DPL 3 for those that ring 3 may call. */
const GATE = 0x8e00
const FIRST_CALL = 0x80
/** PG, WP, ET, PE. */
const PAGING_ON = 0x8001_0011 | 0
const PRESENT = 1
const WRITABLE = 2
const USER = 4
const HLT = 0xf4
const IRET = 0xcf
const RESERVED_FLAG = 2
/** Between two looks of the host software, when nothing happens. */
const MOST_AT_ONCE = 1 << 28

/** How the process came into the kernel: `eip` is where it would go on, or the instruction at fault. */
export interface Entry { readonly vector: number; readonly eip: number }

/**
 * A process in ring 3 on the simulated x86, with nothing below it but gates: each leads to a `hlt` in ring 0, where the software that owns this object takes over. Going back is the
 * `iret` behind it. There are no devices; the guest's memory is a segment (GS) with its limit, so that no address that the guest computes can leave it.
 */
export class X86Process {
  readonly memory: PhysicalMemory
  readonly cpu: Cpu

  /** @param guestSize bytes of the guest's memory, a multiple of 4 KiB. */
  constructor(guestSize: number) {
    this.memory = new PhysicalMemory(GUEST + guestSize)
    this.cpu = new Cpu(this.memory)
    this.#makeTables(guestSize)
    this.#makePages(guestSize)
    const { cpu } = this
    const { s } = cpu
    Object.assign(s, { [GDT_BASE]: GDT, [GDT_LIMIT]: 0x37, [IDT_BASE]: IDT, [IDT_LIMIT]: 0x7ff, [CR3]: PAGE_DIRECTORY, [CR0]: PAGING_ON, [FLAGS]: 0, [EBP]: REGISTERS_EBP })
    for (const [segment, selector] of [[CS, KERNEL_CODE], [SS, KERNEL_DATA], [DS, USER_DATA], [ES, USER_DATA], [GS, GUEST_DATA], [TR, TSS_SELECTOR]] as const) {
      setSegment(cpu, segment, selector, this.read(GDT + (selector & ~7)), this.read(GDT + (selector & ~7) + 4))
    }
    cpu.flushTlb()
    // As if the process had been interrupted before its first instruction.
    s[ESP] = KERNEL_STACK_TOP - 20
    ;[0, USER_CODE, RESERVED_FLAG, 0, USER_DATA].forEach((value, i) => this.write(KERNEL_STACK_TOP - 20 + i * 4, value))
    s[EIP] = ENTRIES + 1
  }

  /** Lets the process go on at `eip` until it is back in the kernel. */
  resume(eip: number): Entry {
    const { s } = this.cpu
    this.write(s[ESP]!, eip)
    s[HALTED] = 0
    for (;;) {
      const stop = run(this.cpu, MOST_AT_ONCE)
      if (stop === 'shutdown') throw new Error('the x86 host shut down')
      if (stop === 'halt') break
    }
    const vector = (s[EIP]! - ENTRIES) >>> 4
    if (vector === PAGE_FAULT || vector === GENERAL_PROTECTION) s[ESP]! += 4
    return { vector, eip: this.read(s[ESP]!) }
  }

  read(at: number): number {
    return this.memory.read(gpa(at), 4)
  }

  write(at: number, value: number): void {
    this.memory.write(gpa(at), value, 4)
  }

  #makeTables(guestSize: number): void {
    const pages = guestSize / PAGE - 1
    const descriptors = [
      [0, 0], [0xffff, FLAT_CODE], [0xffff, FLAT_DATA], [0xffff, FLAT_CODE | RING_3], [0xffff, FLAT_DATA | RING_3], [(TSS << 16) | 0x67, 0x8b00],
      [(GUEST << 16) | (pages & 0xffff), 0xc0_9300 | RING_3 | (GUEST >>> 16) | (pages & 0xf_0000)],
    ] as const
    descriptors.forEach(([low, high], i) => {
      this.write(GDT + i * 8, low)
      this.write(GDT + i * 8 + 4, high)
    })
    this.write(TSS + 4, KERNEL_STACK_TOP)
    this.write(TSS + 8, KERNEL_DATA)
    for (let vector = 0; vector < 256; vector++) {
      const entry = ENTRIES + vector * ENTRY_BYTES
      this.write(IDT + vector * 8, (KERNEL_CODE << 16) | entry)
      this.write(IDT + vector * 8 + 4, vector >= FIRST_CALL ? GATE | RING_3 : GATE)
      this.memory.copyIn(gpa(entry), Uint8Array.of(HLT, IRET))
    }
  }

  #makePages(guestSize: number): void {
    const rights = (page: number): number => {
      const at = page * PAGE
      if (at >= GUEST) return at < GUEST + FIRST_ADDRESS ? 0 : PRESENT | WRITABLE | USER
      if (at >= CODE && at < CODE_END) return PRESENT | USER
      if (at === REGISTERS) return PRESENT | WRITABLE | USER
      return at >= JUMP_TABLE && at < REGISTERS ? PRESENT | USER : PRESENT | WRITABLE
    }
    for (let page = 0; page < (GUEST + guestSize) / PAGE; page++) this.write(PAGE_TABLES + page * 4, (page * PAGE) | rights(page))
    for (let table = 0; table * 1024 < (GUEST + guestSize) / PAGE; table++) this.write(PAGE_DIRECTORY + table * 4, (PAGE_TABLES + table * PAGE) | PRESENT | WRITABLE | USER)
  }
}
