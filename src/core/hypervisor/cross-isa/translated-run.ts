import { EAX } from '../../machine/cpu/layout.ts'
import { GENERAL_PROTECTION, GUEST, PAGE_FAULT, REGISTERS, REGISTERS_EBP, BUDGET_DISPLACEMENT } from './host/layout.ts'
import { type Entry, X86Process } from './host/x86-process.ts'
import type { ProgramEnd } from './program/end.ts'
import { GuestMemory, memorySize } from './program/guest-memory.ts'
import { Interpreter } from './program/interpreter.ts'
import { Kernel } from './program/kernel.ts'
import { loadProgram, type Program, type RegisterFile } from './program/program.ts'
import { decode } from './riscv/decode.ts'
import { DEFAULT_MIB, NO_INPUT, type RiscvRun, type RunOptions } from './run-program.ts'
import type { Block, Leave } from './translator/block.ts'
import { type BlockListing, listingOf } from './translator/listing.ts'
import { KEPT } from './translator/registers.ts'
import { TranslationCache } from './translator/translation-cache.ts'

const MOST_BUDGET = 1 << 30

/** What the simulated x86 did for a program. */
export interface HostCounts {
  /** x86 instructions, those of the kernel's entries among them. */
  readonly instructions: number
  readonly cycles: number
  /** Ways into the kernel. */
  readonly entries: number
  readonly translated: number
  readonly links: number
  readonly flushes: number
}

/** Registers where translated code keeps them. */
class HostRegisters implements RegisterFile {
  readonly #process: X86Process

  constructor(process: X86Process) {
    this.#process = process
  }

  get(register: number): number {
    const kept = KEPT.get(register)
    return kept === undefined ? this.#process.read(REGISTERS + register * 4) : this.#process.cpu.s[kept]!
  }

  set(register: number, value: number): void {
    const kept = KEPT.get(register)
    if (kept !== undefined) this.#process.cpu.s[kept] = value
    else if (register !== 0) this.#process.write(REGISTERS + register * 4, value)
  }
}

/** A program translated to x86 code, which the simulated processor executes in ring 3. This is the kernel's other half: it answers when the processor comes to ring 0. */
export class TranslatedRun implements RiscvRun {
  readonly memory: GuestMemory
  readonly registers: RegisterFile
  readonly cache: TranslationCache
  readonly #process: X86Process
  readonly #kernel: Kernel
  #pc: number
  #instructions = 0
  #entries = 0

  constructor(program: Program, { memoryMiB = DEFAULT_MIB, input = NO_INPUT, output = () => undefined }: RunOptions = {}) {
    const size = memorySize(memoryMiB)
    this.#process = new X86Process(size)
    const { bytes } = this.#process.memory
    this.memory = new GuestMemory(size, bytes.buffer, bytes.byteOffset + GUEST)
    this.registers = new HostRegisters(this.#process)
    this.cache = new TranslationCache(this.#process, this.memory)
    this.#kernel = new Kernel(this.memory, loadProgram(program, this.memory, this.registers), input, output)
    this.#pc = program.entry
  }

  get pc(): number {
    return this.#pc
  }

  get instructions(): number {
    return this.#instructions
  }

  get host(): HostCounts {
    const { instructions, timestamp } = this.#process.cpu
    return { instructions, cycles: timestamp, entries: this.#entries, ...this.cache.counts }
  }

  run(most: number): ProgramEnd {
    for (let left = most; left > 0;) {
      const leg = Math.min(left, MOST_BUDGET)
      const end = this.#leg(leg)
      if (end) return end
      left -= leg
    }
    return { kind: 'limit' }
  }

  /** A block as it lies in the code cache now, chained, beside the guest's instructions. */
  listing(block: Block): BlockListing {
    return listingOf(block, this.#process.memory.bytes.slice(block.address, block.address + block.code.length))
  }

  get #budget(): number {
    return this.#process.read(REGISTERS_EBP + BUDGET_DISPLACEMENT)
  }

  set #budget(instructions: number) {
    this.#process.write(REGISTERS_EBP + BUDGET_DISPLACEMENT, instructions)
  }

  /** Exactly so many instructions; null: the program goes on. */
  #leg(budget: number): ProgramEnd | null {
    this.#budget = budget
    let next: Next = this.#goto(this.#pc)
    while (next.kind === 'resume') {
      const entry = this.#process.resume(next.eip)
      this.#entries++
      next = this.#enter(entry)
    }
    this.#instructions += budget - this.#budget
    return next.kind === 'leg' ? null : next
  }

  #enter({ vector, eip }: Entry): Next {
    if (vector === PAGE_FAULT || vector === GENERAL_PROTECTION) return this.#accessFault(eip)
    const leave = this.cache.leaveBefore(eip)
    if (!leave) throw new Error(`the x86 host came to vector ${vector} from 0x${eip.toString(16)}, where no block leaves`)
    return this.#leave(leave, eip)
  }

