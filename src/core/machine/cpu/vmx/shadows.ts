import type { Cpu } from '../cpu.ts'
import { setCr0, setCr4 } from '../do-system.ts'
import { GP, raise } from '../fault.ts'
import { CPL, CR0, CR0_TS, CR4, R_REG, R_RM } from '../layout.ts'
import { offsetOf, readOperand, segmentOf, sizeOf, writeOperand } from '../operands.ts'
import { CR0_MASK, CR0_SHADOW, CR4_MASK, CR4_SHADOW, GUEST_LINEAR_ADDRESS } from './encodings.ts'
import { exitAt } from './exit.ts'
import { fromCr3, type Intercept, toCr3 } from './intercepts.ts'
import { REASON } from './reasons.ts'
import { readField, writeField } from './vmcs.ts'

/** CR0 and CR4 in a guest: bits of the guest/host mask belong to the host; reading shows the shadow's, and changing them exits (SDM 3C 26.3). */

/** Access types of the exit qualification. */
const CLTS_TYPE = 0x20
const LMSW_TYPE = 0x30
const LMSW_MEMORY = 0x40

const seen = (c: Cpu, value: number, mask: number, shadow: number): number => {
  const owned = readField(c, mask)
  return (value & ~owned) | (readField(c, shadow) & owned)
}
const seenCr0 = (c: Cpu): number => seen(c, c.s[CR0]!, CR0_MASK, CR0_SHADOW)

function requireRing0(c: Cpu): void {
  if (c.s[CPL] !== 0) raise(c.s, GP, 0)
}

const movFromControl: Intercept = (c, p) => {
  requireRing0(c)
  const number = c.records[p + R_REG]!
  const register = c.records[p + R_RM]!
  if (number === 3) return fromCr3(c, p)
  if (number === 0) c.s[register] = seenCr0(c)
  else if (number === 4) c.s[register] = seen(c, c.s[CR4]!, CR4_MASK, CR4_SHADOW)
  return number !== 2
}

const movToControl: Intercept = (c, p) => {
  requireRing0(c)
  const number = c.records[p + R_REG]!
  const register = c.records[p + R_RM]!
  if (number === 3) return toCr3(c, p)
  if (number === 2) return false
  const owned = readField(c, number === 0 ? CR0_MASK : CR4_MASK)
  const value = c.s[register]!
  if (((value ^ readField(c, number === 0 ? CR0_SHADOW : CR4_SHADOW)) & owned) !== 0) return exitAt(c, p, REASON.controlRegister, number | (register << 8))
  if (number === 0) setCr0(c, (value & ~owned) | (c.s[CR0]! & owned))
  else setCr4(c, (value & ~owned) | (c.s[CR4]! & owned))
  return true
}

const smsw: Intercept = (c, p) => {
  writeOperand(c, p, seenCr0(c), c.records[p + R_RM]! >= 0 ? sizeOf(c, p) : 2)
  return true
}

const lmsw: Intercept = (c, p) => {
  requireRing0(c)
  const value = readOperand(c, p, 2)
  const owned = readField(c, CR0_MASK)
  const shadow = readField(c, CR0_SHADOW)
  const sets = value & ~shadow & owned & 1
  if (sets !== 0 || ((value ^ shadow) & owned & 0xe) !== 0) {
    const memory = c.records[p + R_RM]! < 0
    if (memory) writeField(c, GUEST_LINEAR_ADDRESS, (offsetOf(c, p) + c.bases[segmentOf(c, p)]!) | 0)
    return exitAt(c, p, REASON.controlRegister, LMSW_TYPE | (memory ? LMSW_MEMORY : 0) | (value << 16))
  }
  const before = c.s[CR0]!
  c.s[CR0] = (before & ~(0xe & ~owned)) | (value & 0xf & ~owned)
  c.observer?.control('cr0', before, c.s[CR0])
  return true
}

const clts: Intercept = (c, p) => {
  requireRing0(c)
  if ((readField(c, CR0_MASK) & CR0_TS) === 0) return false
  if ((readField(c, CR0_SHADOW) & CR0_TS) !== 0) return exitAt(c, p, REASON.controlRegister, CLTS_TYPE)
  return true
}

export const SHADOW_INTERCEPTS: Readonly<Record<string, Intercept>> = { movFromControl, movToControl, smsw, lmsw, clts }
