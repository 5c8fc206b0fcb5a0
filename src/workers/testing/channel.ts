import { MessageChannel } from 'node:worker_threads'
import type { Connection } from '../../protocol/connection.ts'
import type { ClientMessage, CoreMessage } from '../../protocol/messages.ts'
import { fromPort } from '../core-thread.ts'

/** Both ends of a channel between a window and a core in this process. */
export function makeChannel(): { window: Connection<ClientMessage, CoreMessage>; core: Connection<CoreMessage, ClientMessage> } {
  const { port1, port2 } = new MessageChannel()
  const window: Connection<ClientMessage, CoreMessage> = {
    post: (message) => port1.postMessage(message),
    onMessage: (listener) => void port1.on('message', listener),
    onClose: (listener) => void port1.on('close', () => listener('closed')),
    close: () => port1.close(),
  }
  return { window, core: fromPort(port2) }
}
