import { EAX, EBP, ECX } from '../../../machine/cpu/layout.ts'
import { Emitter } from '../host/emitter.ts'
import { BUDGET_DISPLACEMENT, JUMP_TABLE, JUMPS, VECTOR } from '../host/layout.ts'
import { at, type Condition86, tableAt } from '../host/operands.ts'
import type { GuestMemory } from '../program/guest-memory.ts'
import { type Decoded, decode } from '../riscv/decode.ts'
import type { Condition } from '../riscv/instructions.ts'
import type { Block, Leave, Link, Step } from './block.ts'
import { KEPT, placeOf } from './registers.ts'
import { translateCompute } from './translate-compute.ts'
import { translateLoad, translateStore } from './translate-memory.ts'

/** Guest instructions of a block; a longer one is cut, and goes on in the next. */
const MOST_STEPS = 32
/** No block, with its ways out, becomes longer than this. */
export const MOST_BYTES = 4096
const CONDITIONS: Readonly<Record<Condition, Condition86>> = { eq: 'e', ne: 'ne', lt: 'l', ge: 'ge', ltu: 'b', geu: 'ae' }

/** Whether the instruction behind it is always the next. */
const goesOn = ({ instruction: { does } }: Decoded): boolean => ['compute', 'load', 'store', 'lui', 'auipc', 'fence'].includes(does.kind)

interface Source { readonly pc: number; readonly word: number; readonly decoded: Decoded | null }

/** Where a `jalr` leads right behind the `auipc` that made its register, as `call` and `tail` are written: always to the same place. */
function callTarget({ instruction: { does }, rs1, imm }: Decoded, before: Source | undefined): number | null {
  const base = before?.decoded
  if (does.kind !== 'jalr' || base?.instruction.does.kind !== 'auipc' || base.rd !== rs1 || rs1 === 0) return null
  return ((before!.pc + base.imm + imm) & ~1) >>> 0
}

/** The guest instructions of a basic block: up to the first that may go elsewhere. A word that is none is the last, with null. Empty where nothing can be fetched. */
function readBlock(memory: GuestMemory, pc: number): Source[] {
  const steps: Source[] = []
  for (let here = pc; steps.length < MOST_STEPS && memory.holds(here, 4); here += 4) {
    const word = memory.view.getUint32(here, true)
    const decoded = decode(word)
    steps.push({ pc: here, word, decoded })
    if (!decoded || !goesOn(decoded)) break
  }
  return steps
}

/** Translates the basic block at a guest address, for a place in the code cache; null where no instruction can be fetched. */
export function translateBlock(memory: GuestMemory, pc: number, address: number): Block | null {
  const source = readBlock(memory, pc)
  return source.length === 0 ? null : new BlockTranslation(address, pc).translate(source)
}

class BlockTranslation {
  readonly #e: Emitter
  readonly #pc: number
  readonly #address: number
  readonly #leaves = new Map<number, Leave>()
  /** Ways out, written behind the translation; the first is what a branch that is not taken falls into. */
  readonly #exits: (() => void)[] = []

  constructor(address: number, pc: number) {
    this.#e = new Emitter(address)
    this.#address = address
    this.#pc = pc
  }

  translate(source: readonly Source[]): Block {
    const e = this.#e
    const last = source.at(-1)!
    const uncounted = !last.decoded || last.decoded.instruction.does.kind === 'ebreak' || this.#jumpsAstray(last.decoded, last.pc)
    const count = source.length - (uncounted ? 1 : 0)
    const tooFew = count > 0 ? this.#countDown(count) : null
    const steps: Step[] = []
    source.forEach(({ pc, word, decoded }, i) => {
      steps.push({ pc, word, at: e.here })
      if (decoded) this.#instruction(decoded, pc, callTarget(decoded, source[i - 1]))
      else this.#fault('illegal-instruction', pc, word, 0)
    })
    const exits = e.here
    if (last.decoded && goesOn(last.decoded)) this.#goto(last.pc + 4)
    for (const exit of this.#exits) exit()
    if (tooFew !== null) {
      e.land(tooFew)
      this.#leave(VECTOR.budget, { kind: 'budget', pc: this.#pc, count })
    }
    return { pc: this.#pc, address: this.#address, code: e.code, steps, count, exits, leaves: this.#leaves }
  }

  /** A `jal` to where no instruction can begin: it faults instead of jumping. */
  #jumpsAstray({ instruction: { does }, imm }: Decoded, pc: number): boolean {
    return does.kind === 'jal' && ((pc + imm) & 3) !== 0
  }

  /** Takes the block's instructions from what is left; the jump that is answered is taken before the first of them if that is too little. */
  #countDown(count: number): number {
    this.#e.arithmeticImmediate('sub', at(EBP, BUDGET_DISPLACEMENT), count)
    return this.#e.jcc('s')
  }

