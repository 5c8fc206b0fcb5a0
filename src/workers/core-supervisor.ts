import { MessageChannel, type MessagePort, type Transferable } from 'node:worker_threads'
import type { Connection } from '../protocol/connection.ts'
import type { ErrorInfo } from '../protocol/errors.ts'
import type { ClientMessage, CoreMessage, StreamId } from '../protocol/messages.ts'
import type { CoreOrder, CoreReport, CoreSettings } from './core-thread.ts'

/** A core, from outside: windows connect to it, and it outlives its thread. */
export interface CoreHost {
  /** A new window's channel. */
  connect(): Connection<ClientMessage, CoreMessage>
  /** Ends the core in good order. `discard`: what was not saved is not wanted any more, and will not come back. */
  stop(discard?: boolean): Promise<void>
}

/** A thread in which a core lives: a worker, or for tests something like one. */
export interface CoreThread {
  post(order: CoreOrder, transfer: readonly Transferable[]): void
  onReport(listener: (report: CoreReport) => void): void
  onExit(listener: (reason: string) => void): void
  terminate(): void
}

type SpawnCore = (settings: CoreSettings) => CoreThread

/** A thread that dies this often within a minute is not started again. */
const MOST_DEATHS = 3
const MINUTE = 60_000

/** Keeps a core running: when its thread dies, a new one takes over from the journal, and the windows are told. */
export class CoreSupervisor implements CoreHost {
  private readonly settings: CoreSettings
  private readonly spawn: SpawnCore
  private readonly log: (text: string) => void
  private readonly windows = new Set<WindowChannel>()
  private readonly deaths: number[] = []
  private thread: CoreThread
  private path: string | null
  private whenStopped: (() => void) | undefined
  private failure: ErrorInfo | undefined

  constructor(settings: CoreSettings, spawn: SpawnCore, log: (text: string) => void) {
    this.settings = settings
    this.spawn = spawn
    this.log = log
    this.path = settings.open
    this.thread = this.start()
  }

  connect(): Connection<ClientMessage, CoreMessage> {
    const window = new WindowChannel((message) => this.overhear(message), () => this.windows.delete(window))
    this.windows.add(window)
    this.attach(window, undefined)
    return window
  }

  async stop(discard = false): Promise<void> {
    for (const window of this.windows) window.detach()
    if (this.failure) return
    await new Promise<void>((stopped) => {
      this.whenStopped = stopped
      this.thread.post({ type: 'stop', discard }, [])
    })
    this.thread.terminate()
    for (const window of [...this.windows]) window.close()
  }

  private start(): CoreThread {
    const thread = this.spawn({ ...this.settings, open: this.path })
    thread.onReport((report) => this.hear(report))
    thread.onExit((reason) => this.revive(reason))
    return thread
  }

  private hear(report: CoreReport): void {
    if (report.type === 'log') this.log(report.text)
    else if (report.type === 'failed') this.fail(report.error)
    else this.whenStopped?.()
  }

  private revive(reason: string): void {
    if (this.whenStopped) return this.whenStopped()
    if (this.failure) return
    this.log(`the core stopped: ${reason}`)
    const now = performance.now()
    this.deaths.push(now)
    if (this.deaths.filter((at) => now - at < MINUTE).length > MOST_DEATHS) {
      return this.fail({ code: 'internal', message: `The simulation stopped again and again: ${reason}.`, hint: 'Your work is in the journal. Start Glasshouse again, or open another project.' })
    }
    this.thread = this.start()
    for (const window of this.windows) this.attach(window, reason)
  }

  private attach(window: WindowChannel, restarted: string | undefined): void {
    if (this.failure) return window.deliver({ type: 'status', status: { state: 'failed', error: this.failure } })
    const { port1, port2 } = new MessageChannel()
    this.thread.post({ type: 'connect', port: port2, restarted }, [port2])
    window.attach(port1)
  }

  private fail(error: ErrorInfo): void {
    this.failure = error
    for (const window of this.windows) {
      window.interrupt(error)
      window.deliver({ type: 'status', status: { state: 'failed', error } })
    }
  }

  /** Where the project lies is what a new thread has to know. */
  private overhear(message: CoreMessage): void {
    if (message.type === 'status' && message.status.state !== 'failed') this.path = message.status.project.path
  }
}

/** One window's channel, which goes on when the thread behind it is replaced. */
class WindowChannel implements Connection<ClientMessage, CoreMessage> {
  private readonly overhear: (message: CoreMessage) => void
  private readonly left: () => void
  /** Requests without an answer. */
  private readonly open = new Set<number>()
  /** Where each followed stream stands. */
  private readonly streams = new Map<StreamId, number>()
  private readonly kept: CoreMessage[] = []
  private port: MessagePort | undefined
  private listener: ((message: CoreMessage) => void) | undefined
  private whenClosed: ((reason: string) => void) | undefined
  private synced = false
  private closed = false

  constructor(overhear: (message: CoreMessage) => void, left: () => void) {
    this.overhear = overhear
    this.left = left
  }

  post(message: ClientMessage): void {
    if (message.type === 'command' || message.type === 'query' || message.type === 'project' || message.type === 'machine') this.open.add(message.id)
    else if (message.type === 'resync') this.synced = true
    else if (message.type === 'follow') this.streams.set(message.stream, message.offset)
    else if (message.type === 'unfollow') this.streams.delete(message.stream)
    this.port?.postMessage(message)
  }

  onMessage(listener: (message: CoreMessage) => void): void {
    this.listener = listener
    for (const message of this.kept.splice(0)) listener(message)
  }

  onClose(listener: (reason: string) => void): void {
    this.whenClosed = listener
  }

  close(): void {
    if (this.closed) return
    this.closed = true
    this.detach()
    this.left()
    this.whenClosed?.('closed')
  }

  detach(): void {
    this.port?.removeAllListeners()
    this.port?.close()
    this.port = undefined
  }

  /** A port to a thread: the first, or a new one in place of one that is gone. */
  attach(port: MessagePort): void {
    const again = this.port !== undefined
    this.detach()
    this.port = port
    port.on('message', (message: CoreMessage) => this.receive(message))
    if (!again) return
    this.interrupt({ code: 'internal', message: 'The simulation was restarted before it answered.', hint: 'Look whether it was done, and try again if not.' })
    if (this.synced) port.postMessage({ type: 'resync' } satisfies ClientMessage)
    for (const [stream, offset] of this.streams) port.postMessage({ type: 'follow', stream, offset } satisfies ClientMessage)
  }

  /** Answers what nobody else will answer any more. */
  interrupt(error: ErrorInfo): void {
    for (const id of this.open) this.deliver({ type: 'error', id, error })
    this.open.clear()
  }

  deliver(message: CoreMessage): void {
    if (this.listener) this.listener(message)
    else this.kept.push(message)
  }

  private receive(message: CoreMessage): void {
    if (message.type === 'result' || message.type === 'error') this.open.delete(message.id)
    if (message.type === 'stream') this.streams.set(message.stream, message.offset + message.text.length)
    this.overhear(message)
    this.deliver(message)
  }
}
