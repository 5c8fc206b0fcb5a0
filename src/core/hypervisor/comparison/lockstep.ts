import type { LockstepColumn, LockstepGoal, LockstepId, LockstepState } from '../../../protocol/comparison.ts'
import { Failure } from '../../base/failure.ts'
import { pureSha256, type Sha256Factory } from '../../base/hasher.ts'
import { Column, type ColumnPlan } from './column.ts'
import { sameRegisters, sameState } from './differences.ts'
import { differentStart, firstDifference, outputDifference, pagesOf } from './first-difference.ts'
import { WORD_NAMES, guestWords } from './guest-state.ts'

/** For so many ticks from the start, registers are compared at each one. */
const EXACT_TICKS = 1 << 11
/** Ticks between two comparisons of everything: at first, later an eighth of the way, at most. */
const EXACT_PIECE = 128
const LONGEST_GAP = 1 << 18
/** Work of one machine in a slice, in instructions. */
const SLICE_WORK = 100_000
/** A guest without an end is left there. */
const MOST_TICKS = 50_000_000

export interface LockstepOptions {
  readonly id?: LockstepId
  readonly limit?: number
  /** What the machines differ in; techniques if not said. */
  readonly of?: LockstepState['of']
  readonly hash?: Sha256Factory
}

/**
 * Two to four machines of one program, at the same moment of the guest's time. The first is the reference. Registers are compared at each of the first moments, everything at growing distances; between two
 * comparisons of which the second fails, the first difference is found by halving, over replays. A difference that is gone again before it is looked for stays unseen.
 */
export class Lockstep {
  readonly #title: string
  readonly #columns: readonly Column[]
  readonly #options: Required<LockstepOptions>
  /** All that have not diverged are known to be the same up to here, and have been compared in full. */
  #known = 0
  #goal: (() => boolean) | null = null

  /** Throws a `Failure` for a number of machines that cannot be compared. */
  constructor(title: string, plans: readonly ColumnPlan[], options: LockstepOptions = {}) {
    if (plans.length < 2 || plans.length > 4) throw new Failure('invalid', `Between two and four machines are compared, not ${plans.length}.`)
    this.#title = title
    this.#options = { id: 'lockstep:0', limit: MOST_TICKS, of: 'techniques', hash: pureSha256, ...options }
    this.#columns = plans.map((plan) => new Column(plan))
    for (const column of this.#followers) if (column.plan.compared === 'state' && !this.#alike(column)) column.divergence = column.hasInputAt(0) || this.#reference.hasInputAt(0) ? { ...differentStart(this.#reference, column), step: 'input' } : differentStart(this.#reference, column)
  }

  get columns(): readonly Column[] {
    return this.#columns
  }

  /** The moment at which all of them stand that have come so far. */
  get tick(): number {
    return Math.max(...this.#columns.map(({ recording }) => recording.tick))
  }

  get busy(): boolean {
    return this.#goal !== null
  }

  /** Begins something; `slice` goes on with it. */
  go(goal: LockstepGoal): void {
    switch (goal.kind) {
      case 'step': return this.#stepTo(goal.count ?? 1)
      case 'divergence': return this.#toDivergence()
      case 'end': return void (this.#goal = () => this.#probe())
      case 'back': return this.#back(goal.count ?? 1)
      case 'seek': return this.#seek(Math.min(goal.tick, this.#reached))
    }
  }

  /** Some milliseconds of work. False: nothing is left to do. */
  slice(): boolean {
    if (this.#goal && !this.#goal()) this.#goal = null
    return this.busy
  }

  /** All of what `go` begins. */
  run(goal: LockstepGoal): void {
    this.go(goal)
    while (this.slice());
  }

  state(): LockstepState {
    const { id, limit, hash, of } = this.#options
    const columns = this.#columns.map((column) => this.#columnState(column, hash))
    return { lockstep: id, of, title: this.#title, busy: this.busy, tick: this.tick, known: this.#known, limit, columns }
  }

  get #reference(): Column {
    return this.#columns[0]!
  }

  get #followers(): readonly Column[] {
    return this.#columns.slice(1)
  }

  /** The latest moment that one of them has reached. */
  get #reached(): number {
    return Math.max(...this.#columns.map(({ recording }) => recording.lastTick))
  }

  #columnState(column: Column, hash: Sha256Factory): LockstepColumn {
    const reference = this.#reference
    const own = column.state(hash)
    if (column === reference) return { ...own, differs: [], different: false, equalEnd: null }
    const [mine, its] = [guestWords(reference.recording.machine.cpu), guestWords(column.recording.machine.cpu)]
    const state = own.compared === 'state'
    const different = state ? !this.#alike(column) : outputDifference(reference, column) !== null
    return { ...own, differs: state ? WORD_NAMES.filter((_, n) => mine[n] !== its[n]) : [], different, equalEnd: reference.finished && column.finished ? !different : null }
  }

  #alike(column: Column): boolean {
    const reference = this.#reference
    return sameState(reference.recording.machine, column.recording.machine, pagesOf(reference, column))
  }

  #seek(tick: number): void {
    this.#goal = null
    for (const column of this.#columns) column.seek(tick)
  }

  #back(count: number): void {
    const leader = this.#columns.reduce((one, other) => (other.recording.tick > one.recording.tick ? other : one))
    leader.recording.back(count)
    this.#seek(leader.recording.tick)
  }

