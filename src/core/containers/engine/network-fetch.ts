import type { HttpAnswer } from '../../../protocol/commands.ts'
import { concatBytes, decodeUtf8, encodeUtf8, type Bytes } from '../../base/bytes.ts'
import { Failure } from '../../base/failure.ts'
import type { Simulation } from '../../simulation/simulation.ts'
import { SECOND } from '../../simulation/units.ts'
import type { SocketConnection } from '../runtime/kernel.ts'

const LIMIT = 1_000_000
const PATIENCE = 30 * SECOND

/**
 * One GET over an open connection, HTTP/1.1, answered when the server has sent everything. It takes virtual time: with the clock
 * stopped the answer waits too.
 */
export function httpGet(connection: SocketConnection, host: string, path: string, simulation: Simulation): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const parts: Bytes[] = []
    let size = 0
    let over = false
    const timer = simulation.schedule(PATIENCE, () => finish(true))
    const finish = (ended: boolean): void => {
      if (over) return
      const answer = parseAnswer(concatBytes(parts), ended)
      if (!answer && !ended) return
      over = true
      timer.dispose()
      connection.closeWrite()
      if (answer) resolve(answer)
      else reject(new Failure('conflict', `curl: (52) Empty reply from server`, 'What listens on that port does not speak HTTP.'))
    }
    connection.onData((bytes) => {
      if (size > LIMIT) return
      size += bytes.length
      parts.push(bytes)
      finish(false)
    })
    connection.onClose(() => finish(true))
    connection.send(encodeUtf8(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: Glasshouse\r\nAccept: */*\r\nConnection: close\r\n\r\n`))
  })
}

/** The answer, once it is complete by its own account, or as far as it came when the connection has `ended`. */
function parseAnswer(bytes: Bytes, ended: boolean): HttpAnswer | undefined {
  const text = String.fromCharCode(...bytes.subarray(0, 65_536))
  const head = text.indexOf('\r\n\r\n')
  const status = /^HTTP\/1\.[01] (\d{3}) ?([^\r]*)/.exec(text)
  if (head < 0 || !status) return undefined
  const headers: Record<string, string> = {}
  for (const line of text.slice(0, head).split('\r\n').slice(1)) {
    const colon = line.indexOf(':')
    if (colon > 0) headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim()
  }
  const rest = bytes.subarray(head + 4)
  const chunked = headers['transfer-encoding'] === 'chunked'
  const body = chunked ? unchunk(rest) : rest
  const length = headers['content-length'] === undefined ? undefined : Number(headers['content-length'])
  const complete = chunked ? body !== undefined : length !== undefined && rest.length >= length
  if (!complete && !ended) return undefined
  return { status: Number(status[1]), statusText: status[2] ?? '', headers, body: decodeUtf8((body ?? rest).subarray(0, chunked ? undefined : length)) }
}

function unchunk(bytes: Bytes): Bytes | undefined {
  const parts: Bytes[] = []
  for (let at = 0; ;) {
    const end = bytes.indexOf(13, at)
    if (end < 0) return undefined
    const size = parseInt(decodeUtf8(bytes.subarray(at, end)), 16)
    if (!(size >= 0) || end + 2 + size + 2 > bytes.length) return undefined
    if (size === 0) return concatBytes(parts)
    parts.push(bytes.subarray(end + 2, end + 2 + size))
    at = end + 2 + size + 2
  }
}
