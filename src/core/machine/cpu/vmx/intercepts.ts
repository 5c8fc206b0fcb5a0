import { linearForRead, linearForWrite } from '../access.ts'
import type { Cpu } from '../cpu.ts'
import { BP, GP, DB, OVERFLOW_TRAP, raise } from '../fault.ts'
import { overflow } from '../flags.ts'
import type { Handler } from '../handler.ts'
import {
  CPL, CR4, CR4_TSD, EAX, ECX, EDI, EDX, EIP, ES, ESI, FORM_RM_IMM, NON_ROOT, PREFIX_ADDRESS16, PREFIX_REP, PREFIX_REPNE, R_DISP, R_FORM, R_IMM, R_PREFIX, R_REG, R_RM, START, VECTORING, VMX_MODE,
} from '../layout.ts'
import { offsetOf, segmentOf, sizeOf } from '../operands.ts'
import { checkPort } from '../ports.ts'
import { gpa } from '../../memory/addresses.ts'
import {
  CR3_LOAD_EXITING, CR3_STORE_EXITING, DESCRIPTOR_TABLE_EXITING, HLT_EXITING, INVLPG_EXITING, MOV_DR_EXITING, RDPMC_EXITING, RDTSC_EXITING, TSC_OFFSETTING, UNCONDITIONAL_IO_EXITING, USE_IO_BITMAPS, USE_MSR_BITMAPS, WBINVD_EXITING,
} from './capabilities.ts'
import { PRIVILEGED_EXCEPTION, secondaryControls, SOFTWARE_EXCEPTION, SOFTWARE_INTERRUPT } from './check-controls.ts'
import {
  CR3_TARGET_COUNT, CR3_TARGETS, EXIT_INSTRUCTION_INFORMATION, GUEST_LINEAR_ADDRESS, IO_BITMAP_A, IO_BITMAP_B, MSR_BITMAP, PRIMARY_CONTROLS, TSC_OFFSET,
} from './encodings.ts'
import { abandon, exceptionExits, exitAt, noteVectoring } from './exit.ts'
import { informationOf } from './inject.ts'
import { operandInformation } from './instruction-info.ts'
import { REASON } from './reasons.ts'
import { readField, writeField } from './vmcs.ts'

/**
 * Instructions that may leave a guest (SDM 3C 26.1). Each is asked before its own handler, in a guest only; where it returns true, it has done the
 * instruction's work. Faults by ring and IOPL come before the exit.
 */
export type Intercept = (c: Cpu, p: number) => boolean

const wants = (c: Cpu, control: number): boolean => (readField(c, PRIMARY_CONTROLS) & control) !== 0

function requireRing0(c: Cpu): void {
  if (c.s[CPL] !== 0) raise(c.s, GP, 0)
}

/** An instruction of ring 0 that exits by a primary control; 0: always. */
const privileged = (reason: number, control: number, qualification: (c: Cpu, p: number) => number = () => 0): Intercept => (c, p) => {
  requireRing0(c)
  if (control === 0 || wants(c, control)) return exitAt(c, p, reason, qualification(c, p))
  return false
}

const wbinvd: Intercept = (c, p) => {
  requireRing0(c)
  if ((secondaryControls(c) & WBINVD_EXITING) !== 0) return exitAt(c, p, REASON.wbinvd)
  return false
}

const rdtsc: Intercept = (c, p) => {
  if ((c.s[CR4]! & CR4_TSD) !== 0) requireRing0(c)
  if (wants(c, RDTSC_EXITING)) return exitAt(c, p, REASON.rdtsc)
  if (!wants(c, TSC_OFFSETTING)) return false
  putTimestamp(c)
  return true
}

function putTimestamp(c: Cpu): void {
  const offset = (BigInt(readField(c, TSC_OFFSET + 1) >>> 0) << 32n) | BigInt(readField(c, TSC_OFFSET) >>> 0)
  const value = BigInt.asUintN(64, BigInt(c.timestamp) + offset)
  c.s[EAX] = Number(value & 0xffff_ffffn) | 0
  c.s[EDX] = Number(value >> 32n) | 0
}

