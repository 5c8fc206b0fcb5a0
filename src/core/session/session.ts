import { COMMANDS, type CommandName } from '../../protocol/commands.ts'
import { CLOCK_ID, PROJECT_ID, ROOM_ID } from '../../protocol/records.ts'
import { Emitter } from '../base/emitter.ts'
import { Failure } from '../base/failure.ts'
import { sha256Hex } from '../base/hasher.ts'
import { chainStart, sealEntry, type JournalEntry } from '../project/journal.ts'
import { Simulation, type RunLimit, type SimulationOptions } from '../simulation/simulation.ts'
import type { SimTime } from '../simulation/units.ts'
import { EventLog } from '../store/event-log.ts'
import { IdSource } from '../store/id-source.ts'
import { Store } from '../store/store.ts'
import type { Area, Ground, StreamText } from './area.ts'
import { checkCommand, checkQuery, Dispatcher, errorInfo, type CheckedCommand, type Outcome } from './commands.ts'
import { editName, nameLookup } from './edit-names.ts'
import { sessionArea } from './own-area.ts'
import { UndoHistory } from './undo-history.ts'

interface SessionOptions extends SimulationOptions {
  readonly sha256: Ground['sha256']
  /** Makes the areas of the core on the session's ground and joins them. */
  readonly join: (ground: Ground) => readonly Area[]
}

/** Day of the package universe in a new project: the registry's catalogue was made about then. */
const FIRST_UNIVERSE = '2026-01-15'

/**
 * The one facade of the core: commands in, records and streams out.
 *
 * One command or slice of simulated time at a time. Before a command runs, everything due at the present instant has happened,
 * and after it everything that follows at once: so seed and journal alone give the same state again, to the last record.
 */
export class Session {
  readonly seed: string
  readonly store = new Store()
  readonly simulation: Simulation
  readonly journal: JournalEntry[] = []
  readonly onEntry = new Emitter<JournalEntry>()
  readonly onStream = new Emitter<StreamText>()
  /** Exceptions that are bugs, for the log of whoever hosts the session. */
  readonly onBug = new Emitter<unknown>()
  private readonly ground: Ground
  private readonly areas: readonly Area[]
  private readonly history: UndoHistory
  private readonly dispatcher: Dispatcher
  private readonly settle: () => Promise<void>
  private tail: Promise<unknown> = Promise.resolve()
  private waiting = 0

  constructor(options: SessionOptions) {
    this.seed = options.seed
    this.settle = options.settle
    this.simulation = new Simulation(options)
    const events = new EventLog(this.store, this.simulation)
    this.ground = { store: this.store, simulation: this.simulation, events, ids: new IdSource(), sha256: options.sha256 }
    this.store.put({ id: ROOM_ID, type: 'room', name: 'Machine room' })
    this.store.put({ id: CLOCK_ID, type: 'clock', playing: false, speed: 1, seed: options.seed })
    this.store.put({ id: PROJECT_ID, type: 'project', name: 'Untitled', undo: [], redo: [], universe: FIRST_UNIVERSE })
    this.areas = options.join(this.ground)
    this.history = new UndoHistory(this.store, (changes) => this.areas.forEach((area) => area.restored?.(changes)))
    this.dispatcher = new Dispatcher([sessionArea(this.ground, this.history, this.areas, () => this.hash()), ...this.areas])
    for (const area of this.areas) area.onStream?.on((text) => this.onStream.emit(text))
  }

  get now(): SimTime {
    return this.simulation.now
  }

  /** Hash of the latest entry: the journal's identity up to here. */
  get head(): string {
    return this.journal.at(-1)?.hash ?? chainStart(this.seed, this.ground.sha256)
  }

  /** SHA-256 over all records, the time and what areas keep beside records. */
  hash(): string {
    const parts = [this.store.hash(this.ground.sha256), String(this.now), ...this.areas.map((area) => area.hash?.() ?? '')]
    return sha256Hex(parts.join('\n'), this.ground.sha256)
  }

  /** Runs a command. Never rejects: bad input and refusals are answers, and leave the state as it was. */
  async execute(command: { readonly name: string; readonly params: unknown }): Promise<Outcome> {
    let checked: CheckedCommand
    try {
      checked = checkCommand(command.name, command.params)
    } catch (error) {
      return this.failed(error)
    }
    const { answer } = await this.exclusive(() => this.perform(checked))
    return answer
  }

