import { gpa } from '../memory/addresses.ts'
import { HEAD_BYTES } from '../memory/physical-memory.ts'
import type { Cpu } from './cpu.ts'
import { GP, raise, STACK_FAULT } from './fault.ts'
import { CPL, CR0, CR0_PE, SS } from './layout.ts'
import { walk } from './paging.ts'

/** Linear and segmented memory access of 1, 2 or 4 bytes. Loads are zero-extended (4 bytes: int32). Faults leave nothing written. */

export function readLinear(c: Cpu, linear: number, size: number): number {
  const e = c.readTlb[linear >>> 12]! ^ 0xfff
  if ((e & 1) !== 0 || (linear & 0xfff) > 0x1000 - size) return readSlow(c, linear, size, c.s[CPL] === 3)
  if (size === 4) return c.memory.host.getInt32((linear + e) | 0, true)
  return size === 1 ? c.memory.hostBytes[(linear + e) | 0]! : c.memory.host.getUint16((linear + e) | 0, true)
}

export function writeLinear(c: Cpu, linear: number, value: number, size: number): void {
  const e = c.writeTlb[linear >>> 12]! ^ 0xfff
  if ((e & 1) !== 0 || (linear & 0xfff) > 0x1000 - size) writeSlow(c, linear, value, size, c.s[CPL] === 3)
  else if (size === 4) c.memory.host.setInt32((linear + e) | 0, value, true)
  else if (size === 1) c.memory.hostBytes[(linear + e) | 0] = value
  else c.memory.host.setUint16((linear + e) | 0, value, true)
}

/** Set in an entry that is no translation (tlb.ts). */
const UNKNOWN = 2

/** Translates for reading; remembered, and straight to RAM where no device answers. */
export function translateRead(c: Cpu, linear: number, user: boolean): number {
  const table = user ? c.tlb.userRead : c.tlb.supervisorRead
  const e = table[linear >>> 12]! ^ 0xfff
  if ((e & UNKNOWN) === 0) return (linear + (e & ~0xfff) - HEAD_BYTES) >>> 0
  const physical = walk(c, linear, false, user)
  c.tlb.fill(table, linear, physical + HEAD_BYTES, c.memory.isRam(gpa(physical)) && linear >>> 0 <= c.fence)
  return physical
}

/** Translates for writing; straight to RAM from the second store to a page on, which no longer makes it dirty. */
export function translateWrite(c: Cpu, linear: number, user: boolean): number {
  const table = user ? c.tlb.userWrite : c.tlb.supervisorWrite
  const e = table[linear >>> 12]! ^ 0xfff
  const known = (e & UNKNOWN) === 0
  const physical = known ? (linear + (e & ~0xfff) - HEAD_BYTES) >>> 0 : walk(c, linear, true, user)
  if (!known || (e & 1) !== 0) c.tlb.fill(table, linear, physical + HEAD_BYTES, c.memory.isPlain(gpa(physical)) && linear >>> 0 <= c.fence)
  return physical
}

/** Reads what will be written back, by the translation for writing alone: faults as the write would. */
export function readForUpdate(c: Cpu, linear: number, size: number): number {
  const e = c.writeTlb[linear >>> 12]! ^ 0xfff
  if (size !== 4 || ((linear | e) & 0xfff) > 0xffc) return readSlow(c, linear, size, c.s[CPL] === 3, translateWrite)
  return c.memory.host.getInt32((linear + e) | 0, true)
}

export function readSlow(c: Cpu, linear: number, size: number, user: boolean, translate = translateRead): number {
  const first = translate(c, linear, user)
  const inPage = 0x1000 - (linear & 0xfff)
  if (inPage >= size) return c.memory.read(gpa(first), size)
  const second = translate(c, linear + inPage, user)
  let value = 0
  for (let i = 0; i < size; i++) value |= c.memory.read(gpa(i < inPage ? first + i : second + i - inPage), 1) << (8 * i)
  return value
}

