import type { Cpu } from '../cpu/cpu.ts'
import { eflags } from '../cpu/flags.ts'
import {
  ADDEND, CARRY_A, CARRY_B, CPL, CR0, CR2, CR3, CR4, CS, DS, EIP, ES, FLAGS, FS, GS, SELECTORS, SIGN_PARITY, SS, SUM, ZERO,
} from '../cpu/layout.ts'
import { type RegisterRing, RING_WORDS } from '../cpu/register-ring.ts'

/** What an entry of the loop holds behind the eight registers. */
const ENTRY = [EIP, FLAGS, CARRY_A, CARRY_B, ZERO, SIGN_PARITY, SUM, ADDEND] as const
/** What changes seldom, and is therefore written down only where it does; behind it, how far the moment is ahead of the entry's number. */
const SELDOM = [CPL, CR0, CR2, CR3, CR4, ...[ES, CS, SS, DS, FS, GS].map((segment) => SELECTORS + segment)] as const
const SELDOM_WORDS = 16
const AHEAD = SELDOM.length
const FLAG_LETTERS = [[11, 'O'], [10, 'D'], [7, 'S'], [6, 'Z'], [4, 'A'], [2, 'P'], [0, 'C']] as const
const REGISTERS = [['EAX', 0], ['EBX', 3], ['ECX', 1], ['EDX', 2], ['ESI', 6], ['EDI', 7], ['EBP', 5], ['ESP', 4]] as const
const SEGMENTS = [['ES', ES], ['CS', CS], ['SS', SS], ['DS', DS], ['FS', FS], ['GS', GS]] as const
const CONTROLS = [['CR0', CR0], ['CR2', CR2], ['CR3', CR3], ['CR4', CR4]] as const

const hex8 = (value: number): string => (value >>> 0).toString(16).padStart(8, '0')

/** The registers before each of the last instructions: the state block as far as `SELECTORS + GS`, and the moment. */
export interface TraceEntry {
  readonly state: Int32Array
  readonly moment: number
}

/** The full state before each of the last instructions; flags are computed when somebody looks. */
export class TraceRing implements RegisterRing {
  /** Entries kept. */
  readonly capacity: number
  readonly words: Int32Array
  total = 0
  readonly #cpu: Cpu
  /** A second ring, of what changes seldom: for each change the entry from which it holds, and the words. */
  readonly #from: Float64Array
  readonly #seldom: Int32Array
  #changes = 0

  /** @param least entries to be kept at least; they are rounded up to a power of two, 136 bytes each. */
  constructor(cpu: Cpu, least: number) {
    this.#cpu = cpu
    this.capacity = 2 ** Math.ceil(Math.log2(Math.max(least, 1)))
    this.words = new Int32Array(this.capacity * RING_WORDS)
    this.#from = new Float64Array(this.capacity)
    this.#seldom = new Int32Array(this.capacity * SELDOM_WORDS)
  }

  take(): void {
    this.note(0)
    this.put(0)
    this.total++
  }

  put(ahead: number): void {
    const { s } = this.#cpu
    const at = ((this.total + ahead) % this.capacity) * RING_WORDS
    for (let i = 0; i < 8; i++) this.words[at + i] = s[i]!
    for (const [i, place] of ENTRY.entries()) this.words[at + 8 + i] = s[place]!
  }

  note(ahead: number): void {
    const { s, instructions, deliveries } = this.#cpu
    const from = this.total + ahead
    const momentAhead = instructions + deliveries - this.total
    if (this.#changes > 0 && this.#isNoted(momentAhead)) return
    if (this.#changes === 0 || this.#from[(this.#changes - 1) % this.capacity]! < from) this.#changes++
    const slot = (this.#changes - 1) % this.capacity
    const at = slot * SELDOM_WORDS
    this.#from[slot] = from
    for (let i = 0; i < AHEAD; i++) this.#seldom[at + i] = s[SELDOM[i]!]!
    this.#seldom[at + AHEAD] = momentAhead
  }

  /** One of the last `capacity` entries. */
  entry(index: number): TraceEntry {
    const state = new Int32Array(SELECTORS + GS + 1)
    const at = (index % this.capacity) * RING_WORDS
    state.set(this.words.subarray(at, at + 8))
    for (const [i, place] of ENTRY.entries()) state[place] = this.words[at + 8 + i]!
    const seldom = this.#changeFor(index) * SELDOM_WORDS
    for (const [i, place] of SELDOM.entries()) state[place] = this.#seldom[seldom + i]!
    return { state, moment: index + this.#seldom[seldom + AHEAD]! }
  }

  /** One line for the state before an instruction, with the names and the order of QEMU's `-d cpu`. */
  line(index: number): string {
    const { state } = this.entry(index)
    const flags = eflags(state)
    const letters = FLAG_LETTERS.map(([bit, letter]) => ((flags >> bit) & 1 ? letter : '-')).join('')
    const named = (pairs: readonly (readonly [string, number])[]): string => pairs.map(([name, at]) => `${name}=${hex8(state[at]!)}`).join(' ')
    const selectors = SEGMENTS.map(([name, n]) => `${name}=${(state[SELECTORS + n]! & 0xffff).toString(16).padStart(4, '0')}`).join(' ')
    return `${named(REGISTERS)} EIP=${hex8(state[EIP]!)} EFL=${hex8(flags)} [${letters}] CPL=${state[CPL]!} ${selectors} ${named(CONTROLS)}`
  }

  #isNoted(momentAhead: number): boolean {
    const { s } = this.#cpu
    const at = ((this.#changes - 1) % this.capacity) * SELDOM_WORDS
    for (let i = 0; i < AHEAD; i++) if (this.#seldom[at + i] !== s[SELDOM[i]!]) return false
    return this.#seldom[at + AHEAD] === momentAhead
  }

  /** Slot of the last change at or before an entry. */
  #changeFor(index: number): number {
    let low = Math.max(0, this.#changes - this.capacity)
    let high = this.#changes - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (this.#from[middle % this.capacity]! <= index) low = middle
      else high = middle - 1
    }
    return low % this.capacity
  }
}
