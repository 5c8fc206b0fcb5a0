import type { Cpu } from '../cpu.ts'
import { FEATURE_CONTROL, VMX_MODE } from '../layout.ts'
import { REVISION } from './vmcs.ts'

/** Pin-based controls. */
export const EXTERNAL_INTERRUPT_EXITING = 1
/** Primary processor-based controls. */
export const INTERRUPT_WINDOW_EXITING = 1 << 2
export const TSC_OFFSETTING = 1 << 3
export const HLT_EXITING = 1 << 7
export const INVLPG_EXITING = 1 << 9
export const RDPMC_EXITING = 1 << 11
export const RDTSC_EXITING = 1 << 12
export const CR3_LOAD_EXITING = 1 << 15
export const CR3_STORE_EXITING = 1 << 16
export const MOV_DR_EXITING = 1 << 23
export const UNCONDITIONAL_IO_EXITING = 1 << 24
export const USE_IO_BITMAPS = 1 << 25
export const MONITOR_TRAP_FLAG = 1 << 27
export const USE_MSR_BITMAPS = 1 << 28
export const ACTIVATE_SECONDARY = -0x8000_0000
/** Secondary processor-based controls. */
export const ENABLE_EPT = 1 << 1
export const DESCRIPTOR_TABLE_EXITING = 1 << 2
export const ENABLE_VPID = 1 << 5
export const WBINVD_EXITING = 1 << 6
export const UNRESTRICTED_GUEST = 1 << 7
/** VM-exit and VM-entry controls. */
export const DEBUG_CONTROLS = 1 << 2
export const ACKNOWLEDGE_ON_EXIT = 1 << 15

/** What must be 1, and what may be (SDM 3D A.3 to A.5). */
interface Allowed { readonly must: number; readonly may: number }

const allowed = (must: number, ...may: readonly number[]): Allowed => ({ must, may: may.reduce((all, bit) => all | bit, must) })

/** NMI exiting may be set and does nothing: no NMI exists. */
const NMI_EXITING = 1 << 3
const PRIMARY_MAY = [
  INTERRUPT_WINDOW_EXITING, TSC_OFFSETTING, HLT_EXITING, INVLPG_EXITING, RDPMC_EXITING, RDTSC_EXITING, CR3_LOAD_EXITING, CR3_STORE_EXITING, MOV_DR_EXITING, UNCONDITIONAL_IO_EXITING, USE_IO_BITMAPS,
  MONITOR_TRAP_FLAG, USE_MSR_BITMAPS, ACTIVATE_SECONDARY,
]

/** Settings as the capability MSRs tell them. The first four have an elder form in which bits that could not be cleared then are still 1. */
export const CONTROLS = {
  pin: allowed(0x16, EXTERNAL_INTERRUPT_EXITING, NMI_EXITING),
  primary: allowed(0x0400_6172, ...PRIMARY_MAY),
  secondary: allowed(0, ENABLE_EPT, DESCRIPTOR_TABLE_EXITING, ENABLE_VPID, WBINVD_EXITING, UNRESTRICTED_GUEST),
  exit: allowed(0x3_6dfb, DEBUG_CONTROLS, ACKNOWLEDGE_ON_EXIT),
  entry: allowed(0x11fb, DEBUG_CONTROLS),
} as const

export const fits = (value: number, { must, may }: Allowed): boolean => (value & must) === must && (value & ~may) === 0

/** PE, NE and PG must be 1 in VMX operation; in an unrestricted guest only NE. */
const CR0_FIXED = 0x8000_0021 | 0
const CR0_FIXED_UNRESTRICTED = 0x20
export const CR4_VMXE = 0x2000
/** VMXE, and TSD, DE, PSE. */
const CR4_ALLOWED = 0x201c

const VMX_FLAG = 1 << 5
export const hasVmx = (c: Cpu): boolean => (c.cpuid.moreFeatures & VMX_FLAG) !== 0

const FEATURE_CONTROL_MSR = 0x3a
/** Locked; VMX outside SMX. */
export const FEATURE_LOCK = 1
export const FEATURE_VMX = 4

/** IA32_VMX_BASIC: size of a region 4 KiB, addresses of 32 bits, write-back, INS/OUTS information, the TRUE capability MSRs. */
const BASIC_HIGH = 0x1000 | (1 << 16) | (6 << 18) | (1 << 22) | (1 << 23)
/** IA32_VMX_MISC: HLT activity state, four CR3 targets. */
const MISC_LOW = (1 << 6) | (4 << 16)
/** IA32_VMX_EPT_VPID_CAP: page walk of 4, UC and WB, 2 MiB pages, INVEPT of one or all; INVVPID of all four types. */
const EPT_LOW = (1 << 6) | (1 << 8) | (1 << 14) | (1 << 16) | (1 << 20) | (1 << 25) | (1 << 26)
const EPT_HIGH = 1 | (0xf << 8)

const CR3_EXITING = CR3_LOAD_EXITING | CR3_STORE_EXITING
/** Low and high word by number, from 0x480 on (SDM 3D A). */
const MSRS: readonly (readonly [number, number])[] = [
  [REVISION, BASIC_HIGH], [CONTROLS.pin.must, CONTROLS.pin.may], [CONTROLS.primary.must | CR3_EXITING, CONTROLS.primary.may], [CONTROLS.exit.must | DEBUG_CONTROLS, CONTROLS.exit.may],
  [CONTROLS.entry.must | DEBUG_CONTROLS, CONTROLS.entry.may], [MISC_LOW, 0], [CR0_FIXED, 0], [-1, 0], [CR4_VMXE, 0], [CR4_ALLOWED, 0], [0x2c, 0], [CONTROLS.secondary.must, CONTROLS.secondary.may], [EPT_LOW, EPT_HIGH],
  [CONTROLS.pin.must, CONTROLS.pin.may], [CONTROLS.primary.must, CONTROLS.primary.may], [CONTROLS.exit.must, CONTROLS.exit.may], [CONTROLS.entry.must, CONTROLS.entry.may],
]

/** Low and high word of an MSR of VMX; null: there is none of this number. */
export function readVmxMsr(c: Cpu, number: number): readonly [number, number] | null {
  if (!hasVmx(c)) return null
  return number === FEATURE_CONTROL_MSR ? [c.s[FEATURE_CONTROL]!, 0] : (MSRS[number - 0x480] ?? null)
}

/** False: #GP(0). Only IA32_FEATURE_CONTROL can be written, until its lock bit is set. */
export function writeVmxMsr(c: Cpu, number: number, low: number, high: number): boolean {
  if (!hasVmx(c) || number !== FEATURE_CONTROL_MSR) return false
  if ((c.s[FEATURE_CONTROL]! & FEATURE_LOCK) !== 0 || (low & ~(FEATURE_LOCK | FEATURE_VMX)) !== 0 || high !== 0) return false
  c.s[FEATURE_CONTROL] = low
  return true
}

/** Bits of CR0 and CR4 that VMX operation fixes (SDM 3C 24.8); `unrestricted`: of a guest that may switch paging and protection off. */
export const cr0Fits = (value: number, unrestricted: boolean): boolean => {
  const fixed = unrestricted ? CR0_FIXED_UNRESTRICTED : CR0_FIXED
  return (value & fixed) === fixed
}
export const cr4Fits = (value: number): boolean => (value & CR4_VMXE) !== 0 && (value & ~CR4_ALLOWED) === 0

export const inVmx = (c: Cpu): boolean => c.s[VMX_MODE] !== 0
