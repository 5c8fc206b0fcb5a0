import type { MachineEvent, TechniqueName } from '../../../protocol/machine.ts'
import type { Ahead, Guess, Prediction } from '../../../protocol/monitor.ts'
import { Failure } from '../../base/failure.ts'
import { goalOf } from '../history/goal.ts'
import type { Recording } from '../history/recording.ts'
import { disassembly } from '../inspect/code.ts'
import { linearEip } from '../inspect/peek.ts'
import { SymbolTable } from '../inspect/symbols.ts'

/** What may be said of a step, whatever it will be: at least one of them is always right. */
const OPTIONS: Readonly<Record<TechniqueName, readonly Guess[]>> = {
  native: ['fault', 'interrupt', 'gate', 'return', 'io', 'control', 'halt'],
  'trap-and-emulate': ['trap', 'inject', 'fault', 'gate', 'return', 'io', 'control', 'halt'],
  'binary-translation': ['translate', 'trap', 'inject', 'fault', 'gate', 'return', 'io', 'control', 'halt'],
  paravirtual: ['hypercall', 'trap', 'inject', 'fault', 'gate', 'return', 'halt'],
  'hardware-assist': ['exit', 'inject', 'fault', 'gate', 'return', 'io', 'control', 'halt'],
}
const MOST_PREDICTIONS = 200
const SLICE_TICKS = 2_000_000
/** A single repeated instruction may take long; then it is not asked about. */
const MOST_SLICES = 100
const NO_NAMES = { symbols: new SymbolTable(), lines: new Map<number, number>() }

interface Question {
  readonly ahead: Ahead
  /** The moment just behind the step; null: it has not been taken yet. */
  readonly until: number | null
}

/** Questions about what comes next, and what was answered. What is asked about is kept from whoever looks until somebody answers, or goes on. */
export class Guessing {
  #question: Question | null = null
  #predictions: readonly Prediction[] = []

  get ahead(): Ahead | null {
    return this.#question?.ahead ?? null
  }

  get predictions(): readonly Prediction[] {
    return this.#predictions
  }

  /** The machine stands before a step. @param until the tick behind that step, if it was taken before and something happened in it. */
  ask({ machine: { cpu, tick, end } }: Recording, technique: TechniqueName, until: number | null): void {
    if (end) throw new Failure('conflict', 'The machine has ended: nothing comes next.', 'Step back, or start it again.')
    const eip = linearEip(cpu)
    const text = disassembly(cpu, NO_NAMES, eip, 0, 1)[0]?.text ?? ''
    const options = until === null ? [...OPTIONS[technique], 'none' as const] : OPTIONS[technique]
    this.#question = { ahead: { tick, eip, text, options }, until }
  }

  /** Nobody wants to know any more. */
  drop(): void {
    this.#question = null
  }

  /** Takes the step and keeps what was said of it. @param events what happened between two ticks, the second with it. */
  reveal(recording: Recording, guess: Guess, events: (after: number, upTo: number) => readonly MachineEvent[]): void {
    const question = this.#question
    if (!question) throw new Failure('conflict', 'Nothing was asked.', 'Run to before an event first.')
    if (!question.ahead.options.includes(guess)) throw new Failure('invalid', `"${guess}" was not among what could be said.`)
    this.#question = null
    if (question.until === null) step(recording)
    else recording.seek(question.until)
    const happened = events(question.ahead.tick, recording.tick)
    const right = guess === 'none' ? happened.length === 0 : happened.some(({ kind }) => kind === guess)
    this.#predictions = [...this.#predictions, { ...question.ahead, guess, right, happened }].slice(-MOST_PREDICTIONS)
  }
}

function step(recording: Recording): void {
  const goal = goalOf(recording, { kind: 'instruction' }, NO_NAMES.symbols)
  for (let n = 0; n < MOST_SLICES; n++) {
    const stop = goal.advance(recording.tick + SLICE_TICKS)
    if (stop === 'waits') throw new Failure('conflict', 'The machine waits for something to be typed.')
    if (stop !== 'more') return
  }
  throw new Failure('limit', 'The step takes very long.', 'Run on, and ask again.')
}
