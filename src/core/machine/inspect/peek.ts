import type { Cpu } from '../cpu/cpu.ts'
import { BASES, CR0, CR0_PG, CR3, CR4, CR4_PSE, CS, EIP } from '../cpu/layout.ts'
import { gpa } from '../memory/addresses.ts'
import { PAGE_SIZE } from '../memory/physical-memory.ts'

/** Looking without touching: no accessed or dirty bit, no translation, no device hears of it. */

const PRESENT = 1
const LARGE = 0x80

/** A doubleword of RAM; null where there is none. */
export function peekWord(cpu: Cpu, physical: number): number | null {
  return physical + 4 <= cpu.memory.size && cpu.memory.isRam(gpa(physical)) ? cpu.memory.view.getInt32(physical, true) : null
}

/** Where the page tables put a linear address (SDM 3A 4.3), whatever the rights; null: nowhere. */
export function peekTranslate(cpu: Cpu, linear: number): number | null {
  const { s } = cpu
  if ((s[CR0]! & CR0_PG) === 0) return linear >>> 0
  const pde = peekWord(cpu, ((s[CR3]! & ~0xfff) >>> 0) + ((linear >>> 22) << 2))
  if (pde === null || (pde & PRESENT) === 0) return null
  if ((pde & LARGE) !== 0 && (s[CR4]! & CR4_PSE) !== 0) return ((pde & 0xffc0_0000) | (linear & 0x3f_ffff)) >>> 0
  const pte = peekWord(cpu, ((pde & ~0xfff) >>> 0) + ((linear >>> 10) & 0xffc))
  if (pte === null || (pte & PRESENT) === 0) return null
  return ((pte & ~0xfff) | (linear & 0xfff)) >>> 0
}

/** At most `length` bytes from a linear address on, up to the first that is not in RAM; null if that is the first one. Not always a copy. */
export function peekLinear(cpu: Cpu, linear: number, length: number): Uint8Array | null {
  const first = piece(cpu, linear, Math.min(length, PAGE_SIZE - (linear & 0xfff)))
  if (!first || first.length === length) return first
  const rest = peekLinear(cpu, (linear + first.length) >>> 0, length - first.length)
  if (!rest) return first
  const all = new Uint8Array(first.length + rest.length)
  all.set(first)
  all.set(rest, first.length)
  return all
}

/** Bytes within one page. */
function piece(cpu: Cpu, linear: number, length: number): Uint8Array | null {
  const physical = peekTranslate(cpu, linear)
  if (physical === null || !cpu.memory.isRam(gpa(physical))) return null
  return cpu.memory.bytes.subarray(physical, physical + length)
}

/** Where the next instruction is. */
export const linearEip = ({ s }: Cpu): number => (s[EIP]! + s[BASES + CS]!) >>> 0
