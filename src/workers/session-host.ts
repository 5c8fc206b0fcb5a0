import * as v from 'valibot'
import type { Connection } from '../protocol/connection.ts'
import type { ErrorInfo } from '../protocol/errors.ts'
import type { ClientMessage, CoreMessage, CoreStatus } from '../protocol/messages.ts'
import { PROJECT_REQUESTS, type ProjectRequestName, type ProjectRequestParams, type ProjectRequestResults } from '../protocol/project.ts'
import { Failure } from '../core/base/failure.ts'
import { errorInfo } from '../core/session/commands.ts'
import { FrameSync, type Shown, type WindowView } from '../core/session/frames.ts'
import { Pacer } from '../core/session/pacer.ts'
import { Streams } from '../core/session/streams.ts'
import { realTime } from './platform.ts'
import { guestList } from '../core/machine/desk/open-program.ts'
import { vmMachine } from '../core/datacenter/vm-machine.ts'
import { presentTick } from '../core/datacenter/vm-moment.ts'
import { MachineHub } from './machine-hub.ts'
import type { MachineSettings } from './machine-settings.ts'
import type { MachineThread } from './machine-thread.ts'
import { Workspace, type WorkspaceOptions } from './workspace.ts'

interface HostOptions extends WorkspaceOptions {
  /** Project to open at the start; null goes on with what was not saved. */
  readonly open: string | null
  /** Starts the thread of a machine under the microscope. */
  readonly spawnMachine: (settings: MachineSettings) => MachineThread
  /** For bugs: a line on the process's error stream. */
  readonly log: (text: string) => void
}

type Door = Connection<CoreMessage, ClientMessage>
type ProjectHandlers = { readonly [K in ProjectRequestName]: (params: ProjectRequestParams<K>) => Promise<ProjectRequestResults[K]> }

/** Milliseconds between two marks of simulated time in the journal. */
const MARK_INTERVAL = 500

/** Serves one project to any number of windows: commands, questions, project requests, frames and streams. */
export class SessionHost {
  private readonly options: HostOptions
  private readonly sync: FrameSync
  private readonly doors = new Set<Door>()
  /** Of the present project. */
  private machines: MachineHub
  private workspace: Workspace
  private pacer: Pacer
  private markedAt = 0
  private requests: Promise<unknown> = Promise.resolve()

  /** Starts with the project that is to be opened, or was being worked on. Throws `file` when it cannot be. */
  static async start(options: HostOptions): Promise<SessionHost> {
    const workspace = options.open === null ? await Workspace.resume(options) : await Workspace.openFile(options, options.open)
    await workspace.adopt()
    return new SessionHost(options, workspace)
  }

  private constructor(options: HostOptions, workspace: Workspace) {
    this.options = options
    this.workspace = workspace
    this.machines = this.newHub(workspace)
    const shown = this.bring(workspace)
    this.sync = new FrameSync(realTime, shown)
    this.pacer = this.pace(workspace)
  }

  /** Adds a window. `restarted`: why it was without a core for a while. */
  connect(door: Door, restarted?: string): void {
    const view = this.sync.open((message) => door.post(message))
    this.doors.add(door)
    this.machines.windows(this.doors.size)
    door.onClose(() => {
      this.sync.close(view)
      this.doors.delete(door)
      this.machines.windows(this.doors.size)
    })
    door.onMessage((message) => this.receive(door, view, message))
    door.post({ type: 'status', status: this.status(restarted) })
  }

  /** Ends it all. `discard`: what was not saved is not wanted any more. */
  close(discard: boolean): void {
    this.machines.dispose()
    this.pacer.dispose()
    this.workspace.mark()
    this.workspace.leave(discard)
    for (const door of [...this.doors]) door.close()
  }

  private receive(door: Door, view: WindowView, message: ClientMessage): void {
    switch (message.type) {
      case 'command':
        return this.answer(door, message.id, () => this.command(message))
      case 'query':
        return this.answer(door, message.id, async () => valueOf(await this.workspace.session.query(message)))
      case 'project':
        return this.answer(door, message.id, () => this.project(message.name, message.params))
      case 'machine':
        return this.answer(door, message.id, () => this.machines.request(message.name, message.params))
      case 'resync':
        return this.sync.resync(view)
      case 'drawn':
        return view.drawn(message.seq)
      case 'follow':
        return view.follow(message.stream, message.offset)
      case 'unfollow':
        return view.unfollow(message.stream)
    }
  }

  private answer(door: Door, id: number, work: () => Promise<unknown>): void {
    work().then(
      (value) => door.post({ type: 'result', id, value }),
      (error: unknown) => door.post({ type: 'error', id, error: this.explain(error) }),
    )
  }

