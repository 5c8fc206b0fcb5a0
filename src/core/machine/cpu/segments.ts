import { readSystem, writeSystem } from './access.ts'
import type { Cpu } from './cpu.ts'
import { GP, NP, raise, STACK_FAULT, TS } from './fault.ts'
import { inRealMode, loadParagraph } from './real-mode.ts'
import { CPL, GDT_BASE, GDT_LIMIT, LDTR, SS } from './layout.ts'

/** Bits of a descriptor's second word (SDM 3A 3.4.5). */
export const PRESENT = 0x8000
export const CODE_OR_DATA = 0x1000
export const EXECUTABLE = 0x800
/** Conforming for code, expand-down for data. */
export const CONFORMING = 0x400
/** Readable for code, writable for data. */
export const READ_WRITE = 0x200
export const ACCESSED = 0x100
/** What a segment register keeps of the second word. */
export const RIGHTS = 0xf0_ff00
/** D of code, B of a stack. */
const BIG = 0x40_0000
const GRANULAR = 0x80_0000

export const dplOf = (high: number): number => (high >> 13) & 3
export const isCode = (high: number): boolean => (high & (CODE_OR_DATA | EXECUTABLE)) === (CODE_OR_DATA | EXECUTABLE)
export const limitOf = (low: number, high: number): number => {
  const limit = (high & 0xf_0000) | (low & 0xffff)
  return (high & GRANULAR) === 0 ? limit : (limit << 12) | 0xfff
}
export const baseOf = (low: number, high: number): number => (high & 0xff00_0000) | ((high & 0xff) << 16) | (low >>> 16)

/** Reads a descriptor into `descriptorLow` and `descriptorHigh`; false if its table does not hold it. */
export function findDescriptor(c: Cpu, selector: number): boolean {
  const local = (selector & 4) !== 0
  const limit = local ? ((c.rights[LDTR]! & PRESENT) === 0 ? -1 : c.limits[LDTR]! >>> 0) : c.s[GDT_LIMIT]!
  if ((selector | 7) > limit) return false
  const at = ((local ? c.bases[LDTR]! : c.s[GDT_BASE]!) + (selector & ~7)) | 0
  c.descriptorLow = readSystem(c, at, 4)
  c.descriptorHigh = readSystem(c, at + 4, 4)
  return true
}

/** As `findDescriptor`; outside the table is `vector` with the selector as its error. */
export function readDescriptor(c: Cpu, selector: number, vector = GP, external = 0): void {
  if (!findDescriptor(c, selector)) raise(c.s, vector, (selector & 0xfffc) | external)
}

/** Changes a descriptor's second word in its table: accessed or busy bit. */
export function rewriteDescriptor(c: Cpu, selector: number, high: number): void {
  const table = (selector & 4) === 0 ? c.s[GDT_BASE]! : c.bases[LDTR]!
  writeSystem(c, (table + (selector & ~7) + 4) | 0, high, 4)
}

/** Puts a descriptor, already checked, into a segment register. */
export function setSegment(c: Cpu, segment: number, selector: number, low: number, high: number): void {
  if ((high & (CODE_OR_DATA | ACCESSED)) === CODE_OR_DATA) {
    high |= ACCESSED
    rewriteDescriptor(c, selector, high)
  }
  const base = baseOf(low, high)
  const limit = limitOf(low, high)
  // Most loads, on a way in and out of the kernel, bring another selector for the same flat segment.
  const same = c.bases[segment] === base && c.limits[segment] === limit && ((c.rights[segment]! ^ high) & (BIG | EXECUTABLE | CONFORMING | READ_WRITE)) === 0
  c.selectors[segment] = selector
  c.rights[segment] = high & RIGHTS
  if (!same || limit !== -1) setHidden(c, segment, base, limit, high & RIGHTS)
}

/** What a segment register holds beside its selector. @param rights bits 8 to 23 of a descriptor's second word, without the limit. */
export function setHidden(c: Cpu, segment: number, base: number, limit: number, rights: number): void {
  setParts(c, segment, base, limit, rights)
  c.noteFlatness()
}

/** The same of several, before `noteFlatness`. */
export function setParts(c: Cpu, segment: number, base: number, limit: number, rights: number): void {
  c.bases[segment] = base
  c.limits[segment] = limit
  c.rights[segment] = rights
  const flat = limit === -1 && ((rights & EXECUTABLE) !== 0 || (rights & CONFORMING) === 0)
  const readable = (rights & EXECUTABLE) === 0 || (rights & READ_WRITE) !== 0
  const writable = (rights & EXECUTABLE) === 0 && (rights & READ_WRITE) !== 0
  c.checks[segment] = (flat && readable ? 0 : 1) | (flat && writable ? 0 : 2)
}

/** A null selector loads, and faults where it is used. */
export function setNull(c: Cpu, segment: number, selector: number): void {
  c.selectors[segment] = selector
  c.bases[segment] = c.limits[segment] = c.rights[segment] = 0
  c.checks[segment] = 3
  c.noteFlatness()
}

/** Loads ES, SS, DS, FS or GS as `mov` and `pop` do (SDM 2B, MOV). */
export function loadSegment(c: Cpu, segment: number, selector: number): void {
  if (inRealMode(c)) return loadParagraph(c, segment, selector)
  if (segment === SS) return loadStackSegment(c, selector, c.s[CPL]!, GP, 0)
  if ((selector & 0xfffc) === 0) return setNull(c, segment, selector)
  const error = selector & 0xfffc
  readDescriptor(c, selector)
  const { descriptorLow: low, descriptorHigh: high } = c
  if ((high & CODE_OR_DATA) === 0 || (high & (EXECUTABLE | READ_WRITE)) === EXECUTABLE) raise(c.s, GP, error)
  const conforming = (high & (EXECUTABLE | CONFORMING)) === (EXECUTABLE | CONFORMING)
  if (!conforming && Math.max(selector & 3, c.s[CPL]!) > dplOf(high)) raise(c.s, GP, error)
  if ((high & PRESENT) === 0) raise(c.s, NP, error)
  setSegment(c, segment, selector, low, high)
}

/** A stack for ring `cpl`. `vector` is #GP for loads, #TS for a stack out of the TSS. */
export function loadStackSegment(c: Cpu, selector: number, cpl: number, vector: number, external: number): void {
  checkStackSegment(c, selector, cpl, vector, external)
  setSegment(c, SS, selector, c.descriptorLow, c.descriptorHigh)
}

/** The checks alone; leaves the descriptor in `descriptorLow` and `descriptorHigh`. */
export function checkStackSegment(c: Cpu, selector: number, cpl: number, vector: number, external: number): void {
  const error = (selector & 0xfffc) | external
  if ((selector & 0xfffc) === 0) raise(c.s, vector, vector === TS ? error : 0)
  readDescriptor(c, selector, vector, external)
  const high = c.descriptorHigh
  const writableData = (high & (CODE_OR_DATA | EXECUTABLE | READ_WRITE)) === (CODE_OR_DATA | READ_WRITE)
  if ((selector & 3) !== cpl || dplOf(high) !== cpl || !writableData) raise(c.s, vector, error)
  if ((high & PRESENT) === 0) raise(c.s, STACK_FAULT, error)
}
