import { type Decoded, decode } from '../riscv/decode.ts'
import { CONDITIONS, OPERATIONS } from '../riscv/operations.ts'
import type { FaultCause, ProgramEnd } from './end.ts'
import type { GuestMemory } from './guest-memory.ts'
import type { Kernel } from './kernel.ts'
import type { RegisterFile } from './program.ts'

/** Words remembered with their meaning; programs that write themselves can make any number of them. */
const MOST_DECODED = 1 << 16

/** What a step throws away its instruction for. */
class Fault extends Error {
  readonly why: FaultCause
  readonly value: number

  constructor(cause: FaultCause, value: number) {
    super(cause)
    this.why = cause
    this.value = value
  }
}

class Registers implements RegisterFile {
  readonly #x = new Int32Array(32)

  get(register: number): number {
    return this.#x[register]!
  }

  set(register: number, value: number): void {
    if (register !== 0) this.#x[register] = value
  }
}

/**
 * The reference: each RV32IM instruction as the manual tells it, one at a time. It fetches from memory each time, so it never needs `fence.i`.
 * Faults leave registers, memory and pc as they were before the instruction.
 */
export class Interpreter {
  readonly #memory: GuestMemory
  readonly registers: RegisterFile
  #kernel: Kernel | null = null
  /** Unsigned. */
  pc = 0
  /** Instructions completed. */
  instructions = 0
  readonly #decoded = new Map<number, Decoded | null>()

  /** @param registers its own, if not said. */
  constructor(memory: GuestMemory, registers: RegisterFile = new Registers()) {
    this.#memory = memory
    this.registers = registers
  }

  /** Who answers `ecall`. */
  set kernel(kernel: Kernel) {
    this.#kernel = kernel
  }

  /** Runs at most `most` instructions, exactly so many unless the program ends. */
  run(most: number): ProgramEnd {
    const last = this.instructions + most
    try {
      while (this.instructions < last) {
        const code = this.#step()
        this.instructions++
        if (code !== null) return { kind: 'exit', code }
      }
      return { kind: 'limit' }
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      return { kind: 'fault', cause: error.why, pc: this.pc, value: error.value }
    }
  }

  #fetch(): Decoded {
    if (!this.#memory.holds(this.pc, 4)) throw new Fault('instruction-access', this.pc)
    const word = this.#memory.view.getInt32(this.pc, true)
    let decoded = this.#decoded.get(word)
    if (decoded === undefined) {
      if (this.#decoded.size >= MOST_DECODED) this.#decoded.clear()
      this.#decoded.set(word, (decoded = decode(word)))
    }
    if (decoded === null) throw new Fault('illegal-instruction', word >>> 0)
    return decoded
  }

  /** One instruction; the exit code if it was the program's last. */
  #step(): number | null {
    const { instruction: { does, format }, rd, rs1, rs2, imm } = this.#fetch()
    const a = this.registers.get(rs1)
    const b = this.registers.get(rs2)
    const next = (this.pc + 4) >>> 0
    let code: number | null = null
    let to = next
    switch (does.kind) {
      case 'compute': this.registers.set(rd, OPERATIONS[does.operation](a, format === 'R' ? b : imm)); break
      case 'load': this.registers.set(rd, this.#load((a + imm) >>> 0, does.size, does.signed)); break
      case 'store': this.#store((a + imm) >>> 0, does.size, b); break
      case 'branch': if (CONDITIONS[does.condition](a, b)) to = this.#aligned(this.pc + imm); break
      case 'lui': this.registers.set(rd, imm); break
      case 'auipc': this.registers.set(rd, (this.pc + imm) | 0); break
      case 'jal': to = this.#aligned(this.pc + imm); this.registers.set(rd, next); break
      case 'jalr': to = this.#aligned((a + imm) & ~1); this.registers.set(rd, next); break
      case 'ecall': code = this.#kernel?.call(this.registers) ?? null; break
      case 'ebreak': throw new Fault('breakpoint', this.pc)
      case 'fence':
      case 'fence.i': break
    }
    this.pc = to
    return code
  }

  #aligned(target: number): number {
    if ((target & 3) !== 0) throw new Fault('instruction-misaligned', target >>> 0)
    return target >>> 0
  }

  #load(address: number, size: number, signed: boolean): number {
    if (!this.#memory.holds(address, size)) throw new Fault('load-access', address)
    const { view } = this.#memory
    if (size === 4) return view.getInt32(address, true)
    if (size === 2) return signed ? view.getInt16(address, true) : view.getUint16(address, true)
    return signed ? view.getInt8(address) : view.getUint8(address)
  }

  #store(address: number, size: number, value: number): void {
    if (!this.#memory.holds(address, size)) throw new Fault('store-access', address)
    const { view } = this.#memory
    if (size === 4) view.setInt32(address, value, true)
    else if (size === 2) view.setInt16(address, value, true)
    else view.setInt8(address, value)
  }
}
