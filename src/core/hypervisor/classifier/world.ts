import { CPL, CR0, CR2, CR3, CR4, CS, DR0, DS, EBP, EBX, ECX, EDI, EDX, ES, ESI, ESP, FLAGS, FS, GDT_BASE, GDT_LIMIT, GS, IDT_BASE, IDT_LIMIT, IF, IOPL_SHIFT, LDTR, SS, SYSENTER_CS, TR } from '../../machine/cpu/layout.ts'
import type { Cpu } from '../../machine/cpu/cpu.ts'
import { setSegment } from '../../machine/cpu/segments.ts'
import type { PhysicalMemory } from '../../machine/memory/physical-memory.ts'

/**
 * Where everything lies in the 32 KiB in which instructions are tried out. Paging is on, one page of 4 MiB, every address its own; segments are flat.
 * Of each table there are two, alike in every byte: which of them a register names is all that tells a machine from another.
 */
const GDT = [0x1000, 0x1100] as const
const TSS = [0x1200, 0x1300] as const
const LDT = 0x1400
const IDT = [0x2000, 0x2800] as const
const PAGE_DIRECTORY = [0x3000, 0x4000] as const
/** Instructions lie one behind the other, so that the processor need not forget what it has decoded before each. */
export const CODE = 0x5000
export const CODE_PLACES = 0x80
export const CODE_BYTES = 16
/** Where they jump, by whatever way. */
export const TARGET = 0x5800
/** What an instruction computes ends here: its memory operand, its stack, and the stacks of inner rings. */
export const RESULTS = 0x6000
export const RESULTS_BYTES = 0x300
export const DATA = 0x6000
export const STACK = 0x6180
const INNER_STACKS = 0x6240
/** What an instruction may change of the tables: GDTs, TSSs, LDT. */
export const TABLES = 0x1000
export const TABLES_BYTES = 0x440
export const MEMORY_BYTES = 0x8000

export const RINGS = [0, 1, 2, 3] as const
export type Ring = (typeof RINGS)[number]

/** Selectors, with the ring that asks in the low two bits. The segments are there twice. */
export const codeAt = (set: 0 | 1, ring: number): number => (set === 0 ? 8 : 0xc0) + ring * 16 + ring
export const dataAt = (set: 0 | 1, ring: number): number => codeAt(set, ring) + 8
export const CONFORMING = 0x48
export const GATE = 0x53
export const GATE_OF_RING_0 = 0x58
export const SMALL_DATA = 0x63
const TASK = [0x68, 0x70] as const
export const SPARE_TASK = 0x78
const LOCAL = [0x80, 0x88] as const
export const SPARE_LOCAL = 0x90
export const RAISED_DATA = 0x9b
export const OPEN_VECTOR = 0x40
export const CLOSED_VECTOR = 0x41

/** How a machine is set up. The two values of each question are what a guest could tell apart. */
export interface Setup {
  readonly gdt: 0 | 1
  readonly idt: 0 | 1
  readonly task: 0 | 1
  readonly local: 0 | 1
  /** Which of two equal sets of descriptors the segment registers were loaded from. */
  readonly selectors: 0 | 1
  /** What a monitor would change in a table: the limit of one segment, the DPL of another. */
  readonly contents: 0 | 1
  /** CR0.TS, CR2, CR3 and CR4.DE. */
  readonly control: 0 | 1
  readonly debug: 0 | 1
  readonly msr: 0 | 1
  readonly time: 0 | 1
  readonly interrupts: boolean
  readonly iopl: 0 | 3
  /** CR4.TSD: `rdtsc` in ring 0 only. */
  readonly tsd: boolean
}

/** As a monitor leaves the machine to a guest that it has deprived of ring 0: IOPL 0, no port open, CR4.TSD set, interrupts open. */
export const MONITOR_SETUP: Setup = {
  gdt: 0, idt: 0, task: 0, local: 0, selectors: 0, contents: 0, control: 0, debug: 0, msr: 0, time: 0, interrupts: true, iopl: 0, tsd: true,
}

/** What may be otherwise without any instruction trapping for it, and what it is called. */
export const VARIATIONS: readonly { readonly name: string; readonly change: Partial<Setup> }[] = [
  { name: 'GDT elsewhere', change: { gdt: 1 } },
  { name: 'IDT elsewhere', change: { idt: 1 } },
  { name: 'another LDT', change: { local: 1 } },
  { name: 'another TSS', change: { task: 1 } },
  { name: 'segments under other selectors', change: { selectors: 1 } },
  { name: 'descriptors with other contents', change: { contents: 1 } },
  { name: 'other control registers', change: { control: 1 } },
  { name: 'other debug registers', change: { debug: 1 } },
  { name: 'other model-specific registers', change: { msr: 1 } },
  { name: 'a later time', change: { time: 1 } },
  { name: 'interrupts closed', change: { interrupts: false } },
]

/** All of them at once: what does not notice this notices none of them. */
export const ALL_VARIED: Setup = VARIATIONS.reduce<Setup>((setup, { change }) => ({ ...setup, ...change }), MONITOR_SETUP)