  private async command(command: { readonly name: string; readonly params: unknown }): Promise<unknown> {
    const { workspace, pacer } = this
    const { dirty } = workspace.status
    await pacer.catchUp()
    try {
      return valueOf(await workspace.session.execute(command))
    } finally {
      this.sync.changed(false)
      this.machines.vmsChanged((vm) => this.workspace.session.store.get(vm) !== undefined)
      pacer.refresh()
      if (workspace === this.workspace && workspace.status.dirty !== dirty) this.announce()
    }
  }

  /** One at a time, because each may put another project in this one's place. */
  private project(name: string, params: unknown): Promise<unknown> {
    const result = this.requests.then(() => {
      if (!Object.hasOwn(PROJECT_REQUESTS, name)) throw new Failure('invalid', `There is no project request "${name}".`)
      const known = name as ProjectRequestName
      const parsed = v.safeParse(PROJECT_REQUESTS[known], params)
      if (!parsed.success) throw new Failure('invalid', `${name}: ${parsed.issues[0].message}`)
      return (this.projectHandlers[known] as (params: unknown) => Promise<unknown>)(parsed.output)
    })
    this.requests = result.catch(() => undefined)
    return result
  }

  private readonly projectHandlers: ProjectHandlers = {
    'project.new': async ({ template }) => this.replace(await Workspace.create(this.options, template)),
    'project.open-path': async ({ path }) => this.replace(await Workspace.openFile(this.options, path, path === this.workspace.status.path)),
    'project.open-bytes': async ({ name, base64 }) => this.replace(await Workspace.openBytes(this.options, name, Buffer.from(base64, 'base64'))),
    'project.save-path': async ({ path }) => {
      await this.workspace.saveTo(path)
      return this.announce()
    },
    'project.save-bytes': async () => {
      const bytes = await this.workspace.saveBytes()
      return { base64: Buffer.from(bytes).toString('base64'), status: this.announce() }
    },
    'project.status': async () => this.workspace.status,
  }

  private async replace(next: Workspace): Promise<Workspace['status']> {
    this.pacer.dispose()
    this.machines.dispose()
    this.workspace.leave(true)
    this.workspace = next
    this.machines = this.newHub(next)
    this.machines.windows(this.doors.size)
    await next.adopt()
    this.sync.show(this.bring(next))
    this.pacer = this.pace(next)
    return this.announce()
  }

  /** Tells every window how the project stands now. */
  private announce(): Workspace['status'] {
    const project = this.workspace.status
    for (const door of this.doors) door.post({ type: 'status', status: { state: 'ready', project } })
    return project
  }

  private status(restarted: string | undefined): CoreStatus {
    const project = this.workspace.status
    return restarted === undefined ? { state: 'ready', project } : { state: 'restarted', reason: restarted, project }
  }

  private bring({ session }: Workspace): Shown {
    const streams = new Streams()
    session.onStream.on(({ stream, text }) => {
      streams.append(stream, text)
      if (this.workspace.session === session) this.sync.changed(true)
    })
    session.onBug.on((error) => this.explain(error))
    return {
      store: session.store,
      streams,
      machines: this.machines,
      get now() {
        return session.now
      },
    }
  }

  private newHub({ session }: Workspace): MachineHub {
    return new MachineHub({
      spawn: this.options.spawnMachine,
      time: realTime,
      log: this.options.log,
      vm: (id) => ({ ...vmMachine(session.store, id), tick: presentTick(session.store, id, session.now) }),
      guests: guestList,
      onState: (machine) => this.sync.machine(machine),
      onClosed: (machine, error) => this.sync.machineClosed(machine, error),
      onSerial: (machine, offset, text) => this.sync.write(`serial:${machine}`, offset, text),
    })
  }

  private pace(workspace: Workspace): Pacer {
    const pacer = new Pacer(workspace.session, realTime, () => {
      this.sync.changed(false)
      if (realTime.now() - this.markedAt < MARK_INTERVAL) return
      this.markedAt = realTime.now()
      workspace.mark()
    })
    pacer.refresh()
    return pacer
  }

  private explain(error: unknown): ErrorInfo {
    if (!(error instanceof Failure)) this.options.log(error instanceof Error ? (error.stack ?? error.message) : String(error))
    return errorInfo(error)
  }
}

function valueOf(outcome: { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: ErrorInfo }): unknown {
  if (outcome.ok) return outcome.value
  throw new Failure(outcome.error.code, outcome.error.message, outcome.error.hint)
}
