import type { Cpu } from '../../machine/cpu/cpu.ts'
import { CR0, CR0_PG, CR0_WP, CR3, CR4, CR4_PSE } from '../../machine/cpu/layout.ts'
import { DIRTY, LARGE, PRESENT, USER, WRITABLE } from '../../machine/cpu/paging.ts'
import { gpa } from '../../machine/memory/addresses.ts'

/** What the guest's tables say of a page that they map. */
export interface GuestEntry {
  /** Rights of both levels together; the entry of the last level has the dirty bit. */
  readonly rights: number
  readonly dirty: boolean
  /** Frame of the page table; -1: a page of 4 MiB, or no paging, has none. */
  readonly table: number
  /** The directory's entry. */
  readonly pde: number
}

const UNPAGED: GuestEntry = { rights: PRESENT | WRITABLE | USER, dirty: true, table: -1, pde: 0 }

/** Reads them as a walk does, which has just succeeded. */
export function guestEntry({ s, memory }: Cpu, linear: number): GuestEntry {
  if ((s[CR0]! & CR0_PG) === 0) return UNPAGED
  const pde = memory.read(gpa((s[CR3]! & ~0xfff) + ((linear >>> 22) << 2)), 4)
  if ((pde & LARGE) !== 0 && (s[CR4]! & CR4_PSE) !== 0) return { rights: pde, dirty: (pde & DIRTY) !== 0, table: -1, pde }
  const pte = memory.read(gpa((pde & ~0xfff) + ((linear >>> 10) & 0xffc)), 4)
  return { rights: pde & pte, dirty: (pte & DIRTY) !== 0, table: pde >>> 12, pde }
}

/**
 * Rights of a shadow entry as the guest's own give them; writable only once the dirty bit is set, and where writes need not be seen. Where CR0.WP is clear, the guest's supervisor
 * writes to what its tables protect: such a page is then the supervisor's alone.
 * @param write of an access that the guest's tables allow.
 */
export function shadowRights({ s }: Cpu, { rights, dirty }: Pick<GuestEntry, 'rights' | 'dirty'>, write: boolean, traced: boolean): number {
  const writable = dirty && !traced
  if ((rights & WRITABLE) !== 0) return PRESENT | (rights & USER) | (writable ? WRITABLE : 0)
  return write && (s[CR0]! & CR0_WP) === 0 && writable ? PRESENT | WRITABLE : PRESENT | (rights & USER)
}
