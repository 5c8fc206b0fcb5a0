import { Cpu } from '../../machine/cpu/cpu.ts'
import { CR0, CR3, CR4, CR4_TSD, ESP, GDT_BASE, GDT_LIMIT, IDT_BASE, IDT_LIMIT, SELECTORS, SS, CS, TR, EIP } from '../../machine/cpu/layout.ts'
import { setHidden } from '../../machine/cpu/segments.ts'
import { gpa } from '../../machine/memory/addresses.ts'
import type { PhysicalMemory } from '../../machine/memory/physical-memory.ts'
import {
  ENTRY_BYTES, ENTRY_LINEAR, GDT_OFFSET, HOST_INTERRUPT, IDT_OFFSET, MONITOR_CODE, MONITOR_DATA, MONITOR_LINEAR, MONITOR_TSS, STACK_TOP, TSS_OFFSET,
} from '../monitor/layout.ts'

const VECTORS = 256
const TSS_LIMIT = 0x67
const GATE = 0x8e00
/** PG, WP, ET, PE. */
const PAGED = 0x8001_0011 | 0
const FLAT_LOW = 0xffff
const FLAT_CODE = 0xcf_9b00
const FLAT_DATA = 0xcf_9300
const BUSY_TSS = 0x8b00

/**
 * The processor that is really there, as a monitor sets it up before its first guest: paging on, interrupt gates for every vector that lead into its ring 0, a
 * stack for arriving there, and no I/O bitmap, so that ports belong to it as well.
 * @param base host-physical address of the monitor's pages. @param root its page directory.
 */
export function makeHostCpu(host: PhysicalMemory, base: number, root: number): Cpu {
  const cpu = new Cpu(host)
  const put = (offset: number, value: number): void => host.write(gpa(base + offset), value, 4)
  for (let vector = 0; vector < VECTORS; vector++) {
    const target = ENTRY_LINEAR + vector * ENTRY_BYTES
    put(IDT_OFFSET + vector * 8, (MONITOR_CODE << 16) | (target & 0xffff))
    put(IDT_OFFSET + vector * 8 + 4, (target & 0xffff_0000) | GATE)
  }
  put(TSS_OFFSET + 4, STACK_TOP)
  put(TSS_OFFSET + 8, MONITOR_DATA)
  // Beyond the end of the segment: no port is allowed.
  put(TSS_OFFSET + 0x64, 0xffff_0000 | 0)
  const descriptor = (selector: number, low: number, high: number): void => {
    put(GDT_OFFSET + selector, low)
    put(GDT_OFFSET + selector + 4, high)
  }
  const tss = MONITOR_LINEAR + TSS_OFFSET
  descriptor(MONITOR_CODE, FLAT_LOW, FLAT_CODE)
  descriptor(MONITOR_DATA, FLAT_LOW, FLAT_DATA)
  descriptor(MONITOR_TSS, TSS_LIMIT | ((tss & 0xffff) << 16), (tss & 0xff00_0000) | ((tss >>> 16) & 0xff) | BUSY_TSS)
  const { s } = cpu
  s[CR0] = PAGED
  s[CR3] = root
  s[CR4] = CR4_TSD
  s[GDT_BASE] = (MONITOR_LINEAR + GDT_OFFSET) | 0
  s[GDT_LIMIT] = 0xffff
  s[IDT_BASE] = (MONITOR_LINEAR + IDT_OFFSET) | 0
  s[IDT_LIMIT] = VECTORS * 8 - 1
  s[SELECTORS + CS] = MONITOR_CODE
  s[SELECTORS + SS] = MONITOR_DATA
  s[SELECTORS + TR] = MONITOR_TSS
  s[ESP] = STACK_TOP | 0
  s[EIP] = ENTRY_LINEAR | 0
  setHidden(cpu, TR, tss | 0, TSS_LIMIT, BUSY_TSS & 0xf0_ff00)
  cpu.acknowledge = () => {
    cpu.setInterrupt(false)
    return HOST_INTERRUPT
  }
  return cpu
}

/** The vector by which the processor has come to the monitor. */
export const arrivalVector = (cpu: Cpu): number => ((cpu.s[EIP]! >>> 0) - ENTRY_LINEAR) / ENTRY_BYTES
