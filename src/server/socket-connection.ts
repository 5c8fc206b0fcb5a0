import type { WebSocket } from 'ws'
import type { Connection } from '../protocol/connection.ts'

/** A reader that let this much pile up is gone or stuck; it can come back and resync. */
const MAX_UNSENT_BYTES = 512 * 1024 * 1024

/**
 * The server's end of a tab's socket. What is not JSON comes out as the text itself, which no schema accepts, so that
 * it is answered like any other malformed message.
 */
export function fromSocket<Out>(socket: WebSocket): Connection<Out, unknown> {
  return {
    post(message) {
      if (socket.readyState !== socket.OPEN) return
      if (socket.bufferedAmount > MAX_UNSENT_BYTES) socket.terminate()
      else socket.send(JSON.stringify(message))
    },
    onMessage: (listener) => void socket.on('message', (data: Buffer) => listener(parsed(data.toString('utf8')))),
    onClose: (listener) => void socket.on('close', (code) => listener(`the tab's socket closed (${code})`)),
    close: () => socket.close(1001, 'the session ended'),
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
