import { gpa } from '../../../machine/memory/addresses.ts'
import type { PhysicalMemory } from '../../../machine/memory/physical-memory.ts'
import { ERROR, RING } from './abi.ts'
import type { Ports } from './dom0.ts'
import type { Frames } from './frames.ts'
import { hex, refuse, Refusal } from './refusal.ts'

const DATA = 0x1f0
const COUNT = 0x1f2
const DRIVE = 0x1f6
const STATUS = 0x1f7
const READ_SECTORS = 0x20
const SECTOR = 512
const MOST_SECTORS = 1 << 28
const READ = 0

/** A request under way: number of its slot, and where its sector goes. */
interface Request { readonly slot: number; readonly address: number }

/**
 * Dom0's side of a block device: takes requests out of the ring, one at a time, and lets the ATA drive do them. A request reads one sector into 512 bytes of
 * one frame; the frame counts as writable as long as it takes.
 */
export class BlockBackend {
  readonly #ports: Ports
  readonly #memory: PhysicalMemory
  readonly #frames: Frames
  readonly #checked: boolean
  /** Is told that a response lies in the ring. */
  readonly #answered: () => void
  #ring = 0
  #request: Request | null = null

  constructor(ports: Ports, memory: PhysicalMemory, frames: Frames, checked: boolean, answered: () => void) {
    this.#ports = ports
    this.#memory = memory
    this.#frames = frames
    this.#checked = checked
    this.#answered = answered
  }

  begin(ring: number): void {
    this.#ring = ring
    this.#memory.copyIn(gpa(ring), new Uint8Array(4096))
  }

  /** The guest has signalled: there are requests. Refuses a ring that says nonsense, and answers requests that make none. */
  kick(): void {
    let problem: Refusal | null = null
    while (this.#request === null) {
      const responses = this.#word(RING.responses)
      const waiting = (this.#word(RING.requests) - responses) >>> 0
      if (waiting === 0) break
      if (waiting > RING.count) refuse(ERROR.invalid, `the ring holds ${RING.count} requests, not ${waiting}`)
      const slot = (responses >>> 0) % RING.count
      try {
        this.#begin(slot)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        problem ??= error.code === ERROR.io ? null : error
        this.#answer(slot, -error.code)
      }
    }
    if (problem) throw problem
  }

  /** The drive has interrupted. */
  interrupt(): void {
    const status = this.#ports.read(STATUS, 1)
    const request = this.#request
    if (!request || (status & 0x80) !== 0) return
    this.#request = null
    const failed = (status & 1) !== 0
    if (!failed) {
      const words = Int32Array.from({ length: SECTOR / 4 }, () => this.#ports.read(DATA, 4))
      this.#memory.copyIn(gpa(request.address), new Uint8Array(words.buffer))
    }
    if (this.#checked) this.#frames.put(request.address >>> 12)
    this.#answer(request.slot, failed ? -ERROR.io : 0)
  }

  save(): { readonly ring: number; readonly request: Request | null } {
    return { ring: this.#ring, request: this.#request }
  }

  load({ ring, request }: ReturnType<BlockBackend['save']>): void {
    this.#ring = ring
    this.#request = request
    if (request && this.#checked) this.#frames.get(request.address >>> 12, 'writable')
  }

  #begin(slot: number): void {
    const at = RING.slots + slot * RING.slotBytes
    const [operation, sector, address] = [this.#word(at), this.#word(at + 4) >>> 0, this.#word(at + 8) >>> 0]
    if (operation !== READ) refuse(ERROR.notSupported, `block request of kind ${operation >>> 0}`)
    if (address % SECTOR !== 0 || address >= this.#memory.size) refuse(ERROR.invalid, `a sector cannot go to ${hex(address)}`)
    const ready = this.#drive()
    if (!ready || sector >= MOST_SECTORS) refuse(ERROR.io, 'the drive does not answer')
    if (this.#checked) this.#frames.get(address >>> 12, 'writable')
    this.#request = { slot, address }
    this.#ports.write(DRIVE, 0xe0 | (sector >>> 24), 1)
    this.#ports.write(COUNT, 1, 1)
    for (const n of [0, 1, 2]) this.#ports.write(COUNT + 1 + n, (sector >>> (8 * n)) & 0xff, 1)
    this.#ports.write(STATUS, READ_SECTORS, 1)
  }

  /** Whether there is a drive, and it is not busy. */
  #drive(): boolean {
    this.#ports.write(DRIVE, 0xe0, 1)
    const status = this.#ports.read(STATUS, 1)
    return status !== 0xff && status !== 0 && (status & 0x80) === 0
  }

  #answer(slot: number, status: number): void {
    const put = (offset: number, value: number): void => this.#memory.write(gpa(this.#ring + offset), value, 4)
    put(RING.slots + slot * RING.slotBytes + 12, status)
    put(RING.responses, (this.#word(RING.responses) + 1) | 0)
    this.#answered()
  }

  #word(offset: number): number {
    return this.#memory.read(gpa(this.#ring + offset), 4)
  }
}