/** MSRs 0 to 0x1FFF and 0xC0000000 to 0xC0001FFF have a bit each, for reading and for writing. */
function msrExits(c: Cpu, write: boolean): boolean {
  if (!wants(c, USE_MSR_BITMAPS)) return true
  const number = c.s[ECX]! >>> 0
  const index = number & 0x1fff
  const high = number >= 0xc000_0000
  if (number - (high ? 0xc000_0000 : 0) > 0x1fff) return true
  const at = readField(c, MSR_BITMAP) + (write ? 0x800 : 0) + (high ? 0x400 : 0) + (index >> 3)
  return ((c.memory.read(gpa(at), 1) >> (index & 7)) & 1) !== 0
}

const MSR_TSC = 0x10
const rdmsr: Intercept = (c, p) => {
  requireRing0(c)
  if (msrExits(c, false)) return exitAt(c, p, REASON.rdmsr)
  if (c.s[ECX] !== MSR_TSC || !wants(c, TSC_OFFSETTING)) return false
  putTimestamp(c)
  return true
}

const wrmsr: Intercept = (c, p) => {
  requireRing0(c)
  if (msrExits(c, true)) return exitAt(c, p, REASON.wrmsr)
  return false
}

/** Whether an access to ports exits: any of them by the bitmaps, which also catch one that wraps around at 0xFFFF. */
function portExits(c: Cpu, port: number, size: number): boolean {
  if (!wants(c, USE_IO_BITMAPS)) return wants(c, UNCONDITIONAL_IO_EXITING)
  for (let at = port; at < port + size; at++) {
    if (at > 0xffff) return true
    const bitmap = readField(c, at < 0x8000 ? IO_BITMAP_A : IO_BITMAP_B)
    if (((c.memory.read(gpa(bitmap + ((at & 0x7fff) >> 3)), 1) >> (at & 7)) & 1) !== 0) return true
  }
  return false
}

const IO_IN = 8
const IO_STRING = 0x10
const IO_REP = 0x20
const IO_IMMEDIATE = 0x40

const port = (direction: number): Intercept => (c, p) => {
  const size = sizeOf(c, p)
  const immediate = c.records[p + R_FORM] === FORM_RM_IMM
  const number = immediate ? c.records[p + R_IMM]! & 0xff : c.s[EDX]! & 0xffff
  checkPort(c, number, size)
  if (portExits(c, number, size)) return exitAt(c, p, REASON.io, (size - 1) | direction | (immediate ? IO_IMMEDIATE : 0) | (number << 16))
  return false
}

const stringPort = (direction: number): Intercept => (c, p) => {
  const size = sizeOf(c, p)
  const prefix = c.records[p + R_PREFIX]!
  const mask = (prefix & PREFIX_ADDRESS16) === 0 ? -1 : 0xffff
  const repeated = (prefix & (PREFIX_REP | PREFIX_REPNE)) !== 0
  if (repeated && (c.s[ECX]! & mask) === 0) return false
  const number = c.s[EDX]! & 0xffff
  checkPort(c, number, size)
  if (!portExits(c, number, size)) return false
  const segment = direction === IO_IN ? ES : segmentOf(c, p)
  const linear = direction === IO_IN ? linearForWrite(c, ES, c.s[EDI]! & mask, size) : linearForRead(c, segment, c.s[ESI]! & mask, size)
  writeField(c, GUEST_LINEAR_ADDRESS, linear)
  writeField(c, EXIT_INSTRUCTION_INFORMATION, ((mask === -1 ? 1 : 0) << 7) | (segment << 15))
  return exitAt(c, p, REASON.io, (size - 1) | direction | IO_STRING | (repeated ? IO_REP : 0) | (number << 16))
}

const debugRegister = (from: boolean): Intercept => (c, p) => {
  requireRing0(c)
  if (wants(c, MOV_DR_EXITING)) return exitAt(c, p, REASON.debugRegister, c.records[p + R_REG]! | (from ? 0x10 : 0) | (c.records[p + R_RM]! << 8))
  return false
}