  #stepTo(count: number): void {
    const leader = this.#columns.find((column) => !column.finished)
    if (!leader) return
    const from = leader.recording.tick
    const target = leader.recording.machine.cpu.moment + count
    this.#goal = () => {
      const { recording } = leader
      const { machine } = recording
      recording.within(SLICE_WORK, () => recording.runMoments(Infinity, target - machine.cpu.moment))
      if (machine.cpu.moment < target && !leader.finished && recording.tick < this.#options.limit) return true
      const to = recording.tick
      leader.seek(from)
      this.#goal = () => this.#advance(to)
      return this.busy
    }
  }

  #toDivergence(): void {
    const from = this.tick
    this.#goal = () => {
      const next = this.#next(from)
      if (next === null) return this.#probe()
      this.#seek(next)
      return false
    }
  }

  /** The first divergence after a moment, if all others are known up to there. */
  #next(from: number): number | null {
    const ticks = this.#followers.flatMap(({ divergence }) => (divergence && divergence.tick > from ? [divergence.tick] : []))
    const least = Math.min(...ticks)
    return least <= this.#known || (ticks.length > 0 && this.#followers.every(({ divergence }) => divergence)) ? least : null
  }

  /** A piece of the way to the end. */
  #probe(): boolean {
    if (this.#columns.every(({ finished }) => finished) || this.#known >= this.#options.limit) {
      this.#seek(Math.min(this.#reached, this.#options.limit))
      return false
    }
    const gap = Math.max(EXACT_PIECE, Math.min(LONGEST_GAP, this.#known >> 3))
    this.#advance(Math.min(this.#options.limit, this.#known + gap))
    return true
  }

  /** A piece of the way to a moment, comparing what was not compared before. True: it is not reached yet. */
  #advance(to: number): boolean {
    const exact = to > this.#known && this.#known < EXACT_TICKS
    const stop = exact ? Math.min(to, this.#known + EXACT_PIECE) : to
    if (exact && this.tick <= this.#known) this.#follow(stop)
    const there = this.#columns.map((column) => column.runTowards(stop, SLICE_WORK)).every(Boolean)
    if (!there) return true
    if (stop > this.#known) this.#compare(stop)
    return stop < to
  }

  /** Each tick alone, up to the first at which the registers of one that had not diverged are others. */
  #follow(to: number): void {
    const open = this.#followers.filter(({ divergence, plan }) => !divergence && plan.compared === 'state')
    for (const column of [this.#reference, ...open]) column.seek(this.#known)
    for (let tick = this.#known + 1; tick <= to && open.length > 0; tick++) {
      for (const column of [this.#reference, ...open]) column.runTowards(tick, SLICE_WORK)
      const { machine } = this.#reference.recording
      if (!open.every((column) => sameRegisters(machine, column.recording.machine))) return void this.#settle(tick)
      if (this.#reference.finished) return
    }
  }

  /** All stand at a moment, or have ended before it. */
  #compare(tick: number): void {
    this.#settle(tick)
    for (const column of this.#followers) if (column.plan.compared === 'output') column.divergence ??= outputDifference(this.#reference, column)
    this.#known = Math.max(this.#known, Math.min(tick, this.#reached))
  }

  /** Finds where those that are not the same any more went a way of their own. */
  #settle(tick: number): void {
    for (const column of this.#followers) {
      if (column.divergence || column.plan.compared !== 'state' || this.#alike(column)) continue
      column.divergence = firstDifference(this.#reference, column, this.#known, tick)
      this.#reference.seek(tick)
      column.seek(tick)
    }
  }
}
