import type { CommandName, CommandParams, CommandResult, QueryName, QueryParams, QueryResults } from '../../../protocol/commands.ts'
import type { Frame, Snapshot } from '../../../protocol/diff.ts'
import type { ErrorInfo } from '../../../protocol/errors.ts'
import type { MachineRequestName, MachineRequestParams, MachineRequestResults } from '../../../protocol/machine.ts'
import type { ClientMessage, CoreMessage, CoreStatus, StreamId } from '../../../protocol/messages.ts'
import type { ProjectRequestName, ProjectRequestParams, ProjectRequestResults } from '../../../protocol/project.ts'
import { CoreError } from './core-error.ts'
import type { CoreConnection, Door } from './doors.ts'

/** What the client tells the window. */
export interface CoreListener {
  snapshot(snapshot: Snapshot): void
  frame(frame: Frame): void
  status(status: CoreStatus): void
  machine(message: MachineMessage): void
  link(state: LinkState): void
}

/** About the machines under the microscope. */
export type MachineMessage = Extract<CoreMessage, { readonly type: 'machine' | 'machines' | 'machine-closed' }>

/** `lost`: it was there and is gone; the next try is `retryInMs` away. */
export type LinkState =
  | { readonly state: 'connecting' }
  | { readonly state: 'open' }
  | { readonly state: 'lost'; readonly since: number; readonly retryInMs: number }

export type StreamListener = (text: string, offset: number) => void

type StreamMessage = Extract<CoreMessage, { readonly type: 'stream' }>

interface Pending {
  resolve(value: unknown): void
  reject(error: Error): void
}

/** Who hears a stream, and how far each of them has heard it. */
type Followers = Map<StreamListener, number>

const FIRST_RETRY_MS = 250
const LAST_RETRY_MS = 10_000
const LOST: ErrorInfo = { code: 'internal', message: 'Glasshouse lost its connection to the simulation.', hint: 'Reconnect, then try again.' }

/**
 * Speaks the wire protocol over whatever door: numbers requests, follows streams across reconnects, asks for a snapshot
 * after a gap in the sequence. It holds no records; the stores do.
 */
export class CoreClient {
  private readonly door: Door
  private readonly listener: CoreListener
  private connection: CoreConnection | null = null
  private readonly pending = new Map<number, Pending>()
  private readonly streams = new Map<StreamId, Followers>()
  private nextId = 1
  private seq: number | null = null
  private retryMs = FIRST_RETRY_MS
  private retryTimer: ReturnType<typeof setTimeout> | null = null

  constructor(door: Door, listener: CoreListener) {
    this.door = door
    this.listener = listener
  }

  connect(): void {
    if (this.retryTimer !== null) clearTimeout(this.retryTimer)
    this.retryTimer = null
    this.listener.link({ state: 'connecting' })
    this.door().then((connection) => this.opened(connection), () => this.lost())
  }

  command<N extends CommandName>(name: N, params: CommandParams<N>): Promise<CommandResult<N>> {
    return this.request('command', name, params) as Promise<CommandResult<N>>
  }

  query<N extends QueryName>(name: N, params: QueryParams<N>): Promise<QueryResults[N]> {
    return this.request('query', name, params) as Promise<QueryResults[N]>
  }

  project<N extends ProjectRequestName>(name: N, params: ProjectRequestParams<N>): Promise<ProjectRequestResults[N]> {
    return this.request('project', name, params) as Promise<ProjectRequestResults[N]>
  }

  machine<N extends MachineRequestName>(name: N, params: MachineRequestParams<N>): Promise<MachineRequestResults[N]> {
    return this.request('machine', name, params) as Promise<MachineRequestResults[N]>
  }

  /** Call once all frames up to `seq` are on the screen. */
  drawn(seq: number): void {
    this.post({ type: 'drawn', seq })
  }

  /**
   * Hears a stream from `offset` on (characters since its beginning), each character once, across reconnects, until the
   * returned function is called. The listener's second argument is where its text starts; when a stream goes back (a machine's serial
   * line, with the machine), that is before the end of what it heard, which it forgets from there on.
   */
  follow(stream: StreamId, listener: StreamListener, offset = 0): () => void {
    const followers: Followers = this.streams.get(stream) ?? new Map<StreamListener, number>()
    followers.set(listener, offset)
    this.streams.set(stream, followers)
    // The core starts over for every `follow`; who already heard a part skips it in `stream`.
    this.post({ type: 'follow', stream, offset: Math.min(...followers.values()) })
    return () => {
      followers.delete(listener)
      if (followers.size > 0 || this.streams.get(stream) !== followers) return
      this.streams.delete(stream)
      this.post({ type: 'unfollow', stream })
    }
  }

  private request(type: 'command' | 'query' | 'project' | 'machine', name: string, params: unknown): Promise<unknown> {
    if (!this.connection) return Promise.reject(new CoreError(LOST))
    const id = this.nextId++
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve, reject })
      this.post({ type, id, name, params })
    })
  }

  private post(message: ClientMessage): void {
    this.connection?.post(message)
  }

  private opened(connection: CoreConnection): void {
    this.connection = connection
    this.retryMs = FIRST_RETRY_MS
    this.seq = null
    connection.onClose(() => { if (this.connection === connection) this.lost() })
    connection.onMessage((message) => this.receive(message))
    this.listener.link({ state: 'open' })
    this.post({ type: 'resync' })
    for (const [stream, followers] of this.streams) this.post({ type: 'follow', stream, offset: Math.min(...followers.values()) })
  }

  private lost(): void {
    this.connection = null
    for (const waiting of this.pending.values()) waiting.reject(new CoreError(LOST))
    this.pending.clear()
    this.listener.link({ state: 'lost', since: Date.now(), retryInMs: this.retryMs })
    this.retryTimer = setTimeout(() => this.connect(), this.retryMs)
    this.retryMs = Math.min(this.retryMs * 2, LAST_RETRY_MS)
  }

  private receive(message: CoreMessage): void {
    switch (message.type) {
      case 'result': return this.answered(message.id)?.resolve(message.value)
      case 'error': return this.answered(message.id)?.reject(new CoreError(message.error))
      case 'snapshot':
        this.seq = message.seq
        return this.listener.snapshot(message)
      case 'frame': return this.frame(message)
      case 'stream': return this.stream(message)
      case 'machine': case 'machines': case 'machine-closed': return this.listener.machine(message)
      case 'status': return this.listener.status(message.status)
    }
  }

  private answered(id: number): Pending | undefined {
    const pending = this.pending.get(id)
    this.pending.delete(id)
    return pending
  }

  private frame(frame: Frame): void {
    // Before the snapshot nothing can be applied; after a gap the snapshot that was asked for will hold it.
    if (this.seq === null || frame.seq <= this.seq) return
    if (frame.seq !== this.seq + 1) {
      this.seq = null
      this.post({ type: 'resync' })
      return
    }
    this.seq = frame.seq
    this.listener.frame(frame)
  }

  private stream({ stream, offset, text, rewound }: StreamMessage): void {
    const end = offset + text.length
    for (const [listener, before] of this.streams.get(stream) ?? []) {
      const heard = rewound ? Math.min(before, offset) : before
      if (end <= heard && heard === before) continue
      this.streams.get(stream)?.set(listener, end)
      listener(text.slice(Math.max(0, heard - offset)), Math.max(heard, offset))
    }
  }
}
