import type { Machine, MachineSnapshot } from '../board/machine.ts'
import { packBlock, type PackedBlock, packedSize, unpackBlock } from './packed-block.ts'
import type { Storage } from './storage.ts'

/** A moment to which the run can be taken back. */
export interface Checkpoint {
  readonly tick: number
  /** Instructions and deliveries so far. */
  readonly moment: number
  /** Inputs that had been given. */
  readonly inputs: number
  readonly snapshot: MachineSnapshot
  /** For each storage, the blocks that were written since the checkpoint before. */
  readonly blocks: readonly Map<number, PackedBlock>[]
}

export interface CheckpointLimits {
  /** Checkpoints kept. */
  readonly count: number
  /** Bytes of blocks and snapshots kept, unless there are only a few checkpoints: all that the guest ever wrote to is needed once, and what it wrote to lately. */
  readonly bytes: number
}

/** Checkpoints that are kept whatever they take. */
const FEWEST = 12

/** What a snapshot takes beside its translations: state block and devices, generously. */
const SNAPSHOT_BYTES = 64 << 10

const sizeOf = ({ snapshot: { cpu }, blocks }: Checkpoint): number =>
  blocks.reduce((sum, map) => [...map.values()].reduce((bytes, block) => bytes + packedSize(block), sum), SNAPSHOT_BYTES + cpu.tlb.pages.byteLength + cpu.tlb.entries.byteLength)

/**
 * Checkpoints of one machine in the order of their ticks, the first at its start. Each holds what changed since the one before it, so that one
 * can go and leave its changes to the next. The machine always stands on one of them, the base: what was written since is dirty in the storages.
 */
export class Checkpoints {
  readonly #machine: Machine
  readonly #storages: readonly Storage[]
  readonly #limits: CheckpointLimits
  readonly #list: Checkpoint[] = []
  #base = -1
  #bytes = 0

  /** The machine must stand at its very start: nothing has been asked of its dirty pages yet. */
  constructor(machine: Machine, storages: readonly Storage[], limits: CheckpointLimits) {
    this.#machine = machine
    this.#storages = storages
    this.#limits = limits
    this.take(0)
  }

  get base(): Checkpoint {
    return this.#list[this.#base]!
  }

  /** The checkpoint after the base, if there is one. */
  get next(): Checkpoint | undefined {
    return this.#list[this.#base + 1]
  }

  get count(): number {
    return this.#list.length
  }

  get bytes(): number {
    return this.#bytes
  }

  /** The latest checkpoint of which `holds` is true; the first, if of none. */
  latest(holds: (checkpoint: Checkpoint) => boolean): Checkpoint {
    return this.#list.findLast(holds) ?? this.#list[0]!
  }

  /** Makes a checkpoint of the present moment, which must lie after the base and before the next one. */
  take(inputs: number): void {
    const { tick, cpu } = this.#machine
    const blocks = this.#storages.map((storage) => new Map(storage.takeDirty().map((n) => [n, packBlock(storage.block(n))])))
    const checkpoint = { tick, moment: cpu.moment, inputs, snapshot: this.#machine.save(), blocks }
    this.#list.splice(++this.#base, 0, checkpoint)
    this.#bytes += sizeOf(checkpoint)
    while (this.#list.length > this.#limits.count || (this.#bytes > this.#limits.bytes && this.#list.length > FEWEST)) if (!this.#thin()) break
  }

  /** The machine has come, by running, to the tick of the next checkpoint. */
  arrive(): void {
    for (const storage of this.#storages) storage.takeDirty()
    this.#base++
  }

  /** Puts the machine back (or forth) to a checkpoint. */
  restore(checkpoint: Checkpoint): void {
    const to = this.#list.indexOf(checkpoint)
    const between = this.#list.slice(Math.min(to, this.#base) + 1, Math.max(to, this.#base) + 1)
    this.#storages.forEach((storage, i) => {
      const changed = new Set(storage.takeDirty())
      for (const { blocks } of between) for (const n of blocks[i]!.keys()) changed.add(n)
      for (const n of changed) storage.restore(n, this.#contents(to, i, n))
      storage.takeDirty()
    })
    this.#machine.load(checkpoint.snapshot)
    this.#base = to
  }

  /** Adds the numbers of the blocks of one storage that were written before any checkpoint that is kept. */
  collectWritten(storage: number, into: Set<number>): void {
    for (const { blocks } of this.#list) for (const n of blocks[storage]!.keys()) into.add(n)
  }

  /** Forgets all checkpoints after the base. */
  cut(): void {
    for (const checkpoint of this.#list.splice(this.#base + 1)) this.#bytes -= sizeOf(checkpoint)
  }

  #contents(at: number, storage: number, n: number): Uint8Array {
    for (let i = at; i >= 0; i--) {
      const block = this.#list[i]!.blocks[storage]!.get(n)
      if (block) return unpackBlock(block, this.#storages[storage]!.blockSize)
    }
    return this.#storages[storage]!.original(n)
  }

  /**
   * Lets the checkpoint go whose loss matters least: the gap that it leaves, against its distance from where the machine stands. So gaps grow
   * with the distance. False: none can go.
   */
  #thin(): boolean {
    const here = this.#machine.cpu.moment
    let worst = -1
    let least = Infinity
    for (let i = 1; i < this.#list.length - 1; i++) {
      if (i === this.#base) continue
      const gap = this.#list[i + 1]!.moment - this.#list[i - 1]!.moment
      const loss = gap / (Math.abs(here - this.#list[i]!.moment) + 1)
      if (loss < least) [worst, least] = [i, loss]
    }
    if (worst < 0) return false
    const [gone] = this.#list.splice(worst, 1)
    const heir = this.#list[worst]!
    this.#bytes -= sizeOf(gone!) + sizeOf(heir)
    gone!.blocks.forEach((map, i) => map.forEach((block, n) => heir.blocks[i]!.has(n) || heir.blocks[i]!.set(n, block)))
    this.#bytes += sizeOf(heir)
    if (worst < this.#base) this.#base--
    return true
  }
}