export function writeSlow(c: Cpu, linear: number, value: number, size: number, user: boolean): void {
  const first = translateWrite(c, linear, user)
  const inPage = 0x1000 - (linear & 0xfff)
  if (inPage >= size) return c.memory.write(gpa(first), value, size)
  const second = translateWrite(c, linear + inPage, user)
  for (let i = 0; i < size; i++) c.memory.write(gpa(i < inPage ? first + i : second + i - inPage), (value >>> (8 * i)) & 0xff, 1)
}

/** Reads system structures (descriptors, gates, TSS) and inner stacks: always as the supervisor. */
export function readSystem(c: Cpu, linear: number, size: number): number {
  const e = c.tlb.supervisorRead[linear >>> 12]! ^ 0xfff
  if (size !== 4 || ((linear | e) & 0xfff) > 0xffc) return readSlow(c, linear, size, false)
  return c.memory.host.getInt32((linear + e) | 0, true)
}

export function writeSystem(c: Cpu, linear: number, value: number, size: number): void {
  const e = c.tlb.supervisorWrite[linear >>> 12]! ^ 0xfff
  if (size !== 4 || ((linear | e) & 0xfff) > 0xffc) writeSlow(c, linear, value, size, false)
  else c.memory.host.setInt32((linear + e) | 0, value, true)
}

/** Faults as a write of these bytes would, and writes nothing. */
export function probeWrite(c: Cpu, linear: number, size: number): void {
  const e = c.writeTlb[linear >>> 12]! ^ 0xfff
  if ((e & 1) === 0 && (linear & 0xfff) <= 0x1000 - size) return
  const user = c.s[CPL] === 3
  translateWrite(c, linear, user)
  if (((linear & 0xfff) + size) > 0x1000) translateWrite(c, (linear | 0xfff) + 1, user)
}

const EXPAND_DOWN = 0x400
const CODE = 0x800
const READ_OR_WRITE = 0x200
const PRESENT = 0x8000

/** Type and limit of a segment that is not flat (SDM 3A 5.3, 5.5); #SS for the stack, #GP for the others. */
function checkSegment(c: Cpu, segment: number, offset: number, size: number, write: boolean): void {
  const rights = c.rights[segment]!
  const vector = segment === SS ? STACK_FAULT : GP
  if ((rights & PRESENT) === 0) raise(c.s, GP, 0)
  const isCode = (rights & CODE) !== 0
  // Real mode has no types.
  const isProtected = (c.s[CR0]! & CR0_PE) !== 0
  if (isProtected && (write ? isCode || (rights & READ_OR_WRITE) === 0 : isCode && (rights & READ_OR_WRITE) === 0)) raise(c.s, GP, 0)
  if (!withinLimit(c, segment, offset, size)) raise(c.s, vector, 0)
}

/** Whether all bytes at `offset` lie within the segment. */
export function withinLimit(c: Cpu, segment: number, offset: number, size: number): boolean {
  const rights = c.rights[segment]!
  const limit = c.limits[segment]! >>> 0
  const first = offset >>> 0
  const last = first + size - 1
  if ((rights & (CODE | EXPAND_DOWN)) === EXPAND_DOWN) return first > limit && last <= ((rights & 0x40_0000) !== 0 ? 0xffff_ffff : 0xffff)
  // A flat segment lets an access wrap around at 4 GiB, as processors do.
  return limit === 0xffff_ffff || last <= limit
}

/** Linear address of a load; the segment's check included. */
export function linearForRead(c: Cpu, segment: number, offset: number, size: number): number {
  if ((c.checks[segment]! & 1) !== 0) checkSegment(c, segment, offset, size, false)
  return (offset + c.bases[segment]!) | 0
}

/** Linear address of a store; the segment's check included. */
export function linearForWrite(c: Cpu, segment: number, offset: number, size: number): number {
  if ((c.checks[segment]! & 2) !== 0) checkSegment(c, segment, offset, size, true)
  return (offset + c.bases[segment]!) | 0
}

export const read = (c: Cpu, segment: number, offset: number, size: number): number => readLinear(c, linearForRead(c, segment, offset, size), size)
export const write = (c: Cpu, segment: number, offset: number, value: number, size: number): void => writeLinear(c, linearForWrite(c, segment, offset, size), value, size)
