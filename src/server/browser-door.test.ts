import { mkdtempSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { CoreHost } from '../workers/core-client.ts'
import { type BrowserDoor, openBrowserDoor, type SessionAddress } from './browser-door.ts'

/** A core that answers each question with its own name: what is tested here is who reaches it. */
function namedCore(name: string): CoreHost & { readonly heard: unknown[] } {
  const heard: unknown[] = []
  return {
    heard,
    connect() {
      let listener: (message: never) => void = () => undefined
      return {
        post(message) {
          heard.push(message)
          if ('id' in message) listener({ type: 'result', id: message.id, value: name } as never)
        },
        onMessage: (given) => { listener = given },
        onClose: () => undefined,
        close: () => undefined,
      }
    },
    stop: async () => undefined,
  }
}

let folder: string
let door: BrowserDoor
let core: ReturnType<typeof namedCore>
let session: SessionAddress

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'glasshouse-door-'))
  const renderer = join(folder, 'renderer')
  mkdirSync(join(renderer, 'assets'), { recursive: true })
  writeFileSync(join(renderer, 'index.html'), '<p>the app</p>')
  writeFileSync(join(renderer, 'assets', 'a.js'), 'export {}')
  writeFileSync(join(folder, 'secret.js'), 'secret')
  symlinkSync(join(folder, 'secret.js'), join(renderer, 'link.js'))
  door = await openBrowserDoor({ rendererFolder: renderer, port: 0, maxMessageBytes: 10_000, maxTabs: 2 })
  core = namedCore('first')
  session = door.addSession(core, '/named.glasshouse')
})
afterEach(async () => {
  await door.stop()
  rmSync(folder, { recursive: true })
})

interface Answer {
  readonly status: number
  readonly headers: Record<string, unknown>
  readonly body: string
}

/** One request exactly as written: no client tidies up the path. */
function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((done, failed) => {
    request({ host: '127.0.0.1', port: door.port, path, method, headers }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (chunk: string) => { body += chunk })
      response.on('end', () => done({ status: response.statusCode ?? 0, headers: response.headers, body }))
    }).on('error', failed).end()
  })
}

const own = (): string => `http://127.0.0.1:${door.port}`
const tokenOf = (address: SessionAddress): string => new URL(address.url).hash.slice('#t='.length)

/** The open socket, or the HTTP status with which it was refused. */
function tab(token: string, headers: Record<string, string> = {}): Promise<WebSocket | number> {
  const socket = new WebSocket(`ws://127.0.0.1:${door.port}/core?t=${token}`, { headers: { origin: own(), ...headers } })
  return new Promise((done) => {
    socket.once('open', () => done(socket))
    socket.once('unexpected-response', (_request, response) => done(response.statusCode ?? 0))
    socket.on('error', () => undefined)
  })
}

async function openTab(address: SessionAddress): Promise<WebSocket> {
  const socket = await tab(tokenOf(address))
  if (typeof socket === 'number') throw new Error(`refused with ${socket}`)
  return socket
}

function ask(socket: WebSocket, data: string): Promise<unknown> {
  return new Promise((done) => {
    socket.once('message', (text: Buffer) => done(JSON.parse(text.toString('utf8'))))
    socket.send(data)
  })
}

describe('files', () => {
  test('the app comes with a strict policy; assets may be cached', async () => {
    const page = await get('/')
    expect(page).toMatchObject({ status: 200, body: '<p>the app</p>' })
    expect(page.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-cache', 'x-frame-options': 'DENY' })
    expect(page.headers['content-security-policy']).toContain("default-src 'self'; script-src 'self';")
    expect((await get('/assets/a.js')).headers['cache-control']).toContain('immutable')
    expect(await get('/', {}, 'HEAD')).toMatchObject({ status: 200, body: '' })
  })

  test.each([
    '/../secret.js', '/..%2fsecret.js', '/%2e%2e/secret.js', '/assets/..%2f..%2fsecret.js', '/assets/%2e%2e%2f%2e%2e%2fsecret.js',
    '/..%5csecret.js', '/%00', '/a%00.js', '//etc/passwd', '/link.js', '/%E0%A4%A', '/.hidden', '/assets//a.js', '/C:%5csecret.js', '/./index.html',
  ])('%s is refused', async (path) => {
    expect(await get(path)).toMatchObject({ status: 403, body: '403 Forbidden\n' })
  })

  test('folders are not listed, and unknown files and paths beyond a file are not found', async () => {
    for (const path of ['/assets', '/none.js', '/index.html/x.js', `/${'a'.repeat(400)}.js`]) expect((await get(path)).status).toBe(404)
  })

  test('only GET and HEAD', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) expect((await get('/', {}, method)).status).toBe(405)
  })

  test('a name that was made to point here is refused, and so are pages of other sites', async () => {
    for (const host of ['evil.example', `evil.example:${door.port}`, '127.0.0.1', '127.0.0.1:1', `127.0.0.1.evil.example:${door.port}`]) {
      expect((await get('/', { host })).status).toBe(403)
    }
    expect((await get('/', { origin: 'https://evil.example' })).status).toBe(403)
    expect((await get('/', { host: `localhost:${door.port}`, origin: `http://localhost:${door.port}` })).status).toBe(200)
  })
})

