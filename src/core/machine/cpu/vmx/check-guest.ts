import type { Cpu } from '../cpu.ts'
import { CS, DS, ES, FS, GS, IF, LDTR, SS, TR } from '../layout.ts'
import { cr0Fits, cr4Fits, UNRESTRICTED_GUEST } from './capabilities.ts'
import { EXTERNAL, HARDWARE_EXCEPTION, NMI, secondaryControls, typeOf, VALID } from './check-controls.ts'
import {
  ENTRY_INTERRUPTION, GUEST_ACTIVITY, GUEST_CR0, GUEST_CR4, GUEST_GDTR_LIMIT, GUEST_IDTR_LIMIT, GUEST_INTERRUPTIBILITY, GUEST_LIMITS, GUEST_RFLAGS, GUEST_RIGHTS, GUEST_SELECTORS, LINK_POINTER,
} from './encodings.ts'
import { readField } from './vmcs.ts'

/** Bits of an access-rights field: the descriptor's own, moved down by 8. */
const TYPE = 0xf
const CODE_OR_DATA = 0x10
const PRESENT = 0x80
export const UNUSABLE = 0x1_0000
const GRANULAR = 0x8000
const RESERVED = 0xfffe_0f00 | 0
const dplOf = (rights: number): number => (rights >> 5) & 3

const HALTED_STATE = 1
const BLOCKED_BY_STI = 1
const BLOCKED_BY_MOV_SS = 2

/** What a guest-state area fails by: the exit qualification (SDM 3C 27.8), and which check it was. */
interface GuestProblem { readonly qualification: number; readonly what: string }

/** The first check of SDM 3C 27.3.1 that fails, or null. Virtual-8086 mode is not built, and fails. */
export function guestProblem(c: Cpu): GuestProblem | null {
  const what = registerProblem(c) ?? segmentProblem(c) ?? flagsProblem(c) ?? activityProblem(c)
  if (what !== null) return { qualification: 0, what }
  const link = (readField(c, LINK_POINTER) & readField(c, LINK_POINTER + 1)) === -1
  return link ? null : { qualification: 4, what: 'VMCS link pointer' }
}

function registerProblem(c: Cpu): string | null {
  const cr0 = readField(c, GUEST_CR0)
  if (!cr0Fits(cr0, isUnrestricted(c)) || (cr0 & 1) === 0 && cr0 < 0) return 'guest CR0'
  return cr4Fits(readField(c, GUEST_CR4)) ? null : 'guest CR4'
}

const isUnrestricted = (c: Cpu): boolean => (secondaryControls(c) & UNRESTRICTED_GUEST) !== 0
const selectorOf = (c: Cpu, segment: number): number => readField(c, GUEST_SELECTORS + segment * 2)
const rightsOf = (c: Cpu, segment: number): number => readField(c, GUEST_RIGHTS + segment * 2)

/** Limit bits that contradict the granularity, or bits that are reserved. */
function isOdd(c: Cpu, segment: number): boolean {
  const rights = rightsOf(c, segment)
  const limit = readField(c, GUEST_LIMITS + segment * 2)
  const granular = (rights & GRANULAR) !== 0
  return (rights & RESERVED) !== 0 || (granular ? (limit & 0xfff) !== 0xfff : limit >>> 20 !== 0)
}

function segmentProblem(c: Cpu): string | null {
  if ((selectorOf(c, TR) & 4) !== 0) return 'TR selector'
  if ((rightsOf(c, LDTR) & UNUSABLE) === 0 && (selectorOf(c, LDTR) & 4) !== 0) return 'LDTR selector'
  if (!isUnrestricted(c) && ((selectorOf(c, SS) ^ selectorOf(c, CS)) & 3) !== 0) return 'RPL of SS and CS'
  return codeProblem(c) ?? stackProblem(c) ?? dataProblem(c) ?? systemProblem(c)
}

function codeProblem(c: Cpu): string | null {
  const rights = rightsOf(c, CS)
  const type = rights & TYPE
  const [dpl, stackDpl] = [dplOf(rights), dplOf(rightsOf(c, SS))]
  const isData = isUnrestricted(c) && type === 3
  if (!isData && (type & 9) !== 9) return 'CS type'
  if ((rights & (CODE_OR_DATA | PRESENT)) !== (CODE_OR_DATA | PRESENT) || isOdd(c, CS)) return 'CS access rights'
  const fitting = isData ? dpl === 0 : type < 12 ? dpl === stackDpl : dpl <= stackDpl
  return fitting ? null : 'CS DPL'
}

