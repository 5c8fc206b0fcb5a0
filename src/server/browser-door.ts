import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { SECURITY_HEADERS } from '../door/content-policy.ts'
import { readRendererFile } from '../door/renderer-files.ts'
import { guarded } from '../door/guarded.ts'
import { pipe } from '../protocol/connection.ts'
import type { CoreHost } from '../workers/core-client.ts'
import { hasOwnHost, hasOwnOrigin, newToken, sameToken } from './access.ts'
import { OneTimeAddresses } from './one-time-addresses.ts'
import { fromSocket } from './socket-connection.ts'

/** A project file comes in one message, as base64. */
const MAX_MESSAGE_BYTES = 384 * 1024 * 1024
const MAX_TABS = 32
const MAX_TCP_CONNECTIONS = 256

export interface BrowserDoor {
  readonly port: number
  /** A session of its own: a core of its own, reached only with the token in its address. Its tabs may name `file`, and no other. */
  addSession(core: CoreHost, file: string | null): SessionAddress
  /** Closes every socket and stops every core. */
  stop(): Promise<void>
}

export interface SessionAddress {
  /** With the session's token; good until the door is closed. */
  readonly url: string
  /** An address that leads to `url` once and only for two minutes: for a program's arguments, which others can read. */
  readonly once: () => string
}

export interface DoorOptions {
  /** Folder of the built renderer. */
  readonly rendererFolder: string
  /** 0 takes any free one. */
  readonly port: number
  readonly maxMessageBytes?: number
  readonly maxTabs?: number
}

/** Starts to listen, on this machine's loopback interface only. Rejects when the port is taken. */
export async function openBrowserDoor(options: DoorOptions): Promise<BrowserDoor> {
  const sessions = new Map<string, Session>()
  const once = new OneTimeAddresses(() => performance.now())
  const tabs = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: options.maxMessageBytes ?? MAX_MESSAGE_BYTES })
  const server = createServer((request, response) => {
    void answer(request, response, { folder: options.rendererFolder, port: portOf(server), once }).catch(() => refuse(response, 500))
  })
  server.maxConnections = MAX_TCP_CONNECTIONS
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    const session = sessionFor(request, portOf(server), sessions)
    if (!session) return refuseUpgrade(socket, 403)
    if (tabs.clients.size >= (options.maxTabs ?? MAX_TABS)) return refuseUpgrade(socket, 503)
    tabs.handleUpgrade(request, socket, head, (tab) => {
      // A protocol error (such as too long a message) closes the tab's socket by itself; it must not end the process.
      tab.on('error', () => tab.terminate())
      pipe(guarded(session.core.connect(), (path) => path === session.file), fromSocket(tab))
    })
  })
  await listen(server, options.port)
  const port = portOf(server)
  return {
    port,
    addSession(core, file) {
      const token = newToken()
      sessions.set(token, { core, file })
      const origin = `http://127.0.0.1:${port}`
      const page = `/#t=${token}`
      return { url: origin + page, once: () => origin + once.add(page) }
    },
    async stop() {
      for (const tab of tabs.clients) tab.terminate()
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
      await Promise.all([...sessions.values()].map(({ core }) => core.stop()))
    },
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((done, failed) => {
    server.once('error', failed)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', failed)
      done()
    })
  })
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port

interface Pages {
  readonly folder: string
  readonly port: number
  readonly once: OneTimeAddresses
}

async function answer(request: IncomingMessage, response: ServerResponse, { folder, port, once }: Pages): Promise<void> {
  if (!hasOwnHost(request, port) || !hasOwnOrigin(request, port, false)) return refuse(response, 403)
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405)
  const session = request.method === 'GET' ? once.take(request.url ?? '') : null
  if (session !== null) return redirect(response, session)
  const found = await readRendererFile(folder, (request.url ?? '/').replace(/[?#].*$/, ''))
  if (found.status !== 200) return refuse(response, found.status)
  const { body, mediaType, immutable } = found.file
  const caching = immutable ? 'private, max-age=31536000, immutable' : 'no-cache'
  response.writeHead(200, { ...SECURITY_HEADERS, 'content-type': mediaType, 'content-length': body.byteLength, 'cache-control': caching })
  response.end(request.method === 'HEAD' ? undefined : body)
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(302, { ...SECURITY_HEADERS, location, 'cache-control': 'no-store' })
  response.end()
}

function refuse(response: ServerResponse, status: number): void {
  if (response.headersSent) return void response.destroy()
  response.writeHead(status, { ...SECURITY_HEADERS, 'content-type': 'text/plain; charset=utf-8' })
  response.end(`${status} ${STATUS_CODES[status]}\n`)
}

interface Session {
  readonly core: CoreHost
  readonly file: string | null
}

/** The session whose token the request carries, if it may have it. Every token is compared, so that time tells nothing. */
function sessionFor(request: IncomingMessage, port: number, sessions: ReadonlyMap<string, Session>): Session | undefined {
  const [path, query] = (request.url ?? '').split('?')
  if (path !== '/core' || !hasOwnHost(request, port) || !hasOwnOrigin(request, port, true)) return undefined
  const given = new URLSearchParams(query).get('t') ?? ''
  return [...sessions].filter(([token]) => sameToken(given, token)).map(([, session]) => session)[0]
}

function refuseUpgrade(socket: Duplex, status: number): void {
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
}
