import * as v from 'valibot'
import type { ErrorInfo } from '../protocol/errors.ts'
import { MACHINE_REQUESTS, type MachineId, type MachineRequestName, type MachineRequestParams, type MachineRequestResults, type MachineState } from '../protocol/machine.ts'
import { isVmId, type RecordId } from '../protocol/records.ts'
import type { MachineStates } from '../core/session/frames.ts'
import { Failure } from '../core/base/failure.ts'
import { lockstepGuests } from '../core/hypervisor/comparison/programs.ts'
import { costTable } from '../core/machine/cpu/costs/presets.ts'
import type { RealTime } from '../core/session/ports.ts'
import { Comparisons } from './comparisons.ts'
import { HelperThread } from './helper-thread.ts'
import { OpenMachine } from './open-machine.ts'
import type { BranchSource, MachineSettings, MachineSource, VmSource } from './machine-settings.ts'
import type { MachineThread } from './machine-thread.ts'

/** Each has a thread and a memory of its own. */
const MOST_MACHINES = 8
/** Milliseconds after which a program that does not assemble is given up: a macro can go on for ever. */
const ASSEMBLE_LIMIT = 10_000
/** Milliseconds after which a classification, or the run of a guest in all places, is given up: each takes some seconds at most. */
const CLASSIFY_LIMIT = 25_000
/** Milliseconds after which the run of a workload is given up: it takes some seconds at most. */
const SCORE_LIMIT = 60_000
/** Milliseconds for which machines run on with no window there: as long as a reload takes. */
const UNSEEN_LIMIT = 10_000

export interface MachineHubOptions {
  readonly spawn: (settings: MachineSettings) => MachineThread
  readonly time: RealTime
  /** For bugs, and for threads that die. */
  readonly log: (text: string) => void
  /** The machine of a VM as its record has it. Throws a `Failure` where there is none. */
  readonly vm: (vm: RecordId<'vm'>) => VmSource
  readonly guests: () => MachineRequestResults['machine.guests']
  readonly onState: (machine: MachineId) => void
  readonly onClosed: (machine: MachineId, error: ErrorInfo | null) => void
  /** The serial line carries `text` from character `offset` on; what was there before is not so any more. */
  readonly onSerial: (machine: MachineId, offset: number, text: string) => void
}

type Checked = { readonly [N in MachineRequestName]: { readonly name: N; readonly params: MachineRequestParams<N> } }[MachineRequestName]

/** The machines under the microscope of one project, each in a thread of its own. */
export class MachineHub implements MachineStates {
  private readonly options: MachineHubOptions
  private readonly machines = new Map<MachineId, OpenMachine>()
  /** Machines whose first state has not come. */
  private readonly opening = new Map<MachineId, Promise<MachineState>>()
  private readonly assembler: HelperThread
  private readonly classifier: HelperThread
  private readonly comparisons: Comparisons
  private readonly scoreboard: HelperThread
  private unseen: { dispose(): void } | undefined
  private programs = 0
  private branches = 0
  /** What the open machines were made from. */
  private readonly sources = new Map<MachineId, MachineSource>()

  constructor(options: MachineHubOptions) {
    this.options = options
    this.assembler = new HelperThread(options)
    this.classifier = new HelperThread(options)
    this.comparisons = new Comparisons(options)
    this.scoreboard = new HelperThread(options)
  }

  /** Those whose first state is known. */
  get open(): MachineId[] {
    return [...this.machines].filter(([, machine]) => machine.state !== undefined).map(([id]) => id)
  }

  take(machine: MachineId): MachineState | undefined {
    return this.machines.get(machine)?.take()
  }

  /** Answers one request of a window. Rejects with a `Failure`. */
  async request(name: string, params: unknown): Promise<unknown> {
    const checked = check(name, params)
    switch (checked.name) {
      case 'machine.guests': return this.options.guests()
      case 'machine.assemble': return this.assembler.ask(checked.name, checked.params, ASSEMBLE_LIMIT)
      case 'classifier.classify':
      case 'classifier.guests':
      case 'classifier.failures': return this.classifier.ask(checked.name, checked.params, CLASSIFY_LIMIT)
      case 'classifier.cancel': return (this.classifier.cancel(), null)
      case 'lockstep.guests': return { guests: lockstepGuests() }
      case 'lockstep.open': return this.comparisons.open(checked.params)
      case 'lockstep.machines': return this.comparisons.open({ machines: await Promise.all(checked.params.machines.map((machine) => this.branchOf(machine))) })
      case 'machine.branch': return this.branch(checked.params.machine, checked.params.name)
      case 'lockstep.go':
      case 'lockstep.on': return this.comparisons.ask(checked.name, checked.params)
      case 'lockstep.close': return this.comparisons.close(checked.params.lockstep)
      case 'scoreboard.run': return this.scoreboard.ask(checked.name, checked.params, SCORE_LIMIT)
      case 'scoreboard.costs': return { parameters: [...costTable(checked.params.costs).values()] }
      case 'scoreboard.cancel': return (this.scoreboard.cancel(), null)
      case 'machine.open': return this.openVm(checked.params.machine)
      case 'machine.present': return this.presentVm(checked.params.machine)
      case 'machine.open-guest': return this.openProgram({ kind: 'guest', ...checked.params })
      case 'machine.open-source': return this.openProgram({ kind: 'source', ...checked.params })
      case 'machine.open-image': return this.openProgram({ kind: 'image', ...checked.params })
      case 'machine.close': return this.close(checked.params.machine)
      default: return this.require(checked.params.machine).ask(checked.name, checked.params)
    }
  }

