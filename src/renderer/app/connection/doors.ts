import type { Connection } from '../../../protocol/connection.ts'
import type { HostApi } from '../../../protocol/host.ts'
import { CORE_PORT } from '../../../protocol/host.ts'
import type { ClientMessage, CoreMessage } from '../../../protocol/messages.ts'

export type CoreConnection = Connection<ClientMessage, CoreMessage>
export type Door = () => Promise<CoreConnection>

declare global {
  interface Window {
    /** Present in the desktop window only. */
    readonly glasshouse?: HostApi
  }
}

const TOKEN_KEY = 'glasshouse.token'

/** The start's secret: it comes in the address fragment and must survive a reload, but not be bookmarked. */
function takeToken(): string {
  const given = new URLSearchParams(location.hash.slice(1)).get('t')
  if (given) {
    sessionStorage.setItem(TOKEN_KEY, given)
    history.replaceState(null, '', location.pathname + location.search)
  }
  return given ?? sessionStorage.getItem(TOKEN_KEY) ?? ''
}

/** Keeps what arrives before somebody listens: the contract of `Connection`. */
class Inbox {
  private listener: ((message: CoreMessage) => void) | null = null
  private readonly waiting: CoreMessage[] = []

  take(message: CoreMessage): void {
    if (this.listener) this.listener(message)
    else this.waiting.push(message)
  }

  listen(listener: (message: CoreMessage) => void): void {
    this.listener = listener
    for (const message of this.waiting.splice(0)) listener(message)
  }
}

/** The browser door: a WebSocket on the address the page came from. */
export const webSocketDoor: Door = () => new Promise((resolve, reject) => {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
  const socket = new WebSocket(`${scheme}://${location.host}/core?t=${encodeURIComponent(takeToken())}`)
  const inbox = new Inbox()
  let closed: (reason: string) => void = () => undefined
  let open = false
  socket.onmessage = (event: MessageEvent<string>) => inbox.take(JSON.parse(event.data) as CoreMessage)
  socket.onclose = (event) => {
    if (open) closed(event.reason)
    else reject(new Error(event.reason || 'closed'))
  }
  socket.onopen = () => {
    open = true
    resolve({
      post: (message) => socket.send(JSON.stringify(message)),
      onMessage: (listener) => inbox.listen(listener),
      onClose: (listener) => { closed = listener },
      close: () => socket.close(),
    })
  }
})

/** The desktop door: a MessagePort, handed over by the preload. */
export function desktopDoor(host: HostApi): Door {
  return () => new Promise((resolve, reject) => {
    const receive = (event: MessageEvent<unknown>) => {
      const port = event.ports[0]
      if (event.source !== window || event.data !== CORE_PORT || !port) return
      window.removeEventListener('message', receive)
      resolve(fromPort(port))
    }
    window.addEventListener('message', receive)
    host.connect().catch((error: unknown) => {
      window.removeEventListener('message', receive)
      reject(error instanceof Error ? error : new Error(String(error)))
    })
  })
}

function fromPort(port: MessagePort): CoreConnection {
  const inbox = new Inbox()
  port.onmessage = (event: MessageEvent<CoreMessage>) => inbox.take(event.data)
  return {
    post: (message) => port.postMessage(message),
    onMessage: (listener) => inbox.listen(listener),
    onClose: (listener) => { port.addEventListener('close', () => listener('')) },
    close: () => port.close(),
  }
}

export const defaultDoor = (): Door => (window.glasshouse ? desktopDoor(window.glasshouse) : webSocketDoor)