  #leave(leave: Leave, eip: number): Next {
    switch (leave.kind) {
      case 'goto': return this.#goto(leave.target, (block) => this.cache.link(leave.link, block))
      case 'jump-register': return this.#jumpRegister(leave)
      case 'system-call': return this.#systemCall(eip, leave.next)
      case 'fence.i': this.cache.flush(); return this.#goto(leave.next)
      case 'budget': this.#budget += leave.count; return this.#lastFew(leave.pc)
      case 'fault': this.#budget += leave.uncounted; return this.#fault(leave)
    }
  }

  /** On to a guest address. `found` may chain, as long as nothing was flushed to make room. */
  #goto(pc: number, found: (block: Block) => void = () => undefined): Next {
    this.#pc = pc
    if (this.#budget === 0) return { kind: 'leg' }
    const { flushes } = this.cache.counts
    const block = this.cache.at(pc)
    if (!block) return { kind: 'fault', cause: 'instruction-access', pc, value: pc }
    if (this.cache.counts.flushes === flushes) found(block)
    return { kind: 'resume', eip: block.address }
  }

  #jumpRegister({ pc, rd }: Extract<Leave, { kind: 'jump-register' }>): Next {
    const target = (this.#process.cpu.s[EAX]! & ~1) >>> 0
    if ((target & 3) !== 0) {
      this.#budget += 1
      return this.#fault({ cause: 'instruction-misaligned', pc, value: target })
    }
    this.registers.set(rd, pc + 4)
    return this.#goto(target, (block) => this.cache.linkJumps(block))
  }

  #systemCall(eip: number, next: number): Next {
    const code = this.#kernel.call(this.registers)
    this.#pc = next
    return code === null ? { kind: 'resume', eip } : { kind: 'exit', code }
  }

  /** Before the instruction at fault there may be none left. */
  #fault({ cause, pc, value }: Omit<Extract<ProgramEnd, { kind: 'fault' }>, 'kind'>): Next {
    this.#pc = pc
    return this.#budget === 0 ? { kind: 'leg' } : { kind: 'fault', cause, pc, value: value >>> 0 }
  }

  /** The segment's limit, or the pages below the program, refused an access: that is the guest's fault, at the guest's own pc. */
  #accessFault(eip: number): Next {
    const block = this.cache.holding(eip)
    const index = block?.steps.findLastIndex(({ at }) => at <= eip) ?? -1
    const step = block?.steps[index]
    const decoded = step ? decode(step.word) : null
    const does = decoded?.instruction.does.kind
    if (!block || !step || !decoded || (does !== 'load' && does !== 'store')) throw new Error(`the x86 host faulted at 0x${eip.toString(16)}, where no guest instruction touches memory`)
    this.#budget += block.count - index
    return this.#fault({ cause: `${does}-access`, pc: step.pc, value: this.registers.get(decoded.rs1) + decoded.imm })
  }

  /** The instructions that are left are fewer than the block's: the interpreter does them one by one. */
  #lastFew(pc: number): Next {
    const interpreter = new Interpreter(this.memory, this.registers)
    interpreter.kernel = this.#kernel
    interpreter.pc = pc
    const end = interpreter.run(this.#budget)
    this.#budget -= interpreter.instructions
    this.#pc = interpreter.pc
    return end.kind === 'limit' ? { kind: 'leg' } : end
  }
}

type Next = { readonly kind: 'resume'; readonly eip: number } | { readonly kind: 'leg' } | ProgramEnd
