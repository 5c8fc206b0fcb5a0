import { linearForWrite, probeWrite, read, write } from './access.ts'
import { GATE, RETURN } from './costs/counters.ts'
import type { Cpu } from './cpu.ts'
import { cpuid } from './cpuid.ts'
import { GP, NP, raise, UD, refuse, refusedOutsideRing0 } from './fault.ts'
import { setSegment } from './segments.ts'
import type { Handler } from './handler.ts'
import {
  CPL, CR0, CR0_PE, CR0_PG, CR0_TS, CR2, CR3, CR4, CR4_TSD, CS, DR0, EAX, ECX, EDX, EIP, ESP, FLAGS, FORM_RM_IMM, GDT_BASE, GDT_LIMIT, IDT_BASE, IDT_LIMIT, IF, LDTR,
  R_FORM, R_IMM, R_REG, R_RM, SS, SYSENTER_CS, TR, ZERO,
} from './layout.ts'
import { loadDestination, offsetOf, readOperand, register, segmentOf, setRegister, sizeOf, storeDestination, writeOperand } from './operands.ts'
import { mayUsePort, portIn, portOut } from './ports.ts'
import { requireProtected } from './real-mode.ts'
import { cr0Fits, cr4Fits, CR4_VMXE, hasVmx, inVmx, readVmxMsr, writeVmxMsr } from './vmx/capabilities.ts'
import { isUnrestrictedGuest } from './vmx/check-controls.ts'
import {
  CODE_OR_DATA, CONFORMING, dplOf, EXECUTABLE, findDescriptor, isCode, limitOf, PRESENT, READ_WRITE, readDescriptor, rewriteDescriptor, setNull,
} from './segments.ts'

const CR0_WRITABLE = 0xe005_003f | 0
const CR0_ET = 0x10
const CR4_DE = 8
/** VME and PVI are not built; TSD, DE, PSE are. */
const CR4_WRITABLE = 0x1c

/** Sensitive and privileged: #GP(0) outside ring 0. */
function requireRing0(s: Int32Array): void {
  if (s[CPL] !== 0) raise(s, GP, 0)
}

const movFromControl: Handler = (c, p) => {
  if (refusedOutsideRing0(c, p)) return
  const [cr0, cr2, cr3, cr4] = [c.s[CR0]!, c.s[CR2]!, c.s[CR3]!, c.s[CR4]!]
  c.s[c.records[p + R_RM]!] = [cr0, 0, cr2, cr3, cr4][c.records[p + R_REG]!] ?? raise(c.s, UD)
}

const movToControl: Handler = (c, p) => {
  const { s } = c
  if (refusedOutsideRing0(c, p)) return
  const value = s[c.records[p + R_RM]!]!
  const number = c.records[p + R_REG]!
  if (number === 2) s[CR2] = value
  else if (number === 0) setCr0(c, value)
  else if (number === 3) {
    const before = s[CR3]!
    s[CR3] = value & ~0xfe7
    c.flushTlb()
    c.observer?.control('cr3', before, s[CR3])
  } else if (number === 4) {
    setCr4(c, value)
  } else raise(s, UD)
}

/** VMX has one more bit, and VMX operation fixes it. */
export function setCr4(c: Cpu, value: number): void {
  const { s } = c
  const writable = hasVmx(c) ? CR4_WRITABLE | CR4_VMXE : CR4_WRITABLE
  if ((value & ~writable) !== 0 || (inVmx(c) && !cr4Fits(value))) raise(s, GP, 0)
  const before = s[CR4]!
  s[CR4] = value
  c.flushTlb()
  c.observer?.control('cr4', before, value)
}

/** Paging without protection, NW without CD, or what VMX operation fixes, is #GP(0) (SDM 2B, MOV CR). */
export function setCr0(c: Cpu, value: number): void {
  const { s } = c
  const noProtection = (value & CR0_PE) === 0 && (value & CR0_PG) !== 0
  if (noProtection || (value & 0x6000_0000) === 0x2000_0000 || (inVmx(c) && !cr0Fits(value, isUnrestrictedGuest(c)))) raise(s, GP, 0)
  const before = s[CR0]!
  s[CR0] = (value & CR0_WRITABLE) | CR0_ET
  c.flushTlb()
  c.observer?.control('cr0', before, s[CR0])
}

