import type { Cpu } from '../../../machine/cpu/cpu.ts'
import { FAULT_ERROR, SHADOW } from '../../../machine/cpu/layout.ts'
import { USER, WRITABLE } from '../../../machine/cpu/paging.ts'
import { VALID } from '../../../machine/cpu/vmx/check-controls.ts'
import { ENTRY_ERROR_CODE, GUEST_CR3 } from '../../../machine/cpu/vmx/encodings.ts'
import type { ExitInfo } from '../../../machine/cpu/vmx/exit-info.ts'
import { writeField } from '../../../machine/cpu/vmx/vmcs.ts'
import type { GuestTranslation, ShadowFault } from '../../memory/guest-translation.ts'

interface ShadowMemorySnapshot { readonly translation: unknown; readonly due: number; readonly mapped: string }

/** The memory of a guest in non-root operation without a second table: its CR3 leads to shadow tables, and each of its page faults exits. */
export class ShadowMemory {
  readonly translation: GuestTranslation
  readonly #virtual: Cpu
  readonly #physical: Cpu
  /** Error code of a page fault that is the guest's own and comes with the next VM entry; its address is in the guest's CR2. -1: none is due. */
  #due = -1
  /** Page, kind of access and moment of the latest hidden fault. */
  #mapped = ''

  constructor(virtual: Cpu, physical: Cpu, translation: GuestTranslation) {
    this.#virtual = virtual
    this.#physical = physical
    this.translation = translation
  }

  /** Into the VMCS, before a VM entry. Answers the error code of the page fault that the guest gets with it; -1: none. */
  prepare(): number {
    writeField(this.#physical, GUEST_CR3, this.translation.root)
    if (this.#due >= 0) writeField(this.#physical, ENTRY_ERROR_CODE, this.#due)
    return this.#due
  }

  /** The same error code, which is then no longer due. */
  take(): number {
    const error = this.#due
    this.#due = -1
    return error
  }

  /** A page fault has left the guest. What is mapped and faults again before the next instruction is not to be reached this way. */
  fault({ qualification, errorCode, vectoring }: ExitInfo): ShadowFault {
    const virtual = this.#virtual
    const write = (errorCode & WRITABLE) !== 0
    const here = `${qualification >>> 12} ${write} ${virtual.moment}`
    const again = here === this.#mapped
    const fault = this.translation.fault(qualification, write, (errorCode & USER) !== 0)
    this.#mapped = fault === 'hidden' ? here : ''
    // On the way of another event it makes of that what the guest's own tables make of it.
    if (fault === 'true' && (vectoring & VALID) === 0) {
      this.#due = virtual.s[FAULT_ERROR]!
      virtual.s[SHADOW] = 0
    }
    return fault === 'hidden' && again ? 'emulate' : fault
  }

  save(): ShadowMemorySnapshot {
    return { translation: this.translation.save(), due: this.#due, mapped: this.#mapped }
  }

  load({ translation, due, mapped }: ShadowMemorySnapshot): void {
    this.translation.load(translation)
    this.#due = due
    this.#mapped = mapped
  }
}
