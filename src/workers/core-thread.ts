import type { MessagePort } from 'node:worker_threads'
import type { Connection } from '../protocol/connection.ts'
import type { ErrorInfo } from '../protocol/errors.ts'
import type { ClientMessage, CoreMessage } from '../protocol/messages.ts'
import { errorInfo } from '../core/session/commands.ts'
import type { MachineSettings } from './machine-settings.ts'
import type { MachineThread } from './machine-thread.ts'
import { SessionHost } from './session-host.ts'

/** What a core is started with. */
export interface CoreSettings {
  /** Folder for work that was never saved; null keeps none. */
  readonly dataDir: string | null
  /** Version of the app. */
  readonly app: string
  /** Project to open; null goes on with what was not saved. */
  readonly open: string | null
}

/** To the thread. */
export type CoreOrder =
  /** A window, at the other end of this port. `restarted` says why it was without a core for a while. */
  | { readonly type: 'connect'; readonly port: MessagePort; readonly restarted: string | undefined }
  | { readonly type: 'stop'; readonly discard: boolean }

/** From the thread. */
export type CoreReport =
  | { readonly type: 'failed'; readonly error: ErrorInfo }
  | { readonly type: 'log'; readonly text: string }
  | { readonly type: 'stopped' }

/** The inside of the core's thread: one host, and orders from outside. */
export function serveCore(settings: CoreSettings, spawnMachine: (settings: MachineSettings) => MachineThread, report: (report: CoreReport) => void): (order: CoreOrder) => void {
  const host = SessionHost.start({ ...settings, spawnMachine, log: (text) => report({ type: 'log', text }) })
  host.catch((error: unknown) => report({ type: 'failed', error: errorInfo(error) }))
  return (order) => {
    host.then(
      (started) => {
        if (order.type === 'connect') return started.connect(fromPort(order.port), order.restarted)
        started.close(order.discard)
        report({ type: 'stopped' })
      },
      () => {
        if (order.type === 'stop') report({ type: 'stopped' })
        else order.port.close()
      },
    )
  }
}

/** A Node message port as a connection. It keeps what comes before somebody listens. */
export function fromPort(port: MessagePort): Connection<CoreMessage, ClientMessage> {
  return {
    post: (message) => port.postMessage(message),
    onMessage: (listener) => void port.on('message', listener),
    onClose: (listener) => void port.on('close', () => listener('the window is gone')),
    close: () => port.close(),
  }
}
