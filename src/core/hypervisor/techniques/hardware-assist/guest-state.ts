import type { Cpu } from '../../../machine/cpu/cpu.ts'
import { ADDEND, CHECKS, CPL, CR0, CR2, CR4, DR0, EDI, ESP, FLAGS, GDT_BASE, HALTED, IDT_LIMIT, CR3, RF, SELECTORS, SHADOW, SYSENTER_CS, TR, EIP } from '../../../machine/cpu/layout.ts'
import { CR0_SHADOW, CR4_SHADOW, GUEST_CR0, GUEST_CR4, GUEST_LIMITS, GUEST_RIGHTS, TSC_OFFSET } from '../../../machine/cpu/vmx/encodings.ts'
import { loadGuest, saveGuest } from '../../../machine/cpu/vmx/state.ts'
import { writeField } from '../../../machine/cpu/vmx/vmcs.ts'
import type { HostOwned } from './start-vmx.ts'

/**
 * Between the processor that the guest believes in and the one it runs on. The VMCS carries what the hardware switches; the general registers, CR2 and DR6 the monitor
 * carries itself, as on a real one.
 */

const DR6 = DR0 + 6
/** TR must hold a busy TSS in a guest. One of a single byte stands for none: it holds no stack and no port bitmap either. */
const NO_TSS = 0x8b
const WORD = 0x1_0000_0000

/** VMWRITE of the guest-state area, before a VM entry. */
export function giveState(virtual: Cpu, physical: Cpu, owned: HostOwned): void {
  const { s } = virtual
  const p = physical.s
  saveGuest(physical, virtual, s[EIP]!, (s[FLAGS]! & RF) !== 0)
  writeField(physical, GUEST_CR0, s[CR0]! | owned.cr0)
  writeField(physical, CR0_SHADOW, s[CR0]!)
  writeField(physical, GUEST_CR4, s[CR4]! | owned.cr4)
  writeField(physical, CR4_SHADOW, s[CR4]!)
  if (virtual.rights[TR] === 0) {
    writeField(physical, GUEST_RIGHTS + TR * 2, NO_TSS)
    writeField(physical, GUEST_LIMITS + TR * 2, 0)
  }
  // What was counted on the physical processor is the guest's time as well.
  const offset = Math.floor(virtual.ownTime - physical.extraTime - physical.plainTime)
  writeField(physical, TSC_OFFSET, offset % WORD | 0)
  writeField(physical, TSC_OFFSET + 1, Math.floor(offset / WORD) | 0)
  for (let i = 0; i <= EDI; i++) p[i] = s[i]!
  p[CR2] = s[CR2]!
  p[DR6] = s[DR6]!
}

/** VMREAD of the guest-state area, after a VM exit. */
export function takeState(virtual: Cpu, physical: Cpu, owned: HostOwned): void {
  const { s } = virtual
  const p = physical.s
  const before = believed(virtual)
  for (let i = 0; i <= EDI; i++) if (i !== ESP) s[i] = p[i]!
  loadGuest(physical, virtual)
  s[CR2] = p[CR2]!
  s[DR6] = p[DR6]!
  hideHost(virtual, before, owned)
}

/** What a guest that is still inside has come to: a look from outside, which the hardware knows nothing of. */
export function showState(virtual: Cpu, physical: Cpu, owned: HostOwned): void {
  const { s } = virtual
  const p = physical.s
  const before = believed(virtual)
  for (let i = 0; i <= ADDEND; i++) s[i] = p[i]!
  for (const i of [SHADOW, HALTED, CR0, CR2, CR3, CR4, DR6, SYSENTER_CS, SYSENTER_CS + 1, SYSENTER_CS + 2]) s[i] = p[i]!
  for (let i = GDT_BASE; i <= IDT_LIMIT; i++) s[i] = p[i]!
  for (let i = SELECTORS; i < CHECKS + 8; i++) s[i] = p[i]!
  if (s[CPL] !== p[CPL]) virtual.setCpl(p[CPL]!)
  hideHost(virtual, before, owned)
}

/** What the guest believes to have. */
interface Believed { readonly cr0: number; readonly cr3: number; readonly cr4: number; readonly tss: boolean }

const believed = ({ s, rights }: Cpu): Believed => ({ cr0: s[CR0]!, cr3: s[CR3]!, cr4: s[CR4]!, tss: rights[TR] !== 0 })

/** What is the host's of CR0, CR3 and CR4 is as the guest left it: it cannot change it without an exit. */
function hideHost(virtual: Cpu, { cr0, cr3, cr4, tss }: Believed, owned: HostOwned): void {
  const { s } = virtual
  s[CR0] = (s[CR0]! & ~owned.cr0) | (cr0 & owned.cr0)
  s[CR4] = (s[CR4]! & ~owned.cr4) | (cr4 & owned.cr4)
  if (owned.cr3) s[CR3] = cr3
  if (tss || virtual.rights[TR] !== NO_TSS << 8 || virtual.limits[TR] !== 0 || virtual.bases[TR] !== 0) return
  virtual.rights[TR] = 0
}
