import type { Cpu } from '../cpu.ts'
import { eflags, setArithmetic } from '../flags.ts'
import {
  ATTENTION, CR0, CR3, CR4, CS, DR0, EIP, EPT_POINTER, ESP, FLAGS, FS, GDT_BASE, GDT_LIMIT, GS, HALTED, IDT_BASE, IDT_LIMIT, LAST_SHADOW, LAST_SHADOW_MOMENT, LDTR, RF, RIGHTS, SHADOW, SS, START, SYSENTER_CS, TR,
} from '../layout.ts'
import { CONFORMING, dplOf, EXECUTABLE, READ_WRITE } from '../segments.ts'
import { DEBUG_CONTROLS } from './capabilities.ts'
import { UNUSABLE } from './check-guest.ts'
import {
  ENTRY_CONTROLS, EXIT_CONTROLS, GUEST_ACTIVITY, GUEST_BASES, GUEST_CR0, GUEST_CR3, GUEST_CR4, GUEST_DR7, GUEST_GDTR_BASE, GUEST_GDTR_LIMIT, GUEST_IDTR_BASE, GUEST_IDTR_LIMIT,
  GUEST_INTERRUPTIBILITY, GUEST_LIMITS, GUEST_PENDING_DEBUG, GUEST_RFLAGS, GUEST_RIGHTS, GUEST_RIP, GUEST_RSP, GUEST_SELECTORS, GUEST_SYSENTER_CS, GUEST_SYSENTER_EIP, GUEST_SYSENTER_ESP, HOST_CR0, HOST_CR3, HOST_CR4,
  HOST_FS_BASE, HOST_GDTR_BASE, HOST_GS_BASE, HOST_IDTR_BASE, HOST_RIP, HOST_RSP, HOST_SELECTORS, HOST_SYSENTER_CS, HOST_SYSENTER_EIP, HOST_SYSENTER_ESP, HOST_TR_BASE, HOST_TR_SELECTOR,
} from './encodings.ts'
import { fieldsAt, fieldsForWriting, readField, wordOf, writeField } from './vmcs.ts'

/** Between the guest-state and host-state areas and the registers (SDM 3C 27.3.2, 28.3, 28.5). */

/** Registers that lie in the state block as in the VMCS. */
const PLAIN: readonly (readonly [number, number])[] = [
  [CR0, GUEST_CR0], [CR3, GUEST_CR3], [CR4, GUEST_CR4], [SYSENTER_CS, GUEST_SYSENTER_CS], [SYSENTER_CS + 1, GUEST_SYSENTER_ESP], [SYSENTER_CS + 2, GUEST_SYSENTER_EIP], [GDT_BASE, GUEST_GDTR_BASE], [GDT_LIMIT, GUEST_GDTR_LIMIT],
  [IDT_BASE, GUEST_IDTR_BASE], [IDT_LIMIT, GUEST_IDTR_LIMIT], [ESP, GUEST_RSP], [HALTED, GUEST_ACTIVITY],
]
const PLACES = Int32Array.from(PLAIN, ([place]) => place)
const WORDS = Int32Array.from(PLAIN, ([, field]) => wordOf(field))
const [SELECTOR_WORDS, BASE_WORDS, LIMIT_WORDS, RIGHTS_WORDS] = [wordOf(GUEST_SELECTORS), wordOf(GUEST_BASES), wordOf(GUEST_LIMITS), wordOf(GUEST_RIGHTS)]
const DR7 = DR0 + 7
const CR3_WRITABLE = ~0xfe7

/** Low word of a count that goes on beyond 32 bits. */
export const lowWord = (count: number): number => count % 0x1_0000_0000 | 0

/**
 * Registers of a processor, this one or another, into the guest-state area.
 * @param eip becomes RIP. @param resume RF of the saved RFLAGS.
 */
export function saveGuest(c: Cpu, from: Cpu, eip: number, resume: boolean): void {
  const { s } = from
  const m = c.memory.hostWords
  const base = fieldsForWriting(c)
  for (let n = 0; n < WORDS.length; n++) m[base + WORDS[n]!] = s[PLACES[n]!]!
  writeField(c, GUEST_RIP, eip)
  writeField(c, GUEST_RFLAGS, (eflags(s) & ~RF) | (resume ? RF : 0))
  if ((readField(c, EXIT_CONTROLS) & DEBUG_CONTROLS) !== 0) writeField(c, GUEST_DR7, s[DR7]!)
  for (let segment = 0; segment <= TR; segment++) {
    const rights = from.rights[segment]!
    m[base + SELECTOR_WORDS + segment] = from.selectors[segment]!
    m[base + BASE_WORDS + segment] = from.bases[segment]!
    m[base + LIMIT_WORDS + segment] = from.limits[segment]!
    m[base + RIGHTS_WORDS + segment] = rights === 0 ? UNUSABLE : (rights >>> 8) & 0xf0ff
  }
  writeField(c, GUEST_INTERRUPTIBILITY, s[SHADOW] !== 0 ? s[SHADOW]! : shadowOfInstruction(from))
  writeField(c, GUEST_PENDING_DEBUG, 0)
}

