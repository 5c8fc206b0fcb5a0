import { translateRead } from '../../machine/cpu/access.ts'
import { Cpu } from '../../machine/cpu/cpu.ts'
import { setArithmetic } from '../../machine/cpu/flags.ts'
import { step } from '../../machine/cpu/interpreter.ts'
import { EAX, EIP, FAULT_ERROR, FAULT_VECTOR, STATE_WORDS } from '../../machine/cpu/layout.ts'
import { PAGE_SIZE, PhysicalMemory } from '../../machine/memory/physical-memory.ts'
import { flagsOf, type Input, wordsOf } from './forms.ts'
import { differentWord, type Outcome } from './observe.ts'
import { buildTables, CODE, CODE_BYTES, CODE_PLACES, DATA, enterSetup, MEMORY_BYTES, RESULTS, RESULTS_BYTES, type Ring, type Setup, STACK, TABLES, TABLES_BYTES } from './world.ts'

interface Prepared {
  readonly state: Int32Array
  readonly time: number
}

/** What every port reads as. */
const PORT_VALUE = 0x5a5a_5a5a

/** One processor on which one instruction after the other is tried out, each in a machine that is made anew. */
export class Rig {
  readonly #memory = new PhysicalMemory(MEMORY_BYTES)
  readonly #cpu = new Cpu(this.#memory)
  readonly #prepared = new Map<Setup, readonly Prepared[]>()
  readonly #tables = new Map<Setup, Int32Array>()
  readonly #results = new Int32Array(RESULTS_BYTES / 4)
  readonly #resultsHere: Int32Array
  readonly #tablesHere: Int32Array
  #code: Uint8Array | null = null
  /** Of the present instruction among CODE_PLACES. */
  #place = -1
  #input: Input | null = null
  #ports = 0

  constructor() {
    const { buffer, byteOffset } = this.#memory.bytes
    this.#resultsHere = new Int32Array(buffer, byteOffset + RESULTS, RESULTS_BYTES / 4)
    this.#tablesHere = new Int32Array(buffer, byteOffset + TABLES, TABLES_BYTES / 4)
    const count = (): void => void this.#ports++
    this.#cpu.ports.attach(0, 0x1_0004, { wide: true, read: () => (count(), PORT_VALUE), write: count })
  }

  /** Executes one instruction. A fault is delivered, and told in `out`. */
  run(code: Uint8Array, input: Input, ring: Ring, setup: Setup, out: Outcome): void {
    const c = this.#cpu
    const { s } = c
    const { state, time } = this.#prepare(setup)[ring]!
    this.#lay(code, input, setup)
    s.set(state)
    s[EIP] = CODE + this.#place * CODE_BYTES
    s[EAX] = input.value
    setArithmetic(s, flagsOf(input))
    c.instructions = c.deliveries = c.iterations = 0
    c.noteFlatness()
    c.setCpl(ring)
    // Every run walks the page tables for the same addresses, so that the time stamp counter tells of nothing else.
    c.flushTlb()
    translateRead(c, DATA, ring === 3)
    c.timestamp = time
    this.#ports = 0
    out.before.set(s)
    out.fault = step(c) === 'completed' ? null : { vector: s[FAULT_VECTOR]!, error: s[FAULT_ERROR]! }
    out.after.set(s)
    out.results.set(this.#resultsHere)
    out.tableChanged = out.fault === null ? differentWord(this.#tablesHere, this.#tables.get(setup)!) : -1
    out.ports = this.#ports
    out.translationDropped = (ring === 3 ? c.tlb.userRead : c.tlb.supervisorRead)[DATA >>> 12] === 0
  }

  #prepare(setup: Setup): readonly Prepared[] {
    const known = this.#prepared.get(setup)
    if (known) return known
    buildTables(this.#memory, setup)
    const prepared = ([0, 1, 2, 3] as const).map((ring) => {
      this.#cpu.reset()
      enterSetup(this.#cpu, setup, ring)
      return { state: this.#cpu.s.slice(0, STATE_WORDS), time: this.#cpu.timestamp }
    })
    this.#prepared.set(setup, prepared)
    this.#tables.set(setup, this.#tablesHere.slice())
    return prepared
  }

  /** Memory as it is before the instruction. What is laid behind the processor's back is not what it has decoded or marks dirty. */
  #lay(code: Uint8Array, input: Input, setup: Setup): void {
    const { bytes } = this.#memory
    if (code !== this.#code) {
      this.#place = (this.#place + 1) % CODE_PLACES
      if (this.#place === 0) this.#cpu.dropCode(CODE / PAGE_SIZE)
      bytes.set(code, CODE + this.#place * CODE_BYTES)
      this.#code = code
    }
    if (input !== this.#input) {
      this.#results.forEach((_, i) => (this.#results[i] = Math.imul(i + 1, 0x0101_0101)))
      wordsOf(input).forEach((word, i) => {
        for (const at of [DATA, STACK]) this.#results[(at - RESULTS) / 4 + i] = word
      })
      this.#input = input
    }
    this.#resultsHere.set(this.#results)
    this.#tablesHere.set(this.#tables.get(setup)!)
  }
}
