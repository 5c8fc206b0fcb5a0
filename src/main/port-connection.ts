import type { MessagePortMain } from 'electron'
import type { Connection } from '../protocol/connection.ts'

/** The main process's end of a channel to a page. */
export function fromPortMain<Out>(port: MessagePortMain): Connection<Out, unknown> {
  return {
    post: (message) => port.postMessage(message),
    onMessage(listener) {
      port.on('message', (event) => listener(event.data))
      port.start()
    },
    onClose: (listener) => port.on('close', () => listener('the window closed its channel')),
    close: () => port.close(),
  }
}