/** Limits of SMALL_DATA, and second words of RAISED_DATA. */
const LIMITS = [0xff, 0x1ff] as const
const RAISED = [0xcf_f300, 0xcf_d300] as const
const CYCLES = [1000, 2_000_000] as const

/** The tables' memory, for a setup's contents. */
export function buildTables(memory: PhysicalMemory, setup: Setup): void {
  const { view } = memory
  const put = (at: number, low: number, high: number): void => {
    view.setInt32(at, low, true)
    view.setInt32(at + 4, high, true)
  }
  memory.bytes.fill(0, TABLES, CODE)
  for (const gdt of GDT) {
    for (const set of [0, 1] as const) {
      for (const ring of RINGS) {
        put(gdt + (codeAt(set, ring) & ~7), 0xffff, 0xcf_9b00 | (ring << 13))
        put(gdt + (dataAt(set, ring) & ~7), 0xffff, 0xcf_9300 | (ring << 13))
      }
    }
    put(gdt + CONFORMING, 0xffff, 0xcf_9f00)
    put(gdt + (GATE & ~7), (8 << 16) | TARGET, 0xec00)
    put(gdt + GATE_OF_RING_0, (8 << 16) | TARGET, 0x8c00)
    put(gdt + (SMALL_DATA & ~7), LIMITS[setup.contents], 0x40_f300)
    TASK.forEach((selector, n) => put(gdt + selector, (TSS[n]! << 16) | 0x87, 0x8b00))
    put(gdt + SPARE_TASK, (TSS[0] << 16) | 0x87, 0x8900)
    put(gdt + (RAISED_DATA & ~7), 0xffff, RAISED[setup.contents])
    for (const selector of [...LOCAL, SPARE_LOCAL]) put(gdt + selector, (LDT << 16) | 7, 0x8200)
  }
  for (const tss of TSS) {
    for (const ring of [0, 1, 2]) put(tss + 4 + ring * 8, INNER_STACKS + ring * 0x40, dataAt(0, ring))
    view.setInt32(tss + 0x64, 0x68 << 16, true)
    memory.bytes.fill(0xff, tss + 0x68, tss + 0x88)
  }
  for (const idt of IDT) {
    for (let vector = 0; vector < 256; vector++) put(idt + vector * 8, (8 << 16) | TARGET, [3, 4, OPEN_VECTOR].includes(vector) ? 0xee00 : 0x8e00)
  }
  // Present, writable, for all rings, 4 MiB; accessed and dirty from the start.
  for (const directory of PAGE_DIRECTORY) put(directory, 0xe7, 0)
}

/** Makes the processor what a setup says, in a ring. The tables must be built. */
export function enterSetup(c: Cpu, setup: Setup, ring: Ring): void {
  const { s } = c
  s[CR0] = 0x8000_0011 | 0
  s[CPL] = 0
  s[GDT_BASE] = GDT[setup.gdt]
  s[IDT_BASE] = IDT[setup.idt]
  s[GDT_LIMIT] = 0xff
  s[IDT_LIMIT] = 0x7ff
  s[CR3] = PAGE_DIRECTORY[0]
  s[CR4] = 0x10
  c.flushTlb()
  setSegment(c, CS, codeAt(setup.selectors, ring), 0xffff, 0xcf_9b00 | (ring << 13))
  for (const segment of [DS, ES, SS, FS, GS]) setSegment(c, segment, dataAt(setup.selectors, ring), 0xffff, 0xcf_9300 | (ring << 13))
  setSegment(c, TR, TASK[setup.task], (TSS[setup.task] << 16) | 0x87, 0x8b00)
  setSegment(c, LDTR, LOCAL[setup.local], (LDT << 16) | 7, 0x8200)
  c.setCpl(ring)
  s[CR0] = 0x8000_0011 | 0 | (setup.control << 3)
  s[CR2] = setup.control * 0x1234
  s[CR3] = PAGE_DIRECTORY[setup.control]
  s[CR4] = 0x10 | (setup.control << 3) | (setup.tsd ? 4 : 0)
  for (let n = 0; n < 4; n++) s[DR0 + n] = setup.debug * 0x5000
  s[DR0 + 6] = 0xffff_0ff0 | setup.debug
  s[DR0 + 7] = 0x400 | setup.debug
  s[SYSENTER_CS] = 8 + setup.msr * 0xb8
  s[SYSENTER_CS + 1] = INNER_STACKS + setup.msr * 4
  s[SYSENTER_CS + 2] = TARGET + setup.msr * 4
  s[FLAGS] = (setup.interrupts ? IF : 0) | (setup.iopl << IOPL_SHIFT)
  s[ECX] = 0x174
  s[EDX] = 0
  s[EBX] = DATA
  s[ESI] = DATA + 0x40
  s[EDI] = DATA + 0x80
  s[ESP] = STACK
  s[EBP] = STACK + 0x40
  c.instructions = c.deliveries = c.iterations = 0
  c.timestamp = CYCLES[setup.time]
}