  /** Tells how many windows there are: machines that nobody has looked at for a while are paused. */
  windows(count: number): void {
    this.unseen?.dispose()
    this.unseen = count > 0 ? undefined : this.options.time.after(UNSEEN_LIMIT, () => {
      for (const [machine, open] of this.machines) if (open.state?.running) void open.ask('machine.pause', { machine }).catch(() => undefined)
    })
  }

  /** Ends the machines of VMs that are no more. */
  vmsChanged(exists: (vm: RecordId<'vm'>) => boolean): void {
    for (const [id, machine] of this.machines) {
      if (!isVmId(id) || exists(id)) continue
      machine.close()
      this.gone(id, machine, true, { code: 'not-found', message: 'The VM was deleted.', hint: 'Undo brings it back.' })
    }
  }

  /** The project is left: all machines end. */
  dispose(): void {
    this.unseen?.dispose()
    this.assembler.cancel()
    this.classifier.cancel()
    this.comparisons.dispose()
    this.scoreboard.cancel()
    for (const id of [...this.machines.keys()]) this.close(id)
  }

  private async openVm(vm: RecordId<'vm'>): Promise<MachineState> {
    const state = this.machines.get(vm)?.state
    if (state) return state
    const source = this.options.vm(vm)
    return this.opening.get(vm) ?? this.start(vm, source)
  }

  /** Windows go on showing the machine there was until the new one has a state. */
  private async presentVm(vm: RecordId<'vm'>): Promise<MachineState> {
    const source = this.options.vm(vm)
    const opening = this.opening.get(vm)
    if (opening) return opening
    const old = this.machines.get(vm)
    this.machines.delete(vm)
    old?.close()
    if (old) this.options.onSerial(vm, 0, '')
    return this.start(vm, source, old !== undefined)
  }

  /** What a machine is made from, and what came into it so far. */
  private async branchOf(machine: MachineId): Promise<BranchSource> {
    const open = this.require(machine)
    const { tick, inputs } = await open.ask('machine.inputs', { machine }) as MachineRequestResults['machine.inputs']
    return { kind: 'branch', title: open.state?.title ?? machine, of: this.sources.get(machine)!, tick, inputs }
  }

  private async branch(machine: MachineId, name: string | undefined): Promise<MachineState> {
    const source = await this.branchOf(machine)
    // A branch of a branch has the same root.
    const of = source.of.kind === 'branch' ? source.of.of : source.of
    return this.openProgram({ ...source, of, title: name ?? `${source.title}, branch ${++this.branches}` })
  }

  private openProgram(source: MachineSource): Promise<MachineState> {
    return this.start(`program:${++this.programs}`, source)
  }

  private start(machine: MachineId, source: MachineSource, shown = false): Promise<MachineState> {
    if (this.machines.size >= MOST_MACHINES) throw new Failure('limit', `${MOST_MACHINES} machines are open already.`, 'Close one first.')
    const { options } = this
    const open = new OpenMachine(options.spawn({ machine, source }), options, {
      state: () => options.onState(machine),
      serial: (offset, text) => options.onSerial(machine, offset, text),
      ended: (error) => this.gone(machine, open, shown || open.state !== undefined, error),
    })
    this.machines.set(machine, open)
    this.sources.set(machine, source)
    const opened = open.start().finally(() => this.opening.delete(machine))
    this.opening.set(machine, opened)
    return opened
  }

  /** `shown`: windows have seen it, or the one before it. */
  private gone(machine: MachineId, open: OpenMachine, shown: boolean, error: ErrorInfo): void {
    if (this.machines.get(machine) !== open) return
    this.machines.delete(machine)
    this.sources.delete(machine)
    this.options.onSerial(machine, 0, '')
    if (shown) this.options.onClosed(machine, error)
  }

  private close(machine: MachineId): null {
    const open = this.require(machine)
    this.machines.delete(machine)
    this.sources.delete(machine)
    open.close()
    this.options.onSerial(machine, 0, '')
    this.options.onClosed(machine, null)
    return null
  }

  private require(machine: MachineId): OpenMachine {
    const open = this.machines.get(machine)
    if (!open) throw new Failure('not-found', `The machine ${machine} is not open.`, 'Open it first.')
    return open
  }
}

function check(name: string, params: unknown): Checked {
  if (!Object.hasOwn(MACHINE_REQUESTS, name)) throw new Failure('invalid', `There is no machine request "${name}".`)
  const known = name as MachineRequestName
  const parsed = v.safeParse(MACHINE_REQUESTS[known], params)
  if (parsed.success) return { name: known, params: parsed.output } as Checked
  const issue = parsed.issues[0]
  const where = v.getDotPath(issue)
  throw new Failure('invalid', `${name}${where ? `, ${where}` : ''}: ${issue.message}`)
}
