import type { Cpu } from '../cpu.ts'
import { setArithmetic, CF, ZF } from '../flags.ts'
import { CURRENT_VMCS } from '../layout.ts'
import { INSTRUCTION_ERROR } from './encodings.ts'
import { NO_VMCS, writeField } from './vmcs.ts'

/** What a VMX instruction tells (SDM 3C 31.2): VMsucceed, VMfailInvalid, or VMfailValid with a number of ERRORS. */
export type VmxResult = { readonly kind: 'ok' } | { readonly kind: 'failInvalid' } | { readonly kind: 'failValid'; readonly error: number }

/** VM-instruction error numbers (SDM 3C 31.4) that this processor can report. */
export const ERRORS: Readonly<Record<number, string>> = {
  1: 'VMCALL executed in VMX root operation', 2: 'VMCLEAR with invalid physical address', 3: 'VMCLEAR with VMXON pointer', 4: 'VMLAUNCH with non-clear VMCS', 5: 'VMRESUME with non-launched VMCS',
  7: 'VM entry with invalid control field(s)', 8: 'VM entry with invalid host-state field(s)', 9: 'VMPTRLD with invalid physical address', 10: 'VMPTRLD with VMXON pointer',
  11: 'VMPTRLD with incorrect VMCS revision identifier', 12: 'VMREAD/VMWRITE from/to unsupported VMCS component', 13: 'VMWRITE to read-only VMCS component', 15: 'VMXON executed in VMX root operation',
  26: 'VM entry with events blocked by MOV SS', 28: 'Invalid operand to INVEPT/INVVPID',
}

export const OK: VmxResult = { kind: 'ok' }
export const FAIL_INVALID: VmxResult = { kind: 'failInvalid' }

/** VMfail: with a current VMCS the number goes there. */
export function fail(c: Cpu, error: number): VmxResult {
  if (c.s[CURRENT_VMCS] === NO_VMCS) return FAIL_INVALID
  writeField(c, INSTRUCTION_ERROR, error)
  return { kind: 'failValid', error }
}

/** The result as the instruction's flags. */
export function setFlags(c: Cpu, { kind }: VmxResult): void {
  setArithmetic(c.s, kind === 'ok' ? 0 : kind === 'failInvalid' ? CF : ZF)
}
