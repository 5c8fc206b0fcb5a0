import { concatBytes, decodeUtf8, encodeUtf8, type Bytes } from '../../base/bytes.ts'
import { MILLISECOND } from '../../simulation/units.ts'
import type { ProcessContext } from '../runtime/process-context.ts'
import { commandName, parseOptions, program } from './support.ts'

interface Answer {
  readonly status: number
  readonly head: string
  readonly body: Bytes
}

async function get(process: ProcessContext, host: string, port: number, path: string, method: string): Promise<Answer | 'unknown-host' | 'refused'> {
  await process.sleep(3 * MILLISECOND)
  const connection = process.connect(host, port)
  if (typeof connection === 'string') return connection
  await process.write(connection, encodeUtf8(`${method} ${path} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: ${commandName(process)}/8.5.0\r\nAccept: */*\r\nConnection: close\r\n\r\n`))
  const bytes = await process.readAll(connection)
  process.close(connection)
  let end = -1
  for (let at = 0; at + 3 < bytes.length && end < 0; at++) if (bytes[at] === 13 && bytes[at + 1] === 10 && bytes[at + 2] === 13 && bytes[at + 3] === 10) end = at
  const head = decodeUtf8(end < 0 ? bytes : bytes.subarray(0, end + 4))
  return { status: Number(/^HTTP\/1\.\d (\d+)/.exec(head)?.[1] ?? 0), head, body: end < 0 ? concatBytes([]) : bytes.subarray(end + 4) }
}

function parseUrl(text: string): { readonly host: string; readonly port: number; readonly path: string } | undefined {
  const match = /^(?:(https?):\/\/)?([^/:?#]+)(?::(\d+))?([/?][^#]*)?/.exec(text)
  return match ? { host: match[2]!, port: Number(match[3] ?? (match[1] === 'https' ? 443 : 80)), path: match[4] ?? '/' } : undefined
}

async function curl(process: ProcessContext): Promise<number> {
  const { flags, values, operands } = parseOptions(process.args, ['o', 'output', 'H', 'd', 'X', 'm', 'A', 'u', 'w', 'max-time', 'retry', 'connect-timeout', 'write-out'])
  const url = parseUrl(operands[0] ?? '')
  const silent = flags.has('s') && !flags.has('S')
  if (!url) return process.warn("curl: (2) no URL specified\ncurl: try 'curl --help' or 'curl --manual' for more information\n").then(() => 2)
  const answer = await get(process, url.host, url.port, url.path, flags.has('I') ? 'HEAD' : (values.get('X') ?? 'GET'))
  if (typeof answer === 'string') {
    if (!silent) await process.warn(answer === 'unknown-host' ? `curl: (6) Could not resolve host: ${url.host}\n` : `curl: (7) Failed to connect to ${url.host} port ${url.port} after 0 ms: Couldn't connect to server\n`)
    return answer === 'unknown-host' ? 6 : 7
  }
  if ((flags.has('f') || flags.has('fail')) && answer.status >= 400) {
    if (!silent) await process.warn(`curl: (22) The requested URL returned error: ${answer.status}\n`)
    return 22
  }
  const file = values.get('o') ?? values.get('output') ?? (flags.has('O') ? url.path.split('/').at(-1) : undefined)
  const shown = flags.has('I') ? encodeUtf8(answer.head) : flags.has('i') ? concatBytes([encodeUtf8(answer.head), answer.body]) : answer.body
  if (file === undefined) await process.write(1, shown)
  else if (file !== '/dev/null') process.files.write(file, shown)
  const format = values.get('w') ?? values.get('write-out')
  if (format !== undefined) await process.print(format.replaceAll('%{http_code}', String(answer.status)).replaceAll('\\n', '\n'))
  return 0
}

async function wget(process: ProcessContext): Promise<number> {
  const { flags, values, operands } = parseOptions(process.args, ['O', 'P', 'T', 't', 'output-document'])
  const url = parseUrl(operands[0] ?? '')
  if (!url) return process.warn('wget: missing URL\n').then(() => 1)
  const quiet = flags.has('q')
  const answer = await get(process, url.host, url.port, url.path, 'GET')
  if (typeof answer === 'string') {
    if (!quiet) await process.warn(answer === 'unknown-host' ? `wget: unable to resolve host address '${url.host}'\n` : `Connecting to ${url.host}:${url.port}... failed: Connection refused.\n`)
    return 4
  }
  if (answer.status >= 400) {
    if (!quiet) await process.warn(`ERROR ${answer.status}: ${/^HTTP\/\S+ \d+ (.*)\r/.exec(answer.head)?.[1] ?? ''}.\n`)
    return 8
  }
  const file = values.get('O') ?? values.get('output-document') ?? (url.path.split('/').at(-1) || 'index.html')
  if (file === '-') await process.write(1, answer.body)
  else {
    process.files.write(file, answer.body)
    if (!quiet) await process.warn(`'${file}' saved [${answer.body.length}/${answer.body.length}]\n`)
  }
  return 0
}

export const DOWNLOADERS = [program('curl', 'curl', curl), program('wget', 'wget', wget)]
