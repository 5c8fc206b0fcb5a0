import type { Cpu } from '../cpu.ts'
import { VM_EXIT_EVENT } from '../costs/counters.ts'
import { DB, PAGE_FAULT, raise } from '../fault.ts'
import {
  ABANDONED, ATTENTION, BEFORE_EXCEPTION, CR2, CLASS_SHIFT, DR0, EIP, ENTRY_EVENT, FLAGS, HIDDEN_CODE, R_FAST, RF, ROOT, START, TLB_VPID, VECTORING, VECTORING_ERROR, VECTORING_LENGTH, VMX_MODE, WINDOW,
} from '../layout.ts'
import { ERROR_CODE_VALID, HARDWARE_EXCEPTION, SOFTWARE_INTERRUPT, typeOf, VALID } from './check-controls.ts'
import {
  ENTRY_INTERRUPTION, EXCEPTION_BITMAP, EXIT_ERROR_CODE, EXIT_INSTRUCTION_LENGTH, EXIT_INTERRUPTION, EXIT_REASON, PAGE_FAULT_MASK, PAGE_FAULT_MATCH, QUALIFICATION, VECTORING_ERROR_CODE, VECTORING_INFORMATION,
} from './encodings.ts'
import { REASON } from './reasons.ts'
import { loadHost, saveGuest } from './state.ts'
import { readField, writeField } from './vmcs.ts'

/** In FAULT_VECTOR: no fault, but a VM exit whose reason is already in the VMCS. Thrown like a fault, so that the instruction is abandoned the same way. */
export const VM_EXIT = 256

/** Writes down why the guest is left. */
export function noteExit(c: Cpu, reason: number, qualification: number): void {
  writeField(c, EXIT_REASON, reason)
  writeField(c, QUALIFICATION, qualification)
  writeField(c, EXIT_INTERRUPTION, 0)
  writeField(c, EXIT_INSTRUCTION_LENGTH, (c.s[EIP]! - c.s[START]!) & 15)
}

/** Abandons the present instruction, which has changed nothing, for a VM exit. */
export function vmExit(c: Cpu, reason: number, qualification = 0): never {
  noteExit(c, reason, qualification)
  raise(c.s, VM_EXIT)
}

/**
 * Ends the present instruction, which has changed nothing, in a VM exit, as `vmExit`; but its handler comes back, which costs a fraction of what is thrown. `run` takes
 * back that it was counted. Always true.
 */
export function exitAt(c: Cpu, p: number, reason: number, qualification = 0): true {
  noteExit(c, reason, qualification)
  return abandon(c, p)
}

/** The same where the VMCS already tells why. */
export function abandon(c: Cpu, p: number): true {
  const { s } = c
  s[EIP] = s[START]!
  s[ABANDONED] = 1 + (c.records[p + R_FAST]! >>> CLASS_SHIFT)
  s[ATTENTION] = 1
  c.traps = false
  return true
}

/** Whether the exception leaves the guest; if so, the VMCS tells of it, and CR2 and DR6 are as before (SDM 3C 26.2, 28.1). */
export function exceptionExits(c: Cpu, vector: number, error: number, type = HARDWARE_EXCEPTION): boolean {
  const { s } = c
  let wanted = ((readField(c, EXCEPTION_BITMAP) >>> vector) & 1) !== 0
  if (vector === PAGE_FAULT && (error & readField(c, PAGE_FAULT_MASK)) !== readField(c, PAGE_FAULT_MATCH)) wanted = !wanted
  if (!wanted) return false
  const dr6 = DR0 + 6
  noteExit(c, REASON.exception, vector === PAGE_FAULT ? s[CR2]! : vector === DB && type === HARDWARE_EXCEPTION ? s[dr6]! & 0xe00f : 0)
  if (vector === PAGE_FAULT) s[CR2] = s[BEFORE_EXCEPTION]!
  if (vector === DB && type === HARDWARE_EXCEPTION) s[dr6] = s[BEFORE_EXCEPTION]!
  writeField(c, EXIT_INTERRUPTION, VALID | (error >= 0 ? ERROR_CODE_VALID : 0) | (type << 8) | vector)
  writeField(c, EXIT_ERROR_CODE, Math.max(error, 0))
  return true
}

/** The event whose delivery begins; an exit on the way tells of it. `length`: of the instruction that caused it, where one did. */
export function noteVectoring(c: Cpu, information: number, error: number, length: number): void {
  c.s[VECTORING] = information
  c.s[VECTORING_ERROR] = error
  c.s[VECTORING_LENGTH] = length
}

/** Leaves the guest: its state into the VMCS, the host's out of it (SDM 3C 28). RIP is START. */
export function leaveGuest(c: Cpu): void {
  const { s } = c
  const reason = readField(c, EXIT_REASON)
  const vectoring = s[VECTORING]!
  writeField(c, VECTORING_INFORMATION, vectoring)
  if (vectoring !== 0) {
    writeField(c, VECTORING_ERROR_CODE, s[VECTORING_ERROR]!)
    if (typeOf(vectoring) >= SOFTWARE_INTERRUPT) writeField(c, EXIT_INSTRUCTION_LENGTH, s[VECTORING_LENGTH]!)
  }
  saveGuest(c, c, s[START]!, savedResume(c, reason))
  writeField(c, ENTRY_INTERRUPTION, readField(c, ENTRY_INTERRUPTION) & ~VALID)
  backToHost(c)
}

/** The host's state, after an exit or a VM entry that failed late. */
export function backToHost(c: Cpu): void {
  const { s } = c
  s[VMX_MODE] = ROOT
  s[ENTRY_EVENT] = s[VECTORING] = s[HIDDEN_CODE] = s[WINDOW] = 0
  loadHost(c)
  if (!c.vmx.outside) c.counts[VM_EXIT_EVENT]! += 1
  if (c.vmx.outside && s[TLB_VPID] !== 0) return
  s[TLB_VPID] = 0
  c.flushTlb()
}

/** RF as the event would have pushed it; 0 for an instruction that exits (SDM 3C 28.3.3). */
function savedResume(c: Cpu, reason: number): boolean {
  const before = (c.s[FLAGS]! & RF) !== 0
  if (reason === REASON.exception) {
    const information = readField(c, EXIT_INTERRUPTION)
    return typeOf(information) === HARDWARE_EXCEPTION && (information & 0xff) !== DB
  }
  if (reason === REASON.eptViolation || reason === REASON.eptMisconfiguration) {
    const vectoring = c.s[VECTORING]!
    return vectoring === 0 || typeOf(vectoring) === HARDWARE_EXCEPTION || (typeOf(vectoring) < SOFTWARE_INTERRUPT && before)
  }
  return before
}
