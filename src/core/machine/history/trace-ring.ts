import type { Cpu } from '../cpu/cpu.ts'
import { eflags } from '../cpu/flags.ts'
import { CARRY_A, CPL, CR0, CR2, CR3, CR4, CS, DS, EIP, ES, FLAGS, FS, GS, SIGN_PARITY, SS, SUM, ADDEND, CARRY_B, ZERO } from '../cpu/layout.ts'

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
    for (let i = 0; i < STATE; i++) words[at + i] = s[i]!
    for (let i = 0; i < 6; i++) words[at + STATE + i] = selectors[i]!
    words[at + MOMENT] = this.#cpu.moment
    this.#total++
  }

  /** Forgets what was taken: what follows does not follow from it. */
  clear(): void {
    this.#total = 0
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

  /** What tells two runs apart: registers, EIP, EFLAGS, CPL, CRs and selectors of an entry, little-endian. The words of the flags can differ where the flags do not. */
  digest(index: number): Uint8Array {
    const words = this.entry(index).slice()
    words[FLAGS] = eflags(words)
    for (const at of [CARRY_A, CARRY_B, ZERO, SIGN_PARITY, SUM, ADDEND]) words[at] = 0
    return new Uint8Array(words.buffer)
  }
}