function stackProblem(c: Cpu): string | null {
  const rights = rightsOf(c, SS)
  if ((rights & UNUSABLE) !== 0) return dplOf(rights) === 0 ? null : 'SS DPL'
  if ((rights & TYPE) !== 3 && (rights & TYPE) !== 7) return 'SS type'
  if ((rights & (CODE_OR_DATA | PRESENT)) !== (CODE_OR_DATA | PRESENT) || isOdd(c, SS)) return 'SS access rights'
  if (!isUnrestricted(c) && dplOf(rights) !== (selectorOf(c, SS) & 3)) return 'SS DPL'
  const flat = (rightsOf(c, CS) & TYPE) === 3 || (readField(c, GUEST_CR0) & 1) === 0
  return flat && dplOf(rights) !== 0 ? 'SS DPL' : null
}

function dataProblem(c: Cpu): string | null {
  for (const segment of [DS, ES, FS, GS]) {
    const rights = rightsOf(c, segment)
    if ((rights & UNUSABLE) !== 0) continue
    if ((rights & 1) === 0 || (rights & 0xa) === 8) return 'type of a data segment'
    if ((rights & (CODE_OR_DATA | PRESENT)) !== (CODE_OR_DATA | PRESENT) || isOdd(c, segment)) return 'access rights of a data segment'
    if (!isUnrestricted(c) && (rights & TYPE) < 12 && dplOf(rights) < (selectorOf(c, segment) & 3)) return 'DPL of a data segment'
  }
  return null
}

function systemProblem(c: Cpu): string | null {
  const tr = rightsOf(c, TR)
  if (((tr & TYPE) !== 11 && (tr & TYPE) !== 3) || (tr & (CODE_OR_DATA | PRESENT | UNUSABLE)) !== PRESENT || isOdd(c, TR)) return 'TR access rights'
  const ldtr = rightsOf(c, LDTR)
  if ((ldtr & UNUSABLE) === 0 && ((ldtr & (TYPE | CODE_OR_DATA | PRESENT)) !== (2 | PRESENT) || isOdd(c, LDTR))) return 'LDTR access rights'
  return (readField(c, GUEST_GDTR_LIMIT) | readField(c, GUEST_IDTR_LIMIT)) >>> 16 === 0 ? null : 'limit of GDTR or IDTR'
}

/** Reserved bits of EFLAGS, and VM: virtual-8086 mode is not built. */
const FLAGS_RESERVED = 0xffc2_8028 | 0

function flagsProblem(c: Cpu): string | null {
  const flags = readField(c, GUEST_RFLAGS)
  if ((flags & FLAGS_RESERVED) !== 0 || (flags & 2) === 0) return 'RFLAGS'
  return injects(c, EXTERNAL) && (flags & IF) === 0 ? 'RFLAGS.IF with an external interrupt' : null
}

function injects(c: Cpu, type: number): boolean {
  const information = readField(c, ENTRY_INTERRUPTION)
  return (information & VALID) !== 0 && typeOf(information) === type
}

function activityProblem(c: Cpu): string | null {
  const [activity, blocking] = [readField(c, GUEST_ACTIVITY), readField(c, GUEST_INTERRUPTIBILITY)]
  if (activity !== 0 && activity !== HALTED_STATE) return 'activity state'
  const information = readField(c, ENTRY_INTERRUPTION)
  const vector = information & 0xff
  const wakes = (information & VALID) === 0 || injects(c, EXTERNAL) || injects(c, NMI) || (injects(c, HARDWARE_EXCEPTION) && (vector === 1 || vector === 18))
  if (activity === HALTED_STATE && (dplOf(rightsOf(c, SS)) !== 0 || blocking !== 0 || !wakes)) return 'activity state HLT'
  if ((blocking & ~(BLOCKED_BY_STI | BLOCKED_BY_MOV_SS)) !== 0 || blocking === 3) return 'interruptibility state'
  if (blocking === BLOCKED_BY_STI && (readField(c, GUEST_RFLAGS) & IF) === 0) return 'blocking by STI'
  return (injects(c, EXTERNAL) && blocking !== 0) || (injects(c, NMI) && blocking === BLOCKED_BY_MOV_SS) ? 'blocked event' : null
}
