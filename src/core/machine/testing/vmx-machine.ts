import { CR0, CR4, EIP } from '../cpu/layout.ts'
import type { Cpu } from '../cpu/cpu.ts'
import { cpuidOf } from '../cpu/cpuid.ts'
import { ACTIVATE_SECONDARY, CONTROLS, ENABLE_EPT } from '../cpu/vmx/capabilities.ts'
import {
  CR0_MASK, CR0_SHADOW, CR4_MASK, CR4_SHADOW, ENTRY_CONTROLS, EPT_POINTER_FIELD, EXIT_CONTROLS, GUEST_CR0, GUEST_CR4, HOST_CR0, HOST_CR4, HOST_RIP, HOST_SELECTORS, HOST_TR_SELECTOR, LINK_POINTER, PIN_CONTROLS,
  PRIMARY_CONTROLS, SECONDARY_CONTROLS,
} from '../cpu/vmx/encodings.ts'
import { vmclear, vmptrld, vmwrite, vmxon } from '../cpu/vmx/operations.ts'
import { saveGuest } from '../cpu/vmx/state.ts'
import { REVISION } from '../cpu/vmx/vmcs.ts'
import type { RingMachine } from './ring-machine.ts'

export const VMXON_REGION = 0x30_0000
export const VMCS = 0x30_1000
export const EPT = 0x30_2000
/** The page table of the first 2 MiB, where `fineEpt` makes one. */
export const EPT_TABLE = 0x30_5000
export const IO_BITMAPS = 0x30_6000
export const MSR_BITMAPS = 0x30_8000
const EPT_ALL = 7
const WRITE_BACK = 6 << 3

/** What a control area says beside what must be. */
export interface Wishes { readonly pin?: number; readonly primary?: number; readonly secondary?: number; readonly ept?: boolean; readonly mask?: boolean }

/** Makes the present state of the machine that of a guest in non-root operation, with nothing that exits unasked: the host is outside. The caller launches. */
export function makeGuest(machine: RingMachine, { pin = 0, primary = 0, secondary = 0, ept = false, mask = true }: Wishes = {}): Cpu {
  const { cpu } = machine
  cpu.vmx.outside = true
  cpu.cpuid = cpuidOf('intel', 'test', ['vmx'])
  machine.write(VMXON_REGION, REVISION)
  machine.write(VMCS, REVISION)
  vmxon(cpu, VMXON_REGION)
  vmclear(cpu, VMCS)
  vmptrld(cpu, VMCS)
  if (ept) identityEpt(machine)
  const all = secondary | (ept ? ENABLE_EPT : 0)
  const fields: readonly (readonly [number, number])[] = [
    [PIN_CONTROLS, CONTROLS.pin.must | pin], [PRIMARY_CONTROLS, CONTROLS.primary.must | primary | (all === 0 ? 0 : ACTIVATE_SECONDARY)], [SECONDARY_CONTROLS, all], [EXIT_CONTROLS, CONTROLS.exit.must],
    [ENTRY_CONTROLS, CONTROLS.entry.must], [EPT_POINTER_FIELD, EPT | 0x1e], [LINK_POINTER, -1], [LINK_POINTER + 1, -1],
    [HOST_CR0, 0x8000_0031 | 0], [HOST_CR4, 0x2000], [HOST_RIP, 0x1234], ...[0, 2, 4, 6, 8, 10].map((by) => [HOST_SELECTORS + by, by === 2 ? 8 : 16] as const), [HOST_TR_SELECTOR, 0x48],
  ]
  for (const [field, value] of fields) vmwrite(cpu, field, value)
  saveGuest(cpu, cpu, cpu.s[EIP]!, false)
  // NE and VMXE are fixed in VMX operation: the guest does not see them.
  vmwrite(cpu, GUEST_CR0, cpu.s[CR0]! | 0x20)
  vmwrite(cpu, GUEST_CR4, cpu.s[CR4]! | 0x2000)
  vmwrite(cpu, CR0_MASK, mask ? 0x20 : 0)
  vmwrite(cpu, CR4_MASK, mask ? 0x2000 : 0)
  vmwrite(cpu, CR0_SHADOW, cpu.s[CR0]!)
  vmwrite(cpu, CR4_SHADOW, cpu.s[CR4]!)
  return cpu
}

/** Guest-physical is host-physical, in pages of 2 MiB, the first 4 MiB. */
function identityEpt(machine: RingMachine): void {
  machine.write(EPT, (EPT + 0x1000) | EPT_ALL)
  machine.write(EPT + 0x1000, (EPT + 0x2000) | EPT_ALL)
  for (const n of [0, 1]) machine.write(EPT + 0x2000 + n * 8, (n << 21) | 0x80 | WRITE_BACK | EPT_ALL)
}

/** The first 2 MiB in pages of 4 KiB; `rights` of one of them are others. */
export function fineEpt(machine: RingMachine, page: number, rights: number): void {
  machine.write(EPT + 0x2000, EPT_TABLE | EPT_ALL)
  for (let n = 0; n < 512; n++) machine.write(EPT_TABLE + n * 8, (n << 12) | (n === page ? rights & 7 ? WRITE_BACK | rights : rights : WRITE_BACK | EPT_ALL))
}