/** DR4 and DR5 are DR6 and DR7. Breakpoint registers keep their values; breakpoints are the debugger's own. */
const debugRegister = (number: number): number => DR0 + (number === 4 || number === 5 ? number + 2 : number)
/** With CR4.DE DR4 and DR5 do not exist. */
function requireDebugRegister(c: Cpu, number: number): void {
  if ((number === 4 || number === 5) && (c.s[CR4]! & CR4_DE) !== 0) raise(c.s, UD)
}

const movFromDebug: Handler = (c, p) => {
  requireRing0(c.s)
  requireDebugRegister(c, c.records[p + R_REG]!)
  c.s[c.records[p + R_RM]!] = c.s[debugRegister(c.records[p + R_REG]!)]!
}
const movToDebug: Handler = (c, p) => {
  requireRing0(c.s)
  const number = c.records[p + R_REG]!
  requireDebugRegister(c, number)
  const fixed = number < 4 ? 0 : number === 6 || number === 4 ? 0xffff_0ff0 | 0 : 0x400
  c.s[debugRegister(number)] = c.s[c.records[p + R_RM]!]! | fixed
}

/** Table registers: 16 bits of limit, 32 of base (24 with a 16-bit operand). Reading them is sensitive and does not trap. */
const storeTable = (base: number, limit: number): Handler => (c, p) => {
  const [segment, offset] = [segmentOf(c, p), offsetOf(c, p)]
  probeWrite(c, linearForWrite(c, segment, offset, 6), 6)
  write(c, segment, offset, c.s[limit]!, 2)
  write(c, segment, (offset + 2) | 0, c.s[base]!, 4)
}

const loadTable = (name: 'gdtr' | 'idtr', base: number, limit: number): Handler => (c, p) => {
  requireRing0(c.s)
  const [segment, offset] = [segmentOf(c, p), offsetOf(c, p)]
  const newLimit = read(c, segment, offset, 2)
  const newBase = read(c, segment, (offset + 2) | 0, 4)
  const before = c.s[base]!
  c.s[limit] = newLimit
  c.s[base] = sizeOf(c, p) === 2 ? newBase & 0xff_ffff : newBase
  c.observer?.control(name, before, c.s[base])
}

const storeSelector = (segment: number): Handler => (c, p) => {
  requireProtected(c)
  writeOperand(c, p, c.selectors[segment]!, c.records[p + R_RM]! >= 0 ? sizeOf(c, p) : 2)
}
const smsw: Handler = (c, p) => writeOperand(c, p, c.s[CR0]!, c.records[p + R_RM]! >= 0 ? sizeOf(c, p) : 2)

/** Sets PE, MP, EM, TS; cannot clear PE. */
const lmsw: Handler = (c, p) => {
  requireRing0(c.s)
  const value = readOperand(c, p, 2)
  const before = c.s[CR0]!
  c.s[CR0] = (before & ~0xe) | (value & 0xf)
  c.observer?.control('cr0', before, c.s[CR0])
}

const lldt: Handler = (c, p) => {
  requireProtected(c)
  requireRing0(c.s)
  const selector = readOperand(c, p, 2)
  const before = c.selectors[LDTR]!
  if ((selector & 0xfffc) === 0) {
    setNull(c, LDTR, selector)
    return c.observer?.control('ldtr', before, selector)
  }
  const error = selector & 0xfffc
  if ((selector & 4) !== 0) raise(c.s, GP, error)
  readDescriptor(c, selector)
  if ((c.descriptorHigh & 0x1f00) !== 0x200) raise(c.s, GP, error)
  if ((c.descriptorHigh & PRESENT) === 0) raise(c.s, NP, error)
  setSegment(c, LDTR, selector, c.descriptorLow, c.descriptorHigh)
  c.observer?.control('ldtr', before, selector)
}

