import type { Cpu } from '../cpu.ts'
import { NON_ROOT, VMX_MODE } from '../layout.ts'
import { ACTIVATE_SECONDARY, CONTROLS, ENABLE_EPT, ENABLE_VPID, fits, UNRESTRICTED_GUEST, USE_IO_BITMAPS, USE_MSR_BITMAPS, cr0Fits, cr4Fits } from './capabilities.ts'
import {
  CR3_TARGET_COUNT, ENTRY_CONTROLS, ENTRY_ERROR_CODE, ENTRY_INSTRUCTION_LENGTH, ENTRY_INTERRUPTION, ENTRY_MSR_LOAD_COUNT, EPT_POINTER_FIELD, EXIT_CONTROLS, EXIT_MSR_LOAD_COUNT, EXIT_MSR_STORE_COUNT,
  GUEST_CR0, HOST_CR0, HOST_CR4, HOST_SELECTORS, HOST_TR_SELECTOR, IO_BITMAP_A, IO_BITMAP_B, MSR_BITMAP, PIN_CONTROLS, PRIMARY_CONTROLS, SECONDARY_CONTROLS, VPID,
} from './encodings.ts'
import { isEptPointer } from './operations.ts'
import { readField } from './vmcs.ts'

/** Secondary controls as they count: 0 while they are not activated. */
export const secondaryControls = (c: Cpu): number => ((readField(c, PRIMARY_CONTROLS) & ACTIVATE_SECONDARY) === 0 ? 0 : readField(c, SECONDARY_CONTROLS))

/** Whether a guest runs that may switch protection and paging off. */
export const isUnrestrictedGuest = (c: Cpu): boolean => c.s[VMX_MODE] === NON_ROOT && (secondaryControls(c) & UNRESTRICTED_GUEST) !== 0

/** A page's address; it has 32 bits. */
const isPage = (c: Cpu, field: number): boolean => (readField(c, field) & 0xfff) === 0 && readField(c, field + 1) === 0

/** Why the control fields forbid a VM entry (SDM 3C 27.2.1), or null. */
export function controlProblem(c: Cpu): string | null {
  const primary = readField(c, PRIMARY_CONTROLS)
  const secondary = secondaryControls(c)
  if (!fits(readField(c, PIN_CONTROLS), CONTROLS.pin)) return 'pin-based controls'
  if (!fits(primary, CONTROLS.primary)) return 'primary processor-based controls'
  if (!fits(secondary, CONTROLS.secondary)) return 'secondary processor-based controls'
  if (readField(c, CR3_TARGET_COUNT) >>> 0 > 4) return 'CR3-target count'
  if ((primary & USE_IO_BITMAPS) !== 0 && !(isPage(c, IO_BITMAP_A) && isPage(c, IO_BITMAP_B))) return 'I/O bitmap address'
  if ((primary & USE_MSR_BITMAPS) !== 0 && !isPage(c, MSR_BITMAP)) return 'MSR bitmap address'
  if ((secondary & ENABLE_VPID) !== 0 && readField(c, VPID) === 0) return 'VPID 0'
  if ((secondary & ENABLE_EPT) !== 0 && !(isEptPointer(readField(c, EPT_POINTER_FIELD)) && readField(c, EPT_POINTER_FIELD + 1) === 0)) return 'EPT pointer'
  if ((secondary & (UNRESTRICTED_GUEST | ENABLE_EPT)) === UNRESTRICTED_GUEST) return 'unrestricted guest without EPT'
  if (!fits(readField(c, EXIT_CONTROLS), CONTROLS.exit)) return 'VM-exit controls'
  if (!fits(readField(c, ENTRY_CONTROLS), CONTROLS.entry)) return 'VM-entry controls'
  // Lists of MSRs are not built.
  if ((readField(c, EXIT_MSR_STORE_COUNT) | readField(c, EXIT_MSR_LOAD_COUNT) | readField(c, ENTRY_MSR_LOAD_COUNT)) !== 0) return 'MSR count'
  return eventProblem(c, (secondary & UNRESTRICTED_GUEST) !== 0)
}

export const VALID = -0x8000_0000
export const ERROR_CODE_VALID = 0x800
/** Types of events, bits 8 to 10 of the interruption-information fields. */
export const EXTERNAL = 0
export const NMI = 2
export const HARDWARE_EXCEPTION = 3
export const SOFTWARE_INTERRUPT = 4
export const PRIVILEGED_EXCEPTION = 5
export const SOFTWARE_EXCEPTION = 6
export const typeOf = (information: number): number => (information >> 8) & 7

/** Vectors 8, 10 to 14 and 17. */
const WITH_ERROR_CODE = 0x2_7d00

function eventProblem(c: Cpu, unrestricted: boolean): string | null {
  const information = readField(c, ENTRY_INTERRUPTION)
  if ((information & VALID) === 0) return null
  const type = typeOf(information)
  const vector = information & 0xff
  if ((information & 0x7fff_f000) !== 0 || type === 1 || type === 7) return 'event type'
  if ((type === NMI && vector !== 2) || (type === HARDWARE_EXCEPTION && vector > 31)) return 'event vector'
  const isProtected = !unrestricted || (readField(c, GUEST_CR0) & 1) !== 0
  const wantsCode = type === HARDWARE_EXCEPTION && isProtected && ((WITH_ERROR_CODE >> vector) & 1) !== 0
  if (((information & ERROR_CODE_VALID) !== 0) !== wantsCode) return 'event with or without error code'
  if (wantsCode && (readField(c, ENTRY_ERROR_CODE) & ~0x7fff) !== 0) return 'error code'
  const length = readField(c, ENTRY_INSTRUCTION_LENGTH)
  return type >= SOFTWARE_INTERRUPT && (length < 1 || length > 15) ? 'instruction length' : null
}

/** Why the host-state area forbids a VM entry (SDM 3C 27.2.2, 27.2.3), or null. */
export function hostProblem(c: Cpu): string | null {
  if (!cr0Fits(readField(c, HOST_CR0), false)) return 'host CR0'
  if (!cr4Fits(readField(c, HOST_CR4))) return 'host CR4'
  for (let field = HOST_SELECTORS; field <= HOST_TR_SELECTOR; field += 2) if ((readField(c, field) & 7) !== 0) return 'TI or RPL of a host selector'
  // CS, SS and TR.
  return [2, 4, 12].some((by) => readField(c, HOST_SELECTORS + by) === 0) ? 'null host selector' : null
}