/** Blocking that the present instruction began with, as SHADOW. */
export function shadowOfInstruction(c: Cpu): number {
  return c.s[LAST_SHADOW] !== 0 && c.s[LAST_SHADOW_MOMENT] === lowWord(c.moment) ? c.s[LAST_SHADOW]! : 0
}

/** The guest-state area into the registers of a processor, this one or another. */
export function loadGuest(c: Cpu, into: Cpu): void {
  const { s } = into
  const m = c.memory.hostWords
  const base = fieldsAt(c)
  for (let n = 0; n < WORDS.length; n++) s[PLACES[n]!] = m[base + WORDS[n]!]!
  s[CR3]! &= CR3_WRITABLE
  s[CR0]! |= 0x10
  s[EIP] = s[START] = readField(c, GUEST_RIP)
  setFlags(s, readField(c, GUEST_RFLAGS))
  if ((readField(c, ENTRY_CONTROLS) & DEBUG_CONTROLS) !== 0) s[DR7] = readField(c, GUEST_DR7) | 0x400
  for (let segment = 0; segment <= TR; segment++) {
    put(into, segment, m[base + SELECTOR_WORDS + segment]!, m[base + BASE_WORDS + segment]!, m[base + LIMIT_WORDS + segment]!, m[base + RIGHTS_WORDS + segment]!)
  }
  s[SHADOW] = readField(c, GUEST_INTERRUPTIBILITY)
  s[LAST_SHADOW] = 0
  into.setCpl(dplOf(s[RIGHTS + SS]!))
  into.noteFlatness()
  s[ATTENTION] = 1
}

function setFlags(s: Int32Array, flags: number): void {
  s[FLAGS] = flags & ~0x8d7
  setArithmetic(s, flags)
}

/** A segment as a VMCS describes it; what is not usable is as after a null selector. */
function put(c: Cpu, segment: number, selector: number, base: number, limit: number, access: number): void {
  const usable = (access & UNUSABLE) === 0
  const rights = usable ? (access & 0xf0ff) << 8 : 0
  c.selectors[segment] = selector
  c.bases[segment] = base
  c.limits[segment] = usable ? limit : 0
  c.rights[segment] = rights
  const isCode = (rights & EXECUTABLE) !== 0
  const flat = limit === -1 && (isCode || (rights & CONFORMING) === 0)
  const [readable, writable] = [!isCode || (rights & READ_WRITE) !== 0, !isCode && (rights & READ_WRITE) !== 0]
  c.checks[segment] = usable ? (flat && readable ? 0 : 1) | (flat && writable ? 0 : 2) : 3
}

/** Access rights that a VM exit gives the host's segments. */
const HOST_CODE = 0xc09b
const HOST_DATA = 0xc093
const HOST_TSS = 0x8b

export function loadHost(c: Cpu): void {
  const { s } = c
  s[CR0] = readField(c, HOST_CR0) | 0x10
  s[CR3] = readField(c, HOST_CR3) & CR3_WRITABLE
  s[CR4] = readField(c, HOST_CR4)
  s[DR7] = 0x400
  s[SYSENTER_CS] = readField(c, HOST_SYSENTER_CS)
  s[SYSENTER_CS + 1] = readField(c, HOST_SYSENTER_ESP)
  s[SYSENTER_CS + 2] = readField(c, HOST_SYSENTER_EIP)
  s[GDT_BASE] = readField(c, HOST_GDTR_BASE)
  s[IDT_BASE] = readField(c, HOST_IDTR_BASE)
  s[GDT_LIMIT] = s[IDT_LIMIT] = 0xffff
  for (let segment = 0; segment <= GS; segment++) {
    const selector = readField(c, HOST_SELECTORS + segment * 2)
    const base = segment === FS ? readField(c, HOST_FS_BASE) : segment === GS ? readField(c, HOST_GS_BASE) : 0
    put(c, segment, selector, base, -1, segment === CS ? HOST_CODE : selector === 0 ? UNUSABLE : HOST_DATA)
  }
  put(c, LDTR, 0, 0, 0, UNUSABLE)
  put(c, TR, readField(c, HOST_TR_SELECTOR), readField(c, HOST_TR_BASE), 0x67, HOST_TSS)
  s[EIP] = s[START] = readField(c, HOST_RIP)
  s[ESP] = readField(c, HOST_RSP)
  setFlags(s, 2)
  s[HALTED] = s[SHADOW] = s[LAST_SHADOW] = s[EPT_POINTER] = 0
  c.setCpl(0)
  // A host outside executes nothing here: what was decoded for the guest stays.
  if (!c.vmx.outside) c.noteFlatness()
  s[ATTENTION] = 1
}
