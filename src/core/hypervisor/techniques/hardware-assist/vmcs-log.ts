import type { VmcsFieldRow } from '../../../../protocol/monitor.ts'
import type { Cpu } from '../../../machine/cpu/cpu.ts'
import { VMCS_FIELDS } from '../../../machine/cpu/vmx/fields.ts'
import { fieldsAt, readField, wordOf } from '../../../machine/cpu/vmx/vmcs.ts'
import { PAGE_SIZE } from '../../../machine/memory/physical-memory.ts'

const WORDS = PAGE_SIZE / 4

/** The VMCS at the latest entry, and as the exit after it left it: what an exit has changed is the difference. */
export class VmcsLog {
  #entered = new Int32Array(WORDS)
  #left = new Int32Array(WORDS)

  /** The guest is about to run. */
  enter(physical: Cpu): void {
    this.#entered.set(wordsOf(physical))
  }

  /** It has been left. */
  leave(physical: Cpu): void {
    this.#left.set(wordsOf(physical))
  }

  save(): { readonly entered: Int32Array; readonly left: Int32Array } {
    return { entered: this.#entered.slice(), left: this.#left.slice() }
  }

  load({ entered, left }: ReturnType<VmcsLog['save']>): void {
    this.#entered.set(entered)
    this.#left.set(left)
  }

  /** @param hasLeft there was an exit. */
  rows(physical: Cpu, hasLeft: boolean): readonly VmcsFieldRow[] {
    return VMCS_FIELDS.map(({ encoding, name, group, width, amd }) => {
      const words = width === 64 ? [encoding, encoding + 1] : [encoding]
      const value = words.map((word) => readField(physical, word) >>> 0)
      const from = (copy: Int32Array): readonly number[] => words.map((word) => copy[wordOf(word)]! >>> 0)
      const [was, left] = hasLeft ? [from(this.#entered), from(this.#left)] : [value, value]
      return { encoding, name, group, width, amd, value, was: same(was, left) ? null : was, left: same(left, value) ? null : left }
    })
  }
}

const wordsOf = (physical: Cpu): Int32Array => physical.memory.hostWords.subarray(fieldsAt(physical), fieldsAt(physical) + WORDS)
const same = (one: readonly number[], other: readonly number[]): boolean => one.every((word, n) => word === other[n])
