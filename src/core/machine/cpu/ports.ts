import { readSystem } from './access.ts'
import type { Cpu } from './cpu.ts'
import { PORT_ACCESS } from './costs/counters.ts'
import { GP, raise } from './fault.ts'
import { CPL, FLAGS, IOPL_SHIFT, TR } from './layout.ts'

/** Where a 32-bit TSS keeps the offset of its I/O bitmap (SDM 3A 7.2.1). */
const TSS_BITMAP_BASE = 0x66

/** #GP(0) unless `mayUsePort`. */
export function checkPort(c: Cpu, port: number, size: number): void {
  if (!mayUsePort(c, port, size)) raise(c.s, GP, 0)
}

/** Whether CPL ≤ IOPL or the TSS's bitmap allows every one of these ports (SDM 1, 19.5.2). */
export function mayUsePort(c: Cpu, port: number, size: number): boolean {
  if (c.s[CPL]! <= ((c.s[FLAGS]! >> IOPL_SHIFT) & 3)) return true
  const limit = c.limits[TR]! >>> 0
  if ((c.rights[TR]! & 0x8000) === 0 || (c.rights[TR]! & 0xd00) !== 0x900 || limit < TSS_BITMAP_BASE + 1) return false
  const at = readSystem(c, (c.bases[TR]! + TSS_BITMAP_BASE) | 0, 2) + (port >>> 3)
  // Two bytes are read, so that a range over a byte's border is seen whole: hence the byte of ones behind every bitmap.
  if (at + 1 > limit) return false
  const bits = readSystem(c, (c.bases[TR]! + at) | 0, 2) >>> (port & 7)
  return (bits & ((1 << size) - 1)) === 0
}

export function portIn(c: Cpu, port: number, size: number): number {
  c.counts[PORT_ACCESS]! += 1
  const value = c.ports.read(port, size)
  c.observer?.port(false, port, size, value)
  return value
}

export function portOut(c: Cpu, port: number, value: number, size: number): void {
  c.counts[PORT_ACCESS]! += 1
  c.ports.write(port, value, size)
  c.observer?.port(true, port, size, value)
}
