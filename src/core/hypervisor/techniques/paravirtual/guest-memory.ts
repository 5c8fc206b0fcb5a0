import { readSystem, writeSystem } from '../../../machine/cpu/access.ts'
import type { Cpu } from '../../../machine/cpu/cpu.ts'
import { FAULT } from '../../../machine/cpu/fault.ts'
import { FENCE } from '../../monitor/layout.ts'
import { ERROR } from './abi.ts'
import { hex, refuse } from './refusal.ts'

/**
 * What hypercalls read and write behind pointers: linear addresses of the guest's, through its own tables and with its kernel's rights. Nothing behind the
 * fence, and nothing that its kernel could not reach itself, is touched on its behalf.
 */
export class GuestMemory {
  readonly #cpu: Cpu

  constructor(cpu: Cpu) {
    this.#cpu = cpu
  }

  /** 1, 2 or 4 bytes. */
  read(linear: number, size = 4): number {
    checkRange(linear, size)
    return reach(linear, () => readSystem(this.#cpu, linear | 0, size))
  }

  write(linear: number, value: number, size = 4): void {
    checkRange(linear, size)
    reach(linear, () => writeSystem(this.#cpu, linear | 0, value, size))
  }

  bytes(linear: number, length: number): Uint8Array {
    checkRange(linear, length)
    return Uint8Array.from({ length }, (_, i) => this.read((linear + i) | 0, 1))
  }
}

/** Refuses what does not lie in front of the fence as a whole. */
export function checkRange(linear: number, length: number): void {
  if ((linear >>> 0) + Math.max(length, 1) - 1 > FENCE) refuse(ERROR.fault, `${hex(linear)} and ${length} bytes reach behind the fence`)
}

function reach<T>(linear: number, access: () => T): T {
  try {
    return access()
  } catch (error) {
    if (error !== FAULT) throw error
    return refuse(ERROR.fault, `the guest's tables do not allow ${hex(linear)}`)
  }
}
