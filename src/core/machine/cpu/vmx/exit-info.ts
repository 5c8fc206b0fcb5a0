import type { Cpu } from '../cpu.ts'
import {
  EXIT_ERROR_CODE, EXIT_INSTRUCTION_INFORMATION, EXIT_INSTRUCTION_LENGTH, EXIT_INTERRUPTION, EXIT_REASON, GUEST_LINEAR_ADDRESS, GUEST_PHYSICAL_ADDRESS, QUALIFICATION, VECTORING_ERROR_CODE, VECTORING_INFORMATION,
} from './encodings.ts'
import { AMD_EXIT, type ExitName, REASON } from './reasons.ts'
import { readField } from './vmcs.ts'

/** The exit-information fields of the current VMCS after a VM exit (SDM 3C 25.9). Which of them mean something depends on the reason. */
export interface ExitInfo {
  readonly name: ExitName
  /** AMD-V's exit code for the same; null: it has none. */
  readonly amd: string | null
  /** Basic exit reason. */
  readonly reason: number
  /** VM entry failed: the guest has not run. */
  readonly entryFailed: boolean
  readonly qualification: number
  readonly interruption: number
  readonly errorCode: number
  readonly vectoring: number
  readonly vectoringErrorCode: number
  readonly instructionLength: number
  readonly instructionInformation: number
  readonly guestLinear: number
  readonly guestPhysical: number
}

const NAMES = new Map<number, ExitName>((Object.keys(REASON) as ExitName[]).map((name) => [REASON[name], name]))

export function exitInfo(c: Cpu): ExitInfo {
  const field = (encoding: number): number => readField(c, encoding)
  const whole = field(EXIT_REASON)
  const reason = whole & 0xffff
  const name = NAMES.get(reason)!
  return {
    name, amd: AMD_EXIT[name], reason, entryFailed: whole < 0, qualification: field(QUALIFICATION), interruption: field(EXIT_INTERRUPTION), errorCode: field(EXIT_ERROR_CODE), vectoring: field(VECTORING_INFORMATION),
    vectoringErrorCode: field(VECTORING_ERROR_CODE), instructionLength: field(EXIT_INSTRUCTION_LENGTH), instructionInformation: field(EXIT_INSTRUCTION_INFORMATION), guestLinear: field(GUEST_LINEAR_ADDRESS),
    guestPhysical: field(GUEST_PHYSICAL_ADDRESS),
  }
}
