import { Cpu } from '../../../machine/cpu/cpu.ts'
import { type CpuidRecord, DEFAULT_CPUID } from '../../../machine/cpu/cpuid.ts'
import { PAGE_FAULT } from '../../../machine/cpu/fault.ts'
import { CR0, CR0_PE, CR0_PG, CR0_WP, CR3, CR4, CR4_PSE, FEATURE_CONTROL } from '../../../machine/cpu/layout.ts'
import {
  ACTIVATE_SECONDARY, CONTROLS, CR3_LOAD_EXITING, CR3_STORE_EXITING, CR4_VMXE, ENABLE_EPT, ENABLE_VPID, EXTERNAL_INTERRUPT_EXITING, FEATURE_LOCK, FEATURE_VMX, HLT_EXITING, INVLPG_EXITING, MOV_DR_EXITING, TSC_OFFSETTING,
  UNRESTRICTED_GUEST, USE_IO_BITMAPS, USE_MSR_BITMAPS,
} from '../../../machine/cpu/vmx/capabilities.ts'
import {
  CR0_MASK, CR4_MASK, ENTRY_CONTROLS, EPT_POINTER_FIELD, EXCEPTION_BITMAP, EXIT_CONTROLS, HOST_CR0, HOST_CR3, HOST_CR4, HOST_RIP, HOST_RSP, HOST_SELECTORS, HOST_TR_SELECTOR, IO_BITMAP_A, IO_BITMAP_B, LINK_POINTER, MSR_BITMAP, PIN_CONTROLS,
  PRIMARY_CONTROLS, SECONDARY_CONTROLS, VPID,
} from '../../../machine/cpu/vmx/encodings.ts'
import { vmclear, vmptrld, vmwrite, vmxon } from '../../../machine/cpu/vmx/operations.ts'
import { ERRORS, type VmxResult } from '../../../machine/cpu/vmx/result.ts'
import { REVISION } from '../../../machine/cpu/vmx/vmcs.ts'
import { gpa } from '../../../machine/memory/addresses.ts'
import { PAGE_SIZE, type PhysicalMemory } from '../../../machine/memory/physical-memory.ts'
import { NESTED_FRAMES, writeNestedTables } from '../../memory/nested.ts'
import type { ShadowPlace } from '../../memory/shadow-place.ts'
import { ENTRY_LINEAR, MONITOR_CODE, MONITOR_DATA, MONITOR_TSS, STACK_TOP } from '../../monitor/layout.ts'

/** Frames of the monitor's, behind the guest's RAM. */
const [VMXON_FRAME, VMCS_FRAME, IO_FRAME_A, IO_FRAME_B, MSR_FRAME, HOST_ROOT_FRAME, NESTED_FRAME] = [0, 1, 2, 3, 4, 5, 6]
const VMX_FRAMES = NESTED_FRAME + NESTED_FRAMES
/** For shadow tables: a directory, and a table for each of its entries. */
const SHADOW_FRAMES = 1025

/** NE of CR0, which VMX operation fixes at 1, as VMXE of CR4. */
const CR0_NE = 0x20

/** PG, NE, ET, PE. */
const PAGED = 0x8000_0031 | 0
const PRIMARY = CONTROLS.primary.must | HLT_EXITING | MOV_DR_EXITING | TSC_OFFSETTING | USE_IO_BITMAPS | USE_MSR_BITMAPS
const SECONDARY = ENABLE_EPT | ENABLE_VPID | UNRESTRICTED_GUEST
const GUEST_VPID = 1
const PAGE_FAULTS = 1 << PAGE_FAULT

/** What of the control registers is the host's in a guest that believes something else: bits that are always 1, and whether CR3 is. */
export interface HostOwned { readonly cr0: number; readonly cr4: number; readonly cr3: boolean }

/** What a VMCS asks the processor to do for a guest. */
interface Assistance {
  readonly owned: HostOwned
  readonly primary: number
  readonly secondary: number
  readonly exceptions: number
}

/** The second table does it all: the guest has its page tables, and its page faults, for itself. */
const NESTED: Assistance = { owned: { cr0: CR0_NE, cr4: CR4_VMXE, cr3: false }, primary: PRIMARY | ACTIVATE_SECONDARY, secondary: SECONDARY, exceptions: 0 }
/**
 * As processors were from 2005 to 2008: no EPT, no VPID, no secondary controls at all. Protection and paging are always on, by tables of the host's, which guards them by CR0.WP; whatever
 * changes the guest's translations exits, and each page fault.
 */
const SHADOW: Assistance = {
  owned: { cr0: CR0_NE | CR0_PE | CR0_PG | CR0_WP, cr4: CR4_VMXE | CR4_PSE, cr3: true }, primary: PRIMARY | CR3_LOAD_EXITING | CR3_STORE_EXITING | INVLPG_EXITING, secondary: 0, exceptions: PAGE_FAULTS,
}
export const assistance = (shadow: boolean): Assistance => (shadow ? SHADOW : NESTED)

/** Bytes of the host's behind the guest's RAM. */
export const vmxBytes = (shadow: boolean): number => (VMX_FRAMES + (shadow ? SHADOW_FRAMES : 0)) * PAGE_SIZE
/** @param base end of the guest's RAM. */
export const besideVmx = (base: number): ShadowPlace => ({ at: base + VMX_FRAMES * PAGE_SIZE, frames: SHADOW_FRAMES, monitor: null, split: false })

