import { gpa } from '../../memory/addresses.ts'
import { WALK_REFERENCE } from '../costs/counters.ts'
import type { Cpu } from '../cpu.ts'
import { BASES, CR0, CR0_PG, CR3, CR4, CR4_PSE, CS, EIP, EPT_POINTER, HIDDEN_CODE, START, VECTORING } from '../layout.ts'
import { ACCESSED, checkRights, DIRTY, LARGE, LARGE_RESERVED, pageFault, PRESENT, RESERVED_ERROR, USER, WRITABLE } from '../paging.ts'
import { GUEST_LINEAR_ADDRESS, GUEST_PHYSICAL_ADDRESS } from './encodings.ts'
import { vmExit } from './exit.ts'
import { REASON } from './reasons.ts'
import { writeField } from './vmcs.ts'

/** Rights in an EPT entry, and kinds of access in the exit qualification. */
const READ = 1
const WRITE = 2
const EXECUTE = 4
const RIGHTS = READ | WRITE | EXECUTE
/** Exit qualification: the guest-linear address is valid; the access was to its translation and not to a guest paging structure. */
const LINEAR_VALID = 0x80
const TRANSLATED = 0x100
const MEMORY_TYPE_SHIFT = 3
/** Memory types 2, 3 and 7 do not exist. */
const BAD_TYPES = 0b1000_1100

/**
 * The two-dimensional walk (SDM 3C 29.3, tables of IA-32 by way of four levels of EPT): as `walk` of paging.ts, where every address of a guest table is itself
 * translated first. Each entry that is read is one reference: (g+1)(n+1)−1 of them. Returns the host-physical address.
 */
export function nestedWalk(c: Cpu, linear: number, write: boolean, user: boolean): number {
  const { s } = c
  const kind = write ? WRITE : isFetch(c, linear) ? EXECUTE : READ
  const final = (guestPhysical: number): number => translate(c, linear, guestPhysical, kind, TRANSLATED)
  if ((s[CR0]! & CR0_PG) === 0) return final(linear >>> 0)
  const code = (write ? WRITABLE : 0) | (user ? USER : 0)
  const directoryEntry = ((s[CR3]! & ~0xfff) + ((linear >>> 22) << 2)) >>> 0
  const pde = guestEntry(c, linear, directoryEntry)
  if ((pde & PRESENT) === 0) pageFault(c, linear, code)
  if ((pde & LARGE) !== 0 && (s[CR4]! & CR4_PSE) !== 0) {
    if ((pde & LARGE_RESERVED) !== 0) pageFault(c, linear, code | PRESENT | RESERVED_ERROR)
    checkRights(c, linear, pde, write, user)
    mark(c, linear, directoryEntry, pde, write ? ACCESSED | DIRTY : ACCESSED)
    c.tlb.large = true
    return final(((pde & 0xffc0_0000) | (linear & 0x3f_ffff)) >>> 0)
  }
  const tableEntry = ((pde & ~0xfff) + ((linear >>> 10) & 0xffc)) >>> 0
  const pte = guestEntry(c, linear, tableEntry)
  if ((pte & PRESENT) === 0) pageFault(c, linear, code)
  checkRights(c, linear, pde & pte, write, user)
  mark(c, linear, directoryEntry, pde, ACCESSED)
  mark(c, linear, tableEntry, pte, write ? ACCESSED | DIRTY : ACCESSED)
  return final(((pte & ~0xfff) | (linear & 0xfff)) >>> 0)
}

/** Only the fetch of an instruction reads where EIP has not moved on, and nothing is being delivered. */
function isFetch({ s }: Cpu, linear: number): boolean {
  return s[EIP] === s[START] && s[VECTORING] === 0 && ((linear - s[BASES + CS]! - s[EIP]!) >>> 0) < 15
}

function guestEntry(c: Cpu, linear: number, guestPhysical: number): number {
  const at = translate(c, linear, guestPhysical, READ, 0)
  c.counts[WALK_REFERENCE]! += 1
  return c.memory.read(gpa(at), 4)
}

/** Accessed and dirty bits of the guest's own tables; a table that EPT does not let be written is a violation, before anything has changed. */
function mark(c: Cpu, linear: number, guestPhysical: number, entry: number, bits: number): void {
  if ((entry & bits) === bits) return
  // The same walk again, for its right to write: not a reference that was not counted.
  const counted = c.counts[WALK_REFERENCE]!
  const at = translate(c, linear, guestPhysical, READ | WRITE, 0)
  c.counts[WALK_REFERENCE] = counted
  c.memory.write(gpa(at), entry | bits, 4)
}

/** Guest-physical to host-physical, for an access of this kind, or the VM exit. `context`: TRANSLATED or 0. */
function translate(c: Cpu, linear: number, guestPhysical: number, kind: number, context: number): number {
  let table = c.s[EPT_POINTER]! & ~0xfff
  let rights = RIGHTS
  for (let level = 3; ; level--) {
    const shift = 12 + level * 9
    const index = shift > 31 ? 0 : (guestPhysical >>> shift) & 0x1ff
    const at = table + index * 8
    const low = c.memory.read(gpa(at), 4)
    const high = c.memory.read(gpa(at + 4), 4)
    c.counts[WALK_REFERENCE]! += 1
    rights &= low
    if ((low & RIGHTS) === 0) violation(c, linear, guestPhysical, kind, context, rights)
    const leaf = level === 0 || (level === 1 && (low & LARGE) !== 0)
    if (isMisconfigured(low, high, level, leaf)) {
      writeField(c, GUEST_PHYSICAL_ADDRESS, guestPhysical)
      vmExit(c, REASON.eptMisconfiguration)
    }
    if (!leaf) {
      table = low & ~0xfff
      continue
    }
    if ((rights & kind) !== kind) violation(c, linear, guestPhysical, kind, context, rights)
    if (context !== 0 && (rights & EXECUTE) === 0) c.s[HIDDEN_CODE] = 1
    const inPage = level === 0 ? 0xfff : 0x1f_ffff
    return ((low & ~inPage) | (guestPhysical & inPage)) >>> 0
  }
}

/** Writable or executable without being readable, reserved bits, memory types that do not exist (SDM 3C 29.3.3.1). Addresses have 32 bits; pages of 1 GiB are not built. */
function isMisconfigured(low: number, high: number, level: number, leaf: boolean): boolean {
  if ((low & READ) === 0 || (high & 0xf_ffff) !== 0) return true
  if (leaf) return ((BAD_TYPES >> ((low >> MEMORY_TYPE_SHIFT) & 7)) & 1) !== 0 || (level === 1 && (low & 0x1f_f000) !== 0)
  return (low & (level === 3 || level === 2 ? 0xf8 : 0x78)) !== 0
}

function violation(c: Cpu, linear: number, guestPhysical: number, kind: number, context: number, rights: number): never {
  writeField(c, GUEST_PHYSICAL_ADDRESS, guestPhysical)
  writeField(c, GUEST_LINEAR_ADDRESS, linear)
  vmExit(c, REASON.eptViolation, kind | (rights << 3) | LINEAR_VALID | context)
}

/** Before an instruction is executed from a page that may have been translated for reading alone: a VM exit unless EPT lets it be executed. Not counted: a TLB knows. */
export function requireExecutable(c: Cpu, linear: number, user: boolean): void {
  const counted = c.counts[WALK_REFERENCE]!
  const { large } = c.tlb
  nestedWalk(c, linear, false, user)
  c.tlb.large = large
  c.counts[WALK_REFERENCE] = counted
}