  /** Answers a question; changes nothing, is not journalled. Never rejects. */
  async query(question: { readonly name: string; readonly params: unknown }): Promise<Outcome> {
    try {
      const { name, params } = checkQuery(question.name, question.params)
      return { ok: true, value: await this.atRest(() => this.dispatcher.query(name, params)) }
    } catch (error) {
      return this.failed(error)
    }
  }

  /** Reads something between two commands, when everything due at the present instant has happened. */
  async atRest<T>(read: () => T | Promise<T>): Promise<T> {
    return this.exclusive(async () => {
      await this.run(this.now)
      return await read()
    })
  }

  /** Lets simulated time pass until `until`; stops early when `stop` says so or a command is waiting. */
  async advance(until: SimTime, stop?: () => boolean): Promise<void> {
    await this.exclusive(() => this.run(until, { stop: () => this.waiting > 0 || (stop?.() ?? false) }))
  }

  /** Like `advance`, but nothing stops it. */
  async advanceFully(until: SimTime): Promise<void> {
    await this.exclusive(() => this.run(until))
  }

  /**
   * Brings a new session to where a journal ends. `exact` throws a `file` failure at the first entry that does not come out
   * as it was recorded; otherwise (the simulation has been refined since) differences are accepted.
   */
  async replay(entries: readonly JournalEntry[], exact: boolean): Promise<void> {
    for (const entry of entries) {
      await this.advanceFully(entry.at)
      await this.execute(entry)
      const again = this.journal.at(-1)
      if (exact && again?.hash !== entry.hash) {
        throw new Failure('file', `Entry ${entry.seq} of the journal (${entry.name}) does not give what it gave when it was recorded.`, 'The file is damaged or was changed by hand.')
      }
    }
  }

  private exclusive<T>(job: () => Promise<T>): Promise<T> {
    this.waiting++
    const result = this.tail.then(() => {
      this.waiting--
      return job()
    })
    this.tail = result.catch(() => undefined)
    return result
  }

  private async perform(command: CheckedCommand): Promise<{ readonly answer: Promise<Outcome> }> {
    await this.run(this.now)
    const at = this.now
    let outcome: Outcome | undefined
    const answer = this.call(command).then((settled) => (outcome = settled))
    await this.settle()
    await this.run(this.now)
    // An answer that waits for simulated time comes later and does not hold up the next command.
    while (!outcome && this.simulation.nextEventAt === this.now) await this.run(this.now)
    if (!outcome) await this.settle()
    this.note(command, at, outcome)
    return { answer }
  }

  private async call({ name, params }: CheckedCommand): Promise<Outcome> {
    try {
      return { ok: true, value: COMMANDS[name].edit ? this.edit(name, params) : ((await this.dispatcher.command(name, params)) ?? null) }
    } catch (error) {
      return this.failed(error)
    }
  }

  private edit(name: CommandName, params: unknown): unknown {
    const { value, changes } = this.store.transaction(() => {
      const answer = this.dispatcher.command(name, params)
      if (answer instanceof Promise) throw new Error(`the edit ${name} is not synchronous`)
      return answer
    })
    const nameOf = nameLookup(changes, (id) => this.store.get(id))
    this.history.add(editName(name, { params: params as Readonly<Record<string, unknown>>, changes, nameOf }), changes)
    return value ?? null
  }

  private note({ name, params }: CheckedCommand, at: SimTime, outcome: Outcome | undefined): void {
    const refused = outcome?.ok === false ? outcome.error.code : null
    const entry = sealEntry({ seq: this.journal.length + 1, at, name, params, refused, prev: this.head }, this.ground.sha256)
    this.journal.push(entry)
    this.onEntry.emit(entry)
  }

  /** Runs the simulation. A bug in what it runs is told in the timeline, and the rest goes on. */
  private async run(until: SimTime, limit?: RunLimit): Promise<void> {
    for (;;) {
      try {
        return await this.simulation.runUntil(until, limit)
      } catch (error) {
        this.onBug.emit(error)
        this.ground.events.add({ kind: 'fault', subjectName: 'Glasshouse', text: errorInfo(error).message })
      }
    }
  }

  private failed(error: unknown): Outcome {
    if (!(error instanceof Failure)) this.onBug.emit(error)
    return { ok: false, error: errorInfo(error) }
  }
}