/** MSRs that a guest may have without an exit: the time stamp to be read, and those of `sysenter`, which lie in the guest-state area. */
const TIMESTAMP_MSR = 0x10
const SYSENTER_MSRS = [0x174, 0x175, 0x176]
/** Where the MSR bitmap has the bits for writing. */
const MSR_WRITES = 0x800

const VMX_FLAG = 1 << 5
/** What a guest's CPUID shows: VMX is the host's. */
export const withoutVmx = (record: CpuidRecord): CpuidRecord => ((record.moreFeatures & VMX_FLAG) === 0 ? record : { ...record, moreFeatures: record.moreFeatures & ~VMX_FLAG })

function must(what: string, result: VmxResult): void {
  if (result.kind !== 'ok') throw new Error(`${what}: ${result.kind === 'failValid' ? ERRORS[result.error] : result.kind}`)
}

/**
 * The processor that is really there, up to the moment before VMLAUNCH, in the manual's order (SDM 3C 32.5, 32.6): IA32_FEATURE_CONTROL and CR4.VMXE, VMXON,
 * VMCLEAR, VMPTRLD, then VMWRITE of controls and host state. The guest state follows with each entry.
 * @param base host-physical address of the monitor's frames, and end of the guest's RAM.
 */
export function startVmx(host: PhysicalMemory, base: number, shadow: boolean): Cpu {
  const cpu = new Cpu(host)
  const { s } = cpu
  const frame = (n: number): number => base + n * PAGE_SIZE
  cpu.cpuid = { ...DEFAULT_CPUID, vendor: 'GenuineIntel', moreFeatures: VMX_FLAG }
  cpu.vmx.outside = true
  s[CR0] = PAGED
  s[CR3] = frame(HOST_ROOT_FRAME)
  s[FEATURE_CONTROL] = FEATURE_LOCK | FEATURE_VMX
  s[CR4] = CR4_VMXE
  for (const region of [VMXON_FRAME, VMCS_FRAME]) host.write(gpa(frame(region)), REVISION, 4)
  must('VMXON', vmxon(cpu, frame(VMXON_FRAME)))
  must('VMCLEAR', vmclear(cpu, frame(VMCS_FRAME)))
  must('VMPTRLD', vmptrld(cpu, frame(VMCS_FRAME)))
  writeBitmaps(host, frame)
  const pointer = shadow ? 0 : writeNestedTables(host, frame(NESTED_FRAME), base)
  for (const [field, value] of [...controls(frame, pointer, assistance(shadow)), ...hostState(frame(HOST_ROOT_FRAME))]) must('VMWRITE', vmwrite(cpu, field, value))
  return cpu
}

/** Every port exits, and every MSR but a few. */
function writeBitmaps(host: PhysicalMemory, frame: (n: number) => number): void {
  const all = new Uint8Array(PAGE_SIZE).fill(0xff)
  for (const bitmap of [IO_FRAME_A, IO_FRAME_B]) host.copyIn(gpa(frame(bitmap)), all)
  const msrs = all.slice()
  const pass = (number: number, at: number): void => void (msrs[at + (number >> 3)]! &= ~(1 << (number & 7)))
  for (const number of [TIMESTAMP_MSR, ...SYSENTER_MSRS]) pass(number, 0)
  for (const number of SYSENTER_MSRS) pass(number, MSR_WRITES)
  host.copyIn(gpa(frame(MSR_FRAME)), msrs)
}

const controls = (frame: (n: number) => number, pointer: number, { owned, primary, secondary, exceptions }: Assistance): readonly (readonly [number, number])[] => [
  [PIN_CONTROLS, CONTROLS.pin.must | EXTERNAL_INTERRUPT_EXITING], [PRIMARY_CONTROLS, primary], [SECONDARY_CONTROLS, secondary], [EXCEPTION_BITMAP, exceptions], [EXIT_CONTROLS, CONTROLS.exit.must], [ENTRY_CONTROLS, CONTROLS.entry.must],
  [IO_BITMAP_A, frame(IO_FRAME_A)], [IO_BITMAP_B, frame(IO_FRAME_B)], [MSR_BITMAP, frame(MSR_FRAME)], [EPT_POINTER_FIELD, pointer], [VPID, GUEST_VPID], [CR0_MASK, owned.cr0], [CR4_MASK, owned.cr4],
  [LINK_POINTER, -1], [LINK_POINTER + 1, -1],
]

/** Where the processor arrives, host software goes on: what stands here is only checked. */
function hostState(root: number): readonly (readonly [number, number])[] {
  const selectors = [0, 2, 4, 6, 8, 10].map((by) => [HOST_SELECTORS + by, by === 2 ? MONITOR_CODE : MONITOR_DATA] as const)
  return [[HOST_CR0, PAGED], [HOST_CR3, root], [HOST_CR4, CR4_VMXE], [HOST_RSP, STACK_TOP | 0], [HOST_RIP, ENTRY_LINEAR | 0], ...selectors, [HOST_TR_SELECTOR, MONITOR_TSS]]
}