  /** @param call where a `jalr` leads, if that is known. */
  #instruction(decoded: Decoded, pc: number, call: number | null): void {
    const e = this.#e
    const { instruction: { does }, rd, imm } = decoded
    switch (does.kind) {
      case 'compute': return translateCompute(e, does.operation, decoded)
      case 'load': return translateLoad(e, does.size, does.signed, decoded)
      case 'store': return translateStore(e, does.size, decoded)
      case 'lui': return this.#constant(rd, imm)
      case 'auipc': return this.#constant(rd, pc + imm)
      case 'branch': return this.#branch(CONDITIONS[does.condition], decoded, pc)
      case 'jal': return this.#jump(rd, (pc + imm) >>> 0, pc, 0)
      case 'jalr': return call === null ? this.#jumpRegister(decoded, pc) : this.#jump(rd, call, pc, 1)
      case 'ecall': this.#leave(VECTOR.systemCall, { kind: 'system-call', next: pc + 4 }); return this.#goto(pc + 4)
      case 'fence.i': return this.#leave(VECTOR.fenceI, { kind: 'fence.i', next: pc + 4 })
      case 'ebreak': return this.#fault('breakpoint', pc, pc, 0)
      // One hart alone sees its own accesses in order.
      case 'fence': return
    }
  }

  #constant(rd: number, value: number): void {
    if (rd !== 0) this.#e.movImmediate(placeOf(rd), value)
  }

  #branch(condition: Condition86, { rs1, rs2, imm }: Decoded, pc: number): void {
    const e = this.#e
    if (rs2 === 0) e.arithmeticImmediate('cmp', placeOf(rs1), 0)
    else if (KEPT.has(rs1) || KEPT.has(rs2)) e.arithmetic('cmp', placeOf(rs1), placeOf(rs2))
    else {
      e.mov(EAX, placeOf(rs1))
      e.arithmetic('cmp', EAX, placeOf(rs2))
    }
    const jump = e.jcc(condition)
    const target = (pc + imm) >>> 0
    this.#exits.push(() => this.#goto(pc + 4))
    this.#exits.push(() => {
      e.land(jump)
      if ((target & 3) !== 0) this.#fault('instruction-misaligned', pc, target, 1)
      else this.#goto(target, { form: 'jcc', at: jump })
    })
  }

  #jump(rd: number, target: number, pc: number, uncounted: number): void {
    if ((target & 3) !== 0) return this.#fault('instruction-misaligned', pc, target, uncounted)
    this.#constant(rd, pc + 4)
    this.#goto(target)
  }

  /** Looks the target up in the jump table. On a miss nothing has happened yet: the kernel clears bit 0, checks, links, and goes there. */
  #jumpRegister({ rd, rs1, imm }: Decoded, pc: number): void {
    const e = this.#e
    e.mov(EAX, placeOf(rs1))
    if (imm !== 0) e.arithmeticImmediate('add', EAX, imm)
    e.mov(ECX, EAX)
    e.arithmeticImmediate('and', ECX, (JUMPS - 1) * 4)
    e.arithmetic('cmp', EAX, tableAt(ECX, 2, JUMP_TABLE))
    const miss = e.jcc('ne')
    this.#constant(rd, pc + 4)
    e.jmpIndirect(tableAt(ECX, 2, JUMP_TABLE + 4))
    this.#exits.push(() => {
      e.land(miss)
      this.#leave(VECTOR.jumpRegister, { kind: 'jump-register', pc, rd })
    })
  }

  /** The way to another block: until that is linked, through the kernel. */
  #goto(target: number, link: Link = { form: 'jmp', at: this.#e.here }): void {
    this.#e.movImmediate(EAX, target)
    this.#leave(VECTOR.goto, { kind: 'goto', target: target >>> 0, link })
  }

  #fault(cause: Extract<Leave, { kind: 'fault' }>['cause'], pc: number, value: number, uncounted: number): void {
    this.#leave(VECTOR.fault, { kind: 'fault', cause, pc, value, uncounted })
  }

  #leave(vector: number, leave: Leave): void {
    this.#e.int(vector)
    this.#leaves.set(this.#e.here, leave)
  }
}