/** Marks the TSS busy, so a second `ltr` of it is #GP until the kernel clears the bit. */
const ltr: Handler = (c, p) => {
  requireProtected(c)
  requireRing0(c.s)
  const selector = readOperand(c, p, 2)
  if ((selector & 0xfffc) === 0) raise(c.s, GP, 0)
  const error = selector & 0xfffc
  if ((selector & 4) !== 0) raise(c.s, GP, error)
  readDescriptor(c, selector)
  const high = c.descriptorHigh
  if ((high & 0x1f00) !== 0x900 && (high & 0x1f00) !== 0x100) raise(c.s, GP, error)
  if ((high & PRESENT) === 0) raise(c.s, NP, error)
  rewriteDescriptor(c, selector, high | 0x200)
  const before = c.selectors[TR]!
  setSegment(c, TR, selector, c.descriptorLow, high | 0x200)
  c.observer?.control('tr', before, selector)
}

/** Whether `lar`, `lsl`, `verr`, `verw` may see a descriptor (SDM 2A): their answer depends on CPL, and nothing traps. */
function visible(c: Cpu, selector: number, systemTypes: number): boolean {
  requireProtected(c)
  if ((selector & 0xfffc) === 0 || !findDescriptor(c, selector)) return false
  const high = c.descriptorHigh
  if ((high & CODE_OR_DATA) === 0 && ((systemTypes >> ((high >> 8) & 15)) & 1) === 0) return false
  const conforming = isCode(high) && (high & CONFORMING) !== 0
  return conforming || Math.max(c.s[CPL]!, selector & 3) <= dplOf(high)
}

const answer = (c: Cpu, yes: boolean): void => void (c.s[ZERO] = yes ? 0 : 1)

/** System descriptor types that `lar` and `lsl` answer for, as bits. */
const LAR_TYPES = 0b0001_1010_0011_1110
const LSL_TYPES = 0b0000_1010_0000_1110

const lar: Handler = (c, p) => {
  const yes = visible(c, readOperand(c, p, 2), LAR_TYPES)
  if (yes) setRegister(c, c.records[p + R_REG]!, c.descriptorHigh & 0xf0_ff00, sizeOf(c, p))
  answer(c, yes)
}

const lsl: Handler = (c, p) => {
  const yes = visible(c, readOperand(c, p, 2), LSL_TYPES)
  if (yes) setRegister(c, c.records[p + R_REG]!, limitOf(c.descriptorLow, c.descriptorHigh), sizeOf(c, p))
  answer(c, yes)
}

const verr: Handler = (c, p) => {
  const yes = visible(c, readOperand(c, p, 2), 0)
  answer(c, yes && (c.descriptorHigh & (EXECUTABLE | READ_WRITE)) !== EXECUTABLE)
}

const verw: Handler = (c, p) => {
  const yes = visible(c, readOperand(c, p, 2), 0)
  answer(c, yes && (c.descriptorHigh & (EXECUTABLE | READ_WRITE)) === READ_WRITE)
}

const arpl: Handler = (c, p) => {
  requireProtected(c)
  const rpl = register(c, c.records[p + R_REG]!, 2) & 3
  const selector = loadDestination(c, p, 2)
  const lower = (selector & 3) < rpl
  if (lower) storeDestination(c, p, (selector & ~3) | rpl, 2)
  answer(c, lower)
}

const portOf = (c: Cpu, p: number): number => (c.records[p + R_FORM] === FORM_RM_IMM ? c.records[p + R_IMM]! & 0xff : c.s[EDX]! & 0xffff)

const inPort: Handler = (c, p) => {
  const [size, port] = [sizeOf(c, p), portOf(c, p)]
  if (!mayUsePort(c, port, size)) return void refuse(c, p, GP, 0)
  setRegister(c, EAX, portIn(c, port, size), size)
}

const outPort: Handler = (c, p) => {
  const [size, port] = [sizeOf(c, p), portOf(c, p)]
  if (!mayUsePort(c, port, size)) return void refuse(c, p, GP, 0)
  portOut(c, port, register(c, EAX, size), size)
}

const clts: Handler = (c) => {
  requireRing0(c.s)
  const before = c.s[CR0]!
  c.s[CR0] = before & ~CR0_TS
  c.observer?.control('cr0', before, c.s[CR0])
}

