import type { Cpu } from '../cpu.ts'
import { VM_ENTRY_EVENT } from '../costs/counters.ts'
import { CURRENT_VMCS, ENTRY_EVENT, ENTRY_MOMENT, EPT_POINTER, HIDDEN_CODE, NON_ROOT, TLB_EPTP, TLB_VPID, VECTORING, VMX_MODE, WINDOW } from '../layout.ts'
import { ENABLE_EPT, ENABLE_VPID, INTERRUPT_WINDOW_EXITING } from './capabilities.ts'
import { controlProblem, hostProblem, secondaryControls, VALID } from './check-controls.ts'
import { guestProblem } from './check-guest.ts'
import { ENTRY_INTERRUPTION, EPT_POINTER_FIELD, PRIMARY_CONTROLS, VPID } from './encodings.ts'
import { backToHost, noteExit } from './exit.ts'
import { ENTRY_FAILURE, REASON } from './reasons.ts'
import { fail, FAIL_INVALID, OK, type VmxResult } from './result.ts'
import { loadGuest, lowWord, shadowOfInstruction } from './state.ts'
import { CLEAR, launchState, LAUNCHED, NO_VMCS, readField, setLaunchState } from './vmcs.ts'

/** What a VM entry comes to: the guest is in the registers; the instruction failed; or a VM exit has already taken place (SDM 3C 27.8). */
export type EntryResult = VmxResult | { readonly kind: 'entryFailure' }

const ENTRY_FAILED: EntryResult = { kind: 'entryFailure' }

export const vmlaunch = (c: Cpu): EntryResult => enter(c, true, 0)
export const vmresume = (c: Cpu): EntryResult => enter(c, false, 0)

/**
 * VM entry in the manual's order (SDM 3C 27). The event to inject is delivered by the next `run`, before the first instruction.
 * @param ahead 1: the entering instruction is about to be counted.
 */
export function enter(c: Cpu, launch: boolean, ahead: number): EntryResult {
  const { s } = c
  if (s[CURRENT_VMCS] === NO_VMCS) return FAIL_INVALID
  if (shadowOfInstruction(c) === 2) return fail(c, 26)
  if (launch !== (launchState(c) === CLEAR)) return fail(c, launch ? 4 : 5)
  if (controlProblem(c) !== null) return fail(c, 7)
  if (hostProblem(c) !== null) return fail(c, 8)
  const problem = guestProblem(c)
  if (problem !== null) {
    noteExit(c, ENTRY_FAILURE | REASON.invalidGuestState, problem.qualification)
    backToHost(c)
    return ENTRY_FAILED
  }
  setLaunchState(c, LAUNCHED)
  s[EPT_POINTER] = (secondaryControls(c) & ENABLE_EPT) === 0 ? 0 : readField(c, EPT_POINTER_FIELD)
  loadGuest(c, c)
  s[VMX_MODE] = NON_ROOT
  s[ENTRY_EVENT] = (readField(c, ENTRY_INTERRUPTION) & VALID) === 0 ? 0 : 1
  s[ENTRY_MOMENT] = lowWord(c.moment + ahead)
  s[VECTORING] = s[HIDDEN_CODE] = 0
  s[WINDOW] = (readField(c, PRIMARY_CONTROLS) & INTERRUPT_WINDOW_EXITING) === 0 ? 0 : 1
  if (!c.vmx.outside) c.counts[VM_ENTRY_EVENT]! += 1
  changeTranslations(c)
  return OK
}

/** Without a VPID nothing that was translated before may serve the guest. */
function changeTranslations(c: Cpu): void {
  const { s } = c
  const secondary = secondaryControls(c)
  const vpid = (secondary & ENABLE_VPID) === 0 ? 0 : readField(c, VPID)
  const pointer = readField(c, EPT_POINTER_FIELD)
  if (vpid === 0 || s[TLB_VPID] !== vpid || s[TLB_EPTP] !== pointer) c.flushTlb()
  s[TLB_VPID] = vpid
  s[TLB_EPTP] = pointer
}
