import { gpa } from '../../../machine/memory/addresses.ts'
import { CODE, CODE_END, JUMP_TABLE, JUMPS } from '../host/layout.ts'
import type { X86Process } from '../host/x86-process.ts'
import type { GuestMemory } from '../program/guest-memory.ts'
import type { Block, Leave, Link } from './block.ts'
import { MOST_BYTES, translateBlock } from './translate-block.ts'

/** No guest address: what an empty place of the jump table holds. */
const NOWHERE = 1
const JMP = 0xe9

/** What has been done so far. */
export interface CacheCounts { readonly translated: number; readonly links: number; readonly flushes: number }

/** Translated blocks by guest pc. They lie one behind the other in the host process's code pages; when there is no more room, all go. */
export class TranslationCache {
  readonly #process: X86Process
  readonly #memory: GuestMemory
  readonly #blocks = new Map<number, Block>()
  /** In the order of their addresses. */
  readonly #order: Block[] = []
  readonly #leaves = new Map<number, Leave>()
  #free = CODE
  #translated = 0
  #links = 0
  #flushes = 0

  constructor(process: X86Process, memory: GuestMemory) {
    this.#process = process
    this.#memory = memory
    this.#clearJumps()
  }

  get counts(): CacheCounts {
    return { translated: this.#translated, links: this.#links, flushes: this.#flushes }
  }

  /** By address of their code. */
  get blocks(): readonly Block[] {
    return this.#order
  }

  /** The block at a guest address, translated if need be; null where no instruction can be fetched. */
  at(pc: number): Block | null {
    return this.#blocks.get(pc) ?? this.#translate(pc)
  }

  /** How the code before this x86 address leaves for the kernel. */
  leaveBefore(address: number): Leave | undefined {
    return this.#leaves.get(address)
  }

  /** The block whose code holds an x86 address. */
  holding(address: number): Block | undefined {
    return this.#order.findLast((block) => block.address <= address)
  }

  /** Chains: from now on the code at `link` goes to the block without the kernel. */
  link({ form, at }: Link, { address }: Block): void {
    const field = form === 'jmp' ? at + 1 : at
    const distance = address - (field + 4)
    const bytes = [0, 8, 16, 24].map((shift) => (distance >>> shift) & 255)
    this.#process.memory.copyIn(gpa(at), Uint8Array.from(form === 'jmp' ? [JMP, ...bytes] : bytes))
    this.#links++
  }

  /** Enters a block into the jump table, in place of what was there. */
  linkJumps({ pc, address }: Block): void {
    const entry = JUMP_TABLE + ((pc >>> 2) & (JUMPS - 1)) * 8
    this.#process.write(entry, pc)
    this.#process.write(entry + 4, address)
  }

  flush(): void {
    this.#blocks.clear()
    this.#order.length = 0
    this.#leaves.clear()
    this.#free = CODE
    this.#flushes++
    this.#clearJumps()
  }

  #clearJumps(): void {
    for (let i = 0; i < JUMPS; i++) this.#process.write(JUMP_TABLE + i * 8, NOWHERE)
  }

  #translate(pc: number): Block | null {
    if (this.#free + MOST_BYTES > CODE_END) this.flush()
    const block = translateBlock(this.#memory, pc, this.#free)
    if (!block) return null
    this.#process.memory.copyIn(gpa(block.address), block.code)
    this.#free = Math.ceil((block.address + block.code.length) / 16) * 16
    this.#blocks.set(pc, block)
    this.#order.push(block)
    for (const [address, leave] of block.leaves) this.#leaves.set(address, leave)
    this.#translated++
    return block
  }
}
