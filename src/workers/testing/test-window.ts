import { applyDiff } from '../../core/store/diff.ts'
import type { Command, CommandName, CommandParams, CommandResult, QueryName, QueryParams, QueryResults } from '../../protocol/commands.ts'
import type { Connection } from '../../protocol/connection.ts'
import type { ErrorInfo } from '../../protocol/errors.ts'
import type { MachineId, MachineRequestName, MachineRequestParams, MachineRequestResults, MachineState } from '../../protocol/machine.ts'
import type { ClientMessage, CoreMessage, CoreStatus, StreamId } from '../../protocol/messages.ts'
import type { ProjectRequestName, ProjectRequestParams, ProjectRequestResults } from '../../protocol/project.ts'
import type { AnyRecord, RecordId } from '../../protocol/records.ts'

type Answer = { ok: true; value: unknown } | { ok: false; error: ErrorInfo }

/** What a window does, without one: asks, applies frames, says what it has drawn. */
export class TestWindow {
  readonly records = new Map<RecordId, AnyRecord>()
  readonly statuses: CoreStatus[] = []
  readonly streams = new Map<string, string>()
  /** The machines that are open; null until the first state has come. */
  readonly machines = new Map<MachineId, MachineState | null>()
  readonly closed = new Map<MachineId, ErrorInfo | null>()
  simTime = 0
  frames = 0
  private readonly core: Connection<ClientMessage, CoreMessage>
  private readonly waiting = new Map<number, (answer: Answer) => void>()
  private readonly watchers = new Set<() => void>()
  private nextId = 1

  constructor(core: Connection<ClientMessage, CoreMessage>) {
    this.core = core
    core.onMessage((message) => this.receive(message))
    core.post({ type: 'resync' })
  }

  async run<N extends CommandName>(name: N, params: CommandParams<N>): Promise<CommandResult<N>> {
    return (await this.ask('command', name, params)) as CommandResult<N>
  }

  async execute({ name, params }: Command): Promise<Answer> {
    return this.request('command', name, params)
  }

  async query<N extends QueryName>(name: N, params: QueryParams<N>): Promise<QueryResults[N]> {
    return (await this.ask('query', name, params)) as QueryResults[N]
  }

  async project<N extends ProjectRequestName>(name: N, params: ProjectRequestParams<N>): Promise<ProjectRequestResults[N]> {
    return (await this.ask('project', name, params)) as ProjectRequestResults[N]
  }

  async machine<N extends MachineRequestName>(name: N, params: MachineRequestParams<N>): Promise<MachineRequestResults[N]> {
    return (await this.ask('machine', name, params)) as MachineRequestResults[N]
  }

  follow(stream: StreamId, offset = 0): void {
    this.core.post({ type: 'follow', stream, offset })
  }

  /** Resolves as soon as something is so; looks after every message. */
  async until(condition: () => boolean): Promise<void> {
    if (condition()) return
    await new Promise<void>((resolve) => {
      const watch = (): void => {
        if (!condition()) return
        this.watchers.delete(watch)
        resolve()
      }
      this.watchers.add(watch)
    })
  }

  private async ask(type: 'command' | 'query' | 'project' | 'machine', name: string, params: unknown): Promise<unknown> {
    const answer = await this.request(type, name, params)
    if (answer.ok) return answer.value
    throw Object.assign(new Error(answer.error.message), answer.error)
  }

  private request(type: 'command' | 'query' | 'project' | 'machine', name: string, params: unknown): Promise<Answer> {
    const id = this.nextId++
    return new Promise((resolve) => {
      this.waiting.set(id, resolve)
      this.core.post({ type, id, name, params })
    })
  }

  private receive(message: CoreMessage): void {
    if (JSON.stringify(JSON.parse(JSON.stringify(message))) !== JSON.stringify(message)) throw new Error('a message is not JSON-safe')
    switch (message.type) {
      case 'result':
        this.settle(message.id, { ok: true, value: message.value })
        break
      case 'error':
        this.settle(message.id, { ok: false, error: message.error })
        break
      case 'snapshot':
        this.records.clear()
        for (const record of message.records) this.records.set(record.id, record)
        this.simTime = message.simTime
        break
      case 'frame':
        applyDiff(this.records, message.diff)
        this.simTime = message.simTime
        this.frames++
        this.core.post({ type: 'drawn', seq: message.seq })
        break
      case 'stream':
        this.streams.set(message.stream, (this.streams.get(message.stream) ?? '').slice(0, message.rewound ? message.offset : undefined) + message.text)
        break
      case 'machine':
        this.machines.set(message.state.machine, message.state)
        break
      case 'machines':
        for (const id of this.machines.keys()) if (!message.open.includes(id)) this.machines.delete(id)
        break
      case 'machine-closed':
        this.machines.delete(message.machine)
        this.closed.set(message.machine, message.error)
        break
      case 'status':
        this.statuses.push(message.status)
        break
    }
    for (const watch of [...this.watchers]) watch()
  }

  private settle(id: number, answer: Answer): void {
    this.waiting.get(id)?.(answer)
    this.waiting.delete(id)
  }
}