describe('sessions', () => {
  test('the right token from an own page reaches its core, and only its', async () => {
    const other = door.addSession(namedCore('second'), null)
    expect(tokenOf(other)).not.toBe(tokenOf(session))
    const question = JSON.stringify({ type: 'query', id: 5, name: 'state.hash', params: {} })
    expect(await ask(await openTab(session), question)).toEqual({ type: 'result', id: 5, value: 'first' })
    expect(await ask(await openTab(other), question)).toEqual({ type: 'result', id: 5, value: 'second' })
  })

  test('a wrong, short, long or missing token is refused', async () => {
    const token = tokenOf(session)
    expect(Buffer.from(token, 'base64url').length).toBe(32)
    for (const wrong of ['', 'x', token.slice(1), `${token}x`, token.toLowerCase(), 'x'.repeat(10_000)]) expect(await tab(wrong)).toBe(403)
  })

  test('a foreign origin or host is refused even with the token', async () => {
    const token = tokenOf(session)
    for (const origin of ['https://evil.example', 'null', `http://evil.example:${door.port}`, `https://127.0.0.1:${door.port}`, 'http://127.0.0.1:1', '']) {
      expect(await tab(token, { origin })).toBe(403)
    }
    expect(await tab(token, { host: `evil.example:${door.port}` })).toBe(403)
  })

  test('a socket without an origin, and another path, are refused', async () => {
    const upgrade = (path: string, extra: string): Promise<string> => new Promise((done) => {
      const socket = connect(door.port, '127.0.0.1', () => {
        socket.write(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${door.port}\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: MTIzNDU2Nzg5MDEyMzQ1Ng==\r\n${extra}\r\n`)
      })
      socket.once('data', (data) => { done(data.toString('latin1').split('\r\n')[0] ?? ''); socket.destroy() })
    })
    expect(await upgrade(`/core?t=${tokenOf(session)}`, '')).toBe('HTTP/1.1 403 Forbidden')
    expect(await upgrade(`/other?t=${tokenOf(session)}`, `origin: ${own()}\r\n`)).toBe('HTTP/1.1 403 Forbidden')
    expect(await upgrade(`/core?t=${tokenOf(session)}`, `origin: ${own()}\r\n`)).toBe('HTTP/1.1 101 Switching Protocols')
  })

  test('more tabs than allowed are turned away until one closes', async () => {
    const [first] = [await openTab(session), await openTab(session)]
    expect(await tab(tokenOf(session))).toBe(503)
    const closed = new Promise((done) => first.once('close', done))
    first.close()
    await closed
    await expect.poll(() => tab(tokenOf(session))).toBeInstanceOf(WebSocket)
  })

  test('what is no message is answered with an error, never reaches the core, and the next one works', async () => {
    const socket = await openTab(session)
    for (const nonsense of ['not json', 'null', '[]', '1', '"text"', '{}', '{"type":"zzz"}', '{"type":"command"}', '{"type":"command","id":-1,"name":"x","params":{}}', '{"type":"follow","stream":"../x","offset":0}', '{"type":"__proto__","id":3}']) {
      expect(await ask(socket, nonsense)).toMatchObject({ type: 'error', error: { code: 'invalid' } })
    }
    expect(await ask(socket, '{"type":"nothing","id":7}')).toMatchObject({ type: 'error', id: 7 })
    expect(core.heard).toEqual([])
    expect(await ask(socket, '{"type":"query","id":8,"name":"catalogue","params":{}}')).toMatchObject({ type: 'result', id: 8 })
  })

  test('a tab may name the file of its session, and no other', async () => {
    const socket = await openTab(session)
    const save = (path: unknown): string => JSON.stringify({ type: 'project', id: 1, name: 'project.save-path', params: { path } })
    expect(await ask(socket, save('/etc/passwd'))).toMatchObject({ type: 'error', error: { code: 'refused' } })
    expect(await ask(socket, save({ evil: 1 }))).toMatchObject({ type: 'error', error: { code: 'refused' } })
    expect(await ask(socket, save('/named.glasshouse'))).toMatchObject({ type: 'result' })
  })

  test('too long a message closes its own socket and nothing else', async () => {
    const socket = await openTab(session)
    const closed = new Promise<number>((done) => socket.once('close', done))
    socket.send('x'.repeat(20_000))
    expect([1006, 1009]).toContain(await closed)
    expect(await tab(tokenOf(session))).toBeInstanceOf(WebSocket)
  })

  test('an address to open leads to the session once', async () => {
    const address = new URL(session.once())
    expect(address.href).not.toContain(tokenOf(session))
    expect(await get(address.pathname + address.search)).toMatchObject({ status: 302, headers: { location: `/#t=${tokenOf(session)}`, 'cache-control': 'no-store' } })
    expect((await get(address.pathname + address.search)).status).not.toBe(302)
  })
})

test('the door is on loopback only, and closes with its sockets', async () => {
  const socket = await openTab(session)
  const closed = new Promise((done) => socket.once('close', done))
  await door.stop()
  await closed
  await expect(get('/')).rejects.toThrow(/ECONNREFUSED/)
  door = await openBrowserDoor({ rendererFolder: join(folder, 'renderer'), port: 0 })
})
