import { gpa } from '../../memory/addresses.ts'
import type { Cpu } from '../cpu.ts'
import { CURRENT_VMCS, EPT_POINTER, ROOT, TLB_EPTP, TLB_VPID, VMX_MODE, VMXON_POINTER } from '../layout.ts'
import { EPT_POINTER_FIELD } from './encodings.ts'
import { isField, isReadOnly } from './fields.ts'
import { fail, FAIL_INVALID, OK, type VmxResult } from './result.ts'
import { clearAt, NO_VMCS, readField, REVISION, revisionAt, writeField } from './vmcs.ts'

/**
 * The VMX instructions but for VM entry, as functions: what the instructions do once they may (SDM 3C 30.3), and what a monitor outside the machine calls. Addresses
 * are physical; a VMCS field is named by its encoding (fields.ts).
 */

const isAligned = (address: number): boolean => (address & 0xfff) === 0

/** Enters VMX operation, whatever CR0, CR4 and IA32_FEATURE_CONTROL say: those are for the instruction to check. */
export function vmxon(c: Cpu, address: number): VmxResult {
  if (c.s[VMX_MODE] !== 0) return fail(c, 15)
  if (!isAligned(address) || revisionAt(c, address) !== REVISION) return FAIL_INVALID
  c.s[VMX_MODE] = ROOT
  c.s[VMXON_POINTER] = address
  c.s[CURRENT_VMCS] = NO_VMCS
  return OK
}

export function vmxoff(c: Cpu): VmxResult {
  c.s[VMX_MODE] = c.s[EPT_POINTER] = c.s[VMXON_POINTER] = c.s[CURRENT_VMCS] = c.s[TLB_VPID] = 0
  return OK
}

export function vmclear(c: Cpu, address: number): VmxResult {
  if (!isAligned(address)) return fail(c, 2)
  if (address === c.s[VMXON_POINTER]) return fail(c, 3)
  clearAt(c, address)
  if (address === c.s[CURRENT_VMCS]) c.s[CURRENT_VMCS] = NO_VMCS
  return OK
}

export function vmptrld(c: Cpu, address: number): VmxResult {
  if (!isAligned(address) || !c.memory.isRam(gpa(address))) return fail(c, 9)
  if (address === c.s[VMXON_POINTER]) return fail(c, 10)
  if (revisionAt(c, address) !== REVISION) return fail(c, 11)
  c.s[CURRENT_VMCS] = address
  return OK
}

/** The field's value, of 64 bits the half that is named; `value` is 0 where the instruction fails. */
export function vmread(c: Cpu, field: number): VmxResult & { readonly value: number } {
  if (c.s[CURRENT_VMCS] === NO_VMCS) return { ...FAIL_INVALID, value: 0 }
  return isField(field) ? { ...OK, value: readField(c, field) } : { ...fail(c, 12), value: 0 }
}

export function vmwrite(c: Cpu, field: number, value: number): VmxResult {
  if (c.s[CURRENT_VMCS] === NO_VMCS) return FAIL_INVALID
  if (!isField(field)) return fail(c, 12)
  if (isReadOnly(field)) return fail(c, 13)
  writeField(c, field, value)
  return OK
}

/** Forgets what was translated with an EPT pointer (1) or with any (2). */
export function invept(c: Cpu, type: number, pointer: number): VmxResult {
  if (type !== 1 && type !== 2) return fail(c, 28)
  if (type === 1 && !isEptPointer(pointer)) return fail(c, 28)
  if (type === 2 || c.s[TLB_EPTP] === pointer || (c.s[CURRENT_VMCS] !== NO_VMCS && readField(c, EPT_POINTER_FIELD) === pointer)) c.flushTlb()
  return OK
}

/** Forgets an address (0), a VPID (1), all (2), or a VPID but for global pages, of which there are none (3). */
export function invvpid(c: Cpu, type: number, vpid: number): VmxResult {
  if (type < 0 || type > 3 || vpid < 0 || vpid > 0xffff || (type !== 2 && vpid === 0)) return fail(c, 28)
  if (type === 2 || c.s[TLB_VPID] === vpid) c.flushTlb()
  return OK
}

/** Memory type UC or WB, four levels, no accessed and dirty flags (SDM 3C 25.6.11). */
export function isEptPointer(pointer: number): boolean {
  const type = pointer & 7
  return (type === 0 || type === 6) && (pointer & 0xff8) === 0x18
}
