import { concatBytes, decodeUtf8, encodeUtf8, type Bytes } from '../../base/bytes.ts'
import type { ProcessContext } from '../runtime/process-context.ts'
import { formatTime, now } from './clock.ts'

export interface HttpRequest {
  readonly method: string
  readonly target: string
  readonly headers: ReadonlyMap<string, string>
}

const HEAD_END = '\r\n\r\n'
const MAX_HEAD = 65_536

/** Reads a request's head from a connection; undefined when it is closed or no HTTP. */
export async function readRequest(process: ProcessContext, fd: number): Promise<HttpRequest | undefined> {
  let text = ''
  while (!text.includes(HEAD_END) && text.length < MAX_HEAD) {
    const part = await process.read(fd)
    if (part.length === 0) return undefined
    text += decodeUtf8(part)
  }
  const [first = '', ...lines] = text.split(HEAD_END)[0]!.split('\r\n')
  const match = /^([A-Z]+) (\S+) HTTP\/1\.[01]$/.exec(first)
  if (!match) return undefined
  return { method: match[1]!, target: match[2]!, headers: new Map(lines.map((line) => [line.split(':')[0]!.toLowerCase(), line.slice(line.indexOf(':') + 1).trim()])) }
}

export async function respond(process: ProcessContext, fd: number, server: string, status: string, type: string, body: Bytes, headOnly: boolean): Promise<void> {
  const head = `HTTP/1.1 ${status}\r\nServer: ${server}\r\nDate: ${formatTime(now(process), '%a, %d %b %Y %H:%M:%S')} GMT\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\nConnection: close${HEAD_END}`
  await process.write(fd, headOnly ? encodeUtf8(head) : concatBytes([encodeUtf8(head), body]))
  process.close(fd)
}

const TYPES: Readonly<Record<string, string>> = { html: 'text/html', htm: 'text/html', css: 'text/css', js: 'application/javascript', json: 'application/json', png: 'image/png', jpg: 'image/jpeg', svg: 'image/svg+xml', txt: 'text/plain', ico: 'image/x-icon' }
export const contentType = (path: string): string => TYPES[path.split('.').at(-1) ?? ''] ?? 'application/octet-stream'

/** A path that a URL names below a root; `..` cannot leave it. */
export function safePath(root: string, target: string): string {
  const parts: string[] = []
  for (const part of target.split(/[?#]/)[0]!.replace(/%20/g, ' ').split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `${root.replace(/\/+$/, '')}/${parts.join('/')}`
}
