import type { Cpu } from '../../../machine/cpu/cpu.ts'
import { CR0, CR0_PG, CR3 } from '../../../machine/cpu/layout.ts'
import { ACCESSED, LARGE } from '../../../machine/cpu/paging.ts'
import { peekTranslate, peekWord } from '../../../machine/inspect/peek.ts'

/** Whether a guest-physical page lies at a linear address, and a fetch from there would mark nothing as accessed that is not marked already. */
export function isAccessed(virtual: Cpu, linear: number, page: number): boolean {
  const physical = peekTranslate(virtual, linear)
  if (physical === null || physical >>> 12 !== page) return false
  const { s } = virtual
  if ((s[CR0]! & CR0_PG) === 0) return true
  const pde = peekWord(virtual, ((s[CR3]! & ~0xfff) >>> 0) + ((linear >>> 22) << 2)) ?? 0
  const pte = (pde & LARGE) !== 0 ? ACCESSED : peekWord(virtual, ((pde & ~0xfff) >>> 0) + ((linear >>> 10) & 0xffc)) ?? 0
  return (pde & pte & ACCESSED) !== 0
}

/** Whether the monitor may look at what lies at a linear address before the guest fetches it: a page that is marked by that fetch is marked then, and not before. */
export function mayLookAhead(virtual: Cpu, linear: number): boolean {
  const physical = peekTranslate(virtual, linear)
  return physical !== null && isAccessed(virtual, linear, physical >>> 12)
}
