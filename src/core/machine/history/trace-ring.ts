import type { Cpu } from '../cpu/cpu.ts'
import { eflags } from '../cpu/flags.ts'
import {
  ADDEND, CARRY_A, CARRY_B, CPL, CR0, CR2, CR3, CR4, CS, DS, EAX, EBP, EBX, ECX, EDI, EDX, EIP, ES, ESI, ESP, FLAGS, FS, GS, SIGN_PARITY, SS, SUM, ZERO,
} from '../cpu/layout.ts'

/** Words of one entry: the state block up to CR4, then six selectors and the low word of the moment. */
const STATE = CR4 + 1
const MOMENT = STATE + 6
const WORDS = 36
const FLAG_LETTERS = [[11, 'O'], [10, 'D'], [7, 'S'], [6, 'Z'], [4, 'A'], [2, 'P'], [0, 'C']] as const
const REGISTERS = [['EAX', 0], ['EBX', 3], ['ECX', 1], ['EDX', 2], ['ESI', 6], ['EDI', 7], ['EBP', 5], ['ESP', 4]] as const
const SELECTORS = [['ES', ES], ['CS', CS], ['SS', SS], ['DS', DS], ['FS', FS], ['GS', GS]] as const
const CONTROLS = [['CR0', CR0], ['CR2', CR2], ['CR3', CR3], ['CR4', CR4]] as const

const hex8 = (value: number): string => (value >>> 0).toString(16).padStart(8, '0')

/**
 * The registers before each of the last instructions. An entry is a copy of the state block; flags are computed when somebody looks. `take` is called
 * before each instruction and must stay this plain.
 */
export class TraceRing {
  readonly capacity: number
  readonly #cpu: Cpu
  readonly #words: Int32Array
  #total = 0

  /** @param capacity entries kept; 144 bytes each. */
  constructor(cpu: Cpu, capacity: number) {
    this.#cpu = cpu
    this.capacity = capacity
    this.#words = new Int32Array(capacity * WORDS)
  }

  /** Entries taken so far; those from `total - capacity` on are kept. */
  get total(): number {
    return this.#total
  }

  readonly take = (): void => {
    const { s, selectors } = this.#cpu
    const words = this.#words
    const at = (this.#total % this.capacity) * WORDS
    words[at] = s[EAX]!
    words[at + ECX] = s[ECX]!
    words[at + EDX] = s[EDX]!
    words[at + EBX] = s[EBX]!
    words[at + ESP] = s[ESP]!
    words[at + EBP] = s[EBP]!
    words[at + ESI] = s[ESI]!
    words[at + EDI] = s[EDI]!
    words[at + EIP] = s[EIP]!
    words[at + FLAGS] = s[FLAGS]!
    words[at + CARRY_A] = s[CARRY_A]!
    words[at + CARRY_B] = s[CARRY_B]!
    words[at + ZERO] = s[ZERO]!
    words[at + SIGN_PARITY] = s[SIGN_PARITY]!
    words[at + SUM] = s[SUM]!
    words[at + ADDEND] = s[ADDEND]!
    words[at + CPL] = s[CPL]!
    words[at + CR0] = s[CR0]!
    words[at + CR2] = s[CR2]!
    words[at + CR3] = s[CR3]!
    words[at + CR4] = s[CR4]!
    words[at + STATE] = selectors[ES]!
    words[at + STATE + CS] = selectors[CS]!
    words[at + STATE + SS] = selectors[SS]!
    words[at + STATE + DS] = selectors[DS]!
    words[at + STATE + FS] = selectors[FS]!
    words[at + STATE + GS] = selectors[GS]!
    words[at + MOMENT] = this.#cpu.moment
    this.#total++
  }

  /** The state block (up to CR4), selectors and moment of an entry; not a copy. */
  entry(index: number): Int32Array {
    const at = (index % this.capacity) * WORDS
    return this.#words.subarray(at, at + MOMENT + 1)
  }

  /** One line for the state before an instruction, with the names and the order of QEMU's `-d cpu`. */
  line(index: number): string {
    const words = this.entry(index)
    const flags = eflags(words)
    const letters = FLAG_LETTERS.map(([bit, letter]) => ((flags >> bit) & 1 ? letter : '-')).join('')
    const named = (pairs: readonly (readonly [string, number])[]): string => pairs.map(([name, at]) => `${name}=${hex8(words[at]!)}`).join(' ')
    const selectors = SELECTORS.map(([name, n]) => `${name}=${(words[STATE + n]! & 0xffff).toString(16).padStart(4, '0')}`).join(' ')
    return `${named(REGISTERS)} EIP=${hex8(words[EIP]!)} EFL=${hex8(flags)} [${letters}] CPL=${words[CPL]!} ${selectors} ${named(CONTROLS)}`
  }
}