const invlpg: Handler = (c, p) => {
  requireRing0(c.s)
  c.tlb.flushPage((offsetOf(c, p) + c.bases[segmentOf(c, p)]!) | 0)
}

const rdtsc: Handler = (c) => {
  if ((c.s[CR4]! & CR4_TSD) !== 0) requireRing0(c.s)
  setPair(c, c.timestamp)
}

function setPair(c: Cpu, value: number): void {
  c.s[EAX] = value % 0x1_0000_0000 | 0
  c.s[EDX] = Math.floor(value / 0x1_0000_0000) | 0
}

const MSR_TSC = 0x10
const MSR_SYSENTER_CS = 0x174

const rdmsr: Handler = (c) => {
  const { s } = c
  requireRing0(s)
  const number = s[ECX]!
  if (number === MSR_TSC) setPair(c, c.timestamp)
  else if (number >= MSR_SYSENTER_CS && number < MSR_SYSENTER_CS + 3) {
    s[EAX] = s[SYSENTER_CS + number - MSR_SYSENTER_CS]!
    s[EDX] = 0
  } else {
    const [low, high] = readVmxMsr(c, number) ?? raise(s, GP, 0)
    s[EAX] = low
    s[EDX] = high
  }
}

const wrmsr: Handler = (c) => {
  const { s } = c
  requireRing0(s)
  const number = s[ECX]!
  if (number >= MSR_SYSENTER_CS && number < MSR_SYSENTER_CS + 3) s[SYSENTER_CS + number - MSR_SYSENTER_CS] = s[EAX]!
  else if (!writeVmxMsr(c, number, s[EAX]!, s[EDX]!)) raise(s, GP, 0)
}

/** Flat segments of the ring that `sysenter` and `sysexit` enter; no descriptor is read (SDM 2B). */
function setFlat(c: Cpu, selector: number, ring: number): void {
  const descriptor = (code: boolean): number => 0xcf_9300 | (ring << 13) | (code ? EXECUTABLE : 0)
  setSegment(c, CS, (selector & 0xfffc) | ring, 0xffff, descriptor(true))
  setSegment(c, SS, ((selector + 8) & 0xfffc) | ring, 0xffff, descriptor(false))
  c.setCpl(ring)
}

const sysenter: Handler = (c) => {
  const { s } = c
  if ((s[SYSENTER_CS]! & 0xfffc) === 0 || (s[CR0]! & CR0_PE) === 0) raise(s, GP, 0)
  const fromCpl = s[CPL]!
  s[FLAGS]! &= ~IF
  setFlat(c, s[SYSENTER_CS]!, 0)
  s[ESP] = s[SYSENTER_CS + 1]!
  s[EIP] = s[SYSENTER_CS + 2]!
  c.counts[GATE]! += 1
  c.observer?.gate(fromCpl)
}

const sysexit: Handler = (c) => {
  const { s } = c
  if ((s[SYSENTER_CS]! & 0xfffc) === 0 || (s[CR0]! & CR0_PE) === 0) raise(s, GP, 0)
  requireRing0(s)
  setFlat(c, s[SYSENTER_CS]! + 16, 3)
  s[ESP] = s[ECX]!
  s[EIP] = s[EDX]!
  c.counts[RETURN]! += 1
  c.observer?.returned(0)
}

export const SYSTEM_HANDLERS: Readonly<Record<string, Handler>> = {
  movFromControl, movToControl, movFromDebug, movToDebug, smsw, lmsw, lldt, ltr, lar, lsl, verr, verw, arpl, inPort, outPort, clts, invlpg, rdtsc, rdmsr, wrmsr, sysenter, sysexit,
  sgdt: storeTable(GDT_BASE, GDT_LIMIT), sidt: storeTable(IDT_BASE, IDT_LIMIT), lgdt: loadTable('gdtr', GDT_BASE, GDT_LIMIT), lidt: loadTable('idtr', IDT_BASE, IDT_LIMIT),
  sldt: storeSelector(LDTR), str: storeSelector(TR), invd: (c) => requireRing0(c.s), wbinvd: (c) => requireRing0(c.s), rdpmc: (c) => raise(c.s, GP, 0), cpuid,
}
