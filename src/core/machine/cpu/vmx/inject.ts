import type { Cpu } from '../cpu.ts'
import { DB } from '../fault.ts'
import type { Cause } from '../observer.ts'
import { ERROR_CODE_VALID, EXTERNAL, HARDWARE_EXCEPTION, NMI, PRIVILEGED_EXCEPTION, SOFTWARE_EXCEPTION, SOFTWARE_INTERRUPT, typeOf, VALID } from './check-controls.ts'
import { ENTRY_ERROR_CODE, ENTRY_INSTRUCTION_LENGTH, ENTRY_INTERRUPTION } from './encodings.ts'
import { readField } from './vmcs.ts'

/** An event on its way through the IDT, as `interrupt` takes it. */
export interface EntryEvent {
  readonly cause: Cause
  readonly vector: number
  /** Type, as the interruption-information fields have it. */
  readonly type: number
  /** -1: none. */
  readonly error: number
  readonly resume: boolean
  /** Bytes of the instruction that asked for it; 0: none did. */
  readonly length: number
}

/** What the VM-entry interruption-information field asks for (SDM 3C 27.6). */
export function entryEvent(c: Cpu): EntryEvent {
  const information = readField(c, ENTRY_INTERRUPTION)
  const type = typeOf(information)
  const vector = information & 0xff
  const software = type === SOFTWARE_INTERRUPT || type === SOFTWARE_EXCEPTION
  const cause = type === EXTERNAL || type === NMI ? 'interrupt' : software ? 'software' : 'fault'
  const error = (information & ERROR_CODE_VALID) === 0 ? -1 : readField(c, ENTRY_ERROR_CODE)
  return { cause, vector, type, error, resume: type === HARDWARE_EXCEPTION && vector !== DB, length: software || type === PRIVILEGED_EXCEPTION ? readField(c, ENTRY_INSTRUCTION_LENGTH) : 0 }
}

/** As the interruption-information fields show an event. */
export const informationOf = (type: number, vector: number, error: number): number => VALID | (error >= 0 ? ERROR_CODE_VALID : 0) | (type << 8) | vector
