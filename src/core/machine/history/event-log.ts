import type { MachineEventKind } from '../../../protocol/machine.ts'
import type { TrapReason } from '../../../protocol/monitor.ts'
import type { HypercallRecord, VmExit } from '../board/monitor-entry.ts'

/** Something that happened, as the recorder saw it; a name and a disassembly are found when somebody looks. */
export interface RecordedEvent {
  /** Counted from 0 over the whole run. */
  readonly index: number
  /** The moment just after it: a machine that stands there has it behind it. */
  readonly tick: number
  readonly kind: MachineEventKind
  /** The instruction at which it happened, as an offset in CS, and its linear address. */
  readonly eip: number
  readonly linear: number
  readonly fromCpl: number
  readonly toCpl: number
  /** Vector, port, or number of the control register (its place in `CONTROL_NAMES`); -1: none. */
  readonly number: number
  /** Error code, or -1. */
  readonly error: number
  /** Where it went. */
  readonly target: number
  /** CR2, or the value that was read or written. */
  readonly value: number
  /** Value before; for ports bytes, negative for reads. */
  readonly before: number
  /** Bytes of the instruction; empty where they cannot be read. */
  readonly code: Uint8Array
  /** What a monitor did. */
  readonly detail: MonitorDetail | null
}

/** What there is to be told of an entry of a monitor: why it came, and what belongs to the one event that is made of it. */
export type MonitorDetail =
  | { readonly kind: 'trap'; readonly reason: TrapReason }
  | VmExit
  | ({ readonly kind: 'hypercall' } & HypercallRecord)
  | { readonly kind: 'block'; readonly pc: number; readonly instructions: number }

export const CONTROL_NAMES = ['cr0', 'cr3', 'cr4', 'gdtr', 'idtr', 'ldtr', 'tr'] as const
const KINDS: readonly MachineEventKind[] = ['fault', 'interrupt', 'gate', 'return', 'io', 'control', 'halt', 'end', 'trap', 'exit', 'hypercall', 'translate', 'inject']
const WORDS = 9
const CODE_BYTES = 16
const BLOCK = 4096

/** Few events have details: they lie beside the arrays, by their place in the block. */
interface Block { readonly ticks: Float64Array; readonly words: Int32Array; readonly code: Uint8Array; readonly details: Map<number, MonitorDetail> }

/** Events in the order of their ticks, in blocks of typed arrays (60 bytes each, and what a monitor's have to tell). The oldest block goes when there are too many; indices stay. */
export class EventLog {
  readonly #blocks: Block[] = []
  readonly #most: number
  #first = 0
  #total = 0

  /** @param most events kept at least; a block more at most. */
  constructor(most: number) {
    this.#most = most
  }

  /** Events since the start of the run, also those that were dropped. */
  get total(): number {
    return this.#total
  }

  /** Index of the oldest event that is still known. */
  get first(): number {
    return this.#first
  }

  add({ tick, kind, eip, linear, fromCpl, toCpl, number, error, target, value, before, code, detail }: Omit<RecordedEvent, 'index'>): void {
    const at = (this.#total - this.#first) % BLOCK
    if (at === 0) {
      if (this.#total - this.#first >= this.#most + BLOCK) {
        this.#blocks.shift()
        this.#first += BLOCK
      }
      this.#blocks.push({ ticks: new Float64Array(BLOCK), words: new Int32Array(BLOCK * WORDS), code: new Uint8Array(BLOCK * CODE_BYTES), details: new Map() })
    }
    const block = this.#blocks[this.#blocks.length - 1]!
    block.ticks[at] = tick
    block.words.set([KINDS.indexOf(kind) | (fromCpl << 8) | (toCpl << 16), eip, linear, number, error, target, value, before, 0], at * WORDS)
    block.code[at * CODE_BYTES] = code.length
    block.code.set(code, at * CODE_BYTES + 1)
    if (detail) block.details.set(at, detail)
    else block.details.delete(at)
    this.#total++
  }

  /** Null for an index that is not known, or not known any more. */
  get(index: number): RecordedEvent | null {
    if (index < this.#first || index >= this.#total) return null
    const { words, code, ticks, details } = this.#blocks[Math.floor((index - this.#first) / BLOCK)]!
    const at = (index - this.#first) % BLOCK
    const word = (n: number): number => words[at * WORDS + n]!
    const head = word(0)
    const begin = at * CODE_BYTES
    return {
      index, tick: ticks[at]!, kind: KINDS[head & 0xff]!, fromCpl: (head >> 8) & 3, toCpl: (head >> 16) & 3,
      eip: word(1) >>> 0, linear: word(2) >>> 0, number: word(3), error: word(4), target: word(5) >>> 0, value: word(6) >>> 0, before: word(7),
      code: code.slice(begin + 1, begin + 1 + code[begin]!), detail: details.get(at) ?? null,
    }
  }

  /** The moment of a known event. */
  tick(index: number): number {
    return this.#blocks[Math.floor((index - this.#first) / BLOCK)]!.ticks[(index - this.#first) % BLOCK]!
  }

  /** Index of the first known event whose tick is at least this; `total`, if there is none. */
  from(tick: number): number {
    let [low, high] = [this.#first, this.#total]
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      if (this.tick(middle) < tick) low = middle + 1
      else high = middle
    }
    return low
  }

  kind(index: number): MachineEventKind {
    return KINDS[this.#blocks[Math.floor((index - this.#first) / BLOCK)]!.words[((index - this.#first) % BLOCK) * WORDS]! & 0xff]!
  }

  /** Forgets what happened after a tick. */
  cut(tick: number): void {
    this.#total = this.from(tick + 1)
    this.#blocks.length = Math.ceil((this.#total - this.#first) / BLOCK)
  }
}