/** MOV to and from CR3; CR0 and CR4 are in shadows.ts. */
export const toCr3: Intercept = (c, p) => {
  if (!wants(c, CR3_LOAD_EXITING)) return false
  const value = c.s[c.records[p + R_RM]!]!
  for (let n = 0; n < readField(c, CR3_TARGET_COUNT); n++) if (readField(c, CR3_TARGETS + n * 2) === value) return false
  return exitAt(c, p, REASON.controlRegister, 3 | (c.records[p + R_RM]! << 8))
}
export const fromCr3: Intercept = (c, p) => {
  if (wants(c, CR3_STORE_EXITING)) return exitAt(c, p, REASON.controlRegister, 3 | 0x10 | (c.records[p + R_RM]! << 8))
  return false
}

/** Descriptor-table exiting: the instruction's identity in bits 28 and 29, and the displacement as the qualification. */
const table = (reason: number, identity: number, ring0: boolean): Intercept => (c, p) => {
  if (ring0) requireRing0(c)
  if ((secondaryControls(c) & DESCRIPTOR_TABLE_EXITING) === 0) return false
  const wide = reason === REASON.gdtrIdtr && sizeOf(c, p) === 4 ? 1 << 11 : 0
  writeField(c, EXIT_INSTRUCTION_INFORMATION, operandInformation(c, p) | wide | (identity << 28))
  return exitAt(c, p, reason, c.records[p + R_RM]! < 0 ? c.records[p + R_DISP]! : 0)
}

/** `int3`, `into` and `int1`: exceptions of their own, which the bitmap may want. Others only leave word of themselves, for a fault on their way. */
const software = (vector: (c: Cpu, p: number) => number, type: number | null): Intercept => (c, p) => {
  const number = vector(c, p)
  if (number < 0) return false
  if (type !== null && exceptionExits(c, number, -1, type)) return abandon(c, p)
  noteVectoring(c, informationOf(type ?? SOFTWARE_INTERRUPT, number, -1), 0, (c.s[EIP]! - c.s[START]!) & 15)
  return false
}

export const INTERCEPTS: Readonly<Record<string, Intercept>> = {
  cpuid: (c, p) => exitAt(c, p, REASON.cpuid), hlt: privileged(REASON.hlt, HLT_EXITING), invd: privileged(REASON.invd, 0), wbinvd, rdtsc, rdmsr, wrmsr, rdpmc: privileged(REASON.rdpmc, RDPMC_EXITING),
  invlpg: privileged(REASON.invlpg, INVLPG_EXITING, (c, p) => (offsetOf(c, p) + c.bases[segmentOf(c, p)]!) | 0),
  inPort: port(IO_IN), outPort: port(0), ins: stringPort(IO_IN), outs: stringPort(0), movFromDebug: debugRegister(true), movToDebug: debugRegister(false),
  sgdt: table(REASON.gdtrIdtr, 0, false), sidt: table(REASON.gdtrIdtr, 1, false), lgdt: table(REASON.gdtrIdtr, 2, true), lidt: table(REASON.gdtrIdtr, 3, true),
  sldt: table(REASON.ldtrTr, 0, false), str: table(REASON.ldtrTr, 1, false), lldt: table(REASON.ldtrTr, 2, true), ltr: table(REASON.ldtrTr, 3, true),
  int: software((c, p) => c.records[p + R_IMM]! & 0xff, null), int3: software(() => BP, SOFTWARE_EXCEPTION), int1: software(() => DB, PRIVILEGED_EXCEPTION),
  into: software((c) => (overflow(c.s) < 0 ? OVERFLOW_TRAP : -1), SOFTWARE_EXCEPTION),
}

/** A handler that asks its intercept first when a guest executes it; what it left word of is forgotten when it is done. */
export const guarded = (intercept: Intercept, plain: Handler): Handler => (c, p) => {
  if (c.s[VMX_MODE] !== NON_ROOT) return plain(c, p)
  if (intercept(c, p)) return
  plain(c, p)
  c.s[VECTORING] = 0
}
