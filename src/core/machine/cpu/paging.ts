import { gpa } from '../memory/addresses.ts'
import type { Cpu } from './cpu.ts'
import { PAGE_FAULT, raise } from './fault.ts'
import { BEFORE_EXCEPTION, CR0, CR0_PG, CR0_WP, CR2, CR3, CR4, CR4_PSE, EPT_POINTER } from './layout.ts'
import { WALK_REFERENCE } from './costs/counters.ts'
import { nestedWalk } from './vmx/ept.ts'

export const PRESENT = 1
export const WRITABLE = 2
export const USER = 4
export const ACCESSED = 0x20
export const DIRTY = 0x40
export const LARGE = 0x80
/** Bits 13 to 21 of a 4 MiB entry (no PSE-36). */
export const LARGE_RESERVED = 0x3f_e000
export const RESERVED_ERROR = 8

/**
 * Translates one linear address (SDM 3A 4.3), sets A and D, counts references; the guest's #PF on failure, with CR2.
 * A and D are only set by a translation that succeeds.
 */
export function walk(c: Cpu, linear: number, write: boolean, user: boolean): number {
  const { s, memory } = c
  if (s[EPT_POINTER] !== 0) return nestedWalk(c, linear, write, user)
  if ((s[CR0]! & CR0_PG) === 0) return linear >>> 0
  const directory = gpa((s[CR3]! & ~0xfff) + ((linear >>> 22) << 2))
  const pde = memory.read(directory, 4)
  c.counts[WALK_REFERENCE]! += 1
  const code = (write ? WRITABLE : 0) | (user ? USER : 0)
  if ((pde & PRESENT) === 0) pageFault(c, linear, code)
  if ((pde & LARGE) !== 0 && (s[CR4]! & CR4_PSE) !== 0) {
    if ((pde & LARGE_RESERVED) !== 0) pageFault(c, linear, code | PRESENT | RESERVED_ERROR)
    checkRights(c, linear, pde, write, user)
    mark(c, directory, pde, write ? ACCESSED | DIRTY : ACCESSED)
    c.tlb.large = true
    return ((pde & 0xffc0_0000) | (linear & 0x3f_ffff)) >>> 0
  }
  const table = gpa((pde & ~0xfff) + ((linear >>> 10) & 0xffc))
  const pte = memory.read(table, 4)
  c.counts[WALK_REFERENCE]! += 1
  if ((pte & PRESENT) === 0) pageFault(c, linear, code)
  checkRights(c, linear, pde & pte, write, user)
  mark(c, directory, pde, ACCESSED)
  mark(c, table, pte, write ? ACCESSED | DIRTY : ACCESSED)
  return ((pte & ~0xfff) | (linear & 0xfff)) >>> 0
}

export function checkRights(c: Cpu, linear: number, rights: number, write: boolean, user: boolean): void {
  const denied = (user && (rights & USER) === 0) || (write && (rights & WRITABLE) === 0 && (user || (c.s[CR0]! & CR0_WP) !== 0))
  if (denied) pageFault(c, linear, PRESENT | (write ? WRITABLE : 0) | (user ? USER : 0))
}

function mark(c: Cpu, at: ReturnType<typeof gpa>, entry: number, bits: number): void {
  if ((entry & bits) !== bits) c.memory.write(at, entry | bits, 4)
}

export function pageFault(c: Cpu, linear: number, error: number): never {
  c.s[BEFORE_EXCEPTION] = c.s[CR2]!
  c.s[CR2] = linear
  raise(c.s, PAGE_FAULT, error)
}
