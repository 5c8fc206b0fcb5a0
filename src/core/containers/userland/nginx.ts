import { encodeUtf8, type Bytes } from '../../base/bytes.ts'
import { MiB } from '../../simulation/units.ts'
import { FileError } from '../filesystem/file-system.ts'
import { Interrupted, ProcessGone } from '../runtime/process.ts'
import type { ProcessContext } from '../runtime/process-context.ts'
import type { Listener } from '../runtime/sockets.ts'
import { formatTime, now } from './clock.ts'
import { contentType, readRequest, respond, safePath, type HttpRequest } from './http.ts'
import { findAccount } from './accounts.ts'
import { program } from './support.ts'

interface Site {
  readonly port: number
  readonly root: string
  readonly index: readonly string[]
  readonly errorPages: ReadonlyMap<string, string>
}

const VERSION = 'nginx/1.27.0'
const CONFIGURATION = '/etc/nginx/nginx.conf'

/** Reads what this server needs of a configuration; includes are followed. */
function readConfiguration(process: ProcessContext, path: string, depth = 0): string {
  const text = process.files.text(path).replace(/#.*$/gm, '')
  return text.replace(/^\s*include\s+([^;]+);/gm, (_, pattern: string) => {
    const file = pattern.trim().startsWith('/') ? pattern.trim() : `/etc/nginx/${pattern.trim()}`
    const directory = file.slice(0, file.lastIndexOf('/'))
    if (depth > 4 || !process.files.isDirectory(directory)) return ''
    const suffix = file.slice(file.lastIndexOf('/') + 1)
    const names = process.files.list(directory).filter((name) => (suffix.startsWith('*') ? name.endsWith(suffix.slice(1)) && suffix !== '*.types' : name === suffix && !name.endsWith('.types')))
    return names.map((name) => readConfiguration(process, `${directory}/${name}`, depth + 1)).join('\n')
  })
}

function sitesOf(text: string): Site[] {
  return text.split(/\bserver\s*\{/).slice(1).map((block) => {
    const one = (name: string): string | undefined => new RegExp(`\\b${name}\\s+([^;]+);`).exec(block)?.[1]?.trim()
    const pages = [...block.matchAll(/error_page\s+([\d\s]+?)\s+(\/\S*);/g)].flatMap((match) => match[1]!.split(/\s+/).map((code): [string, string] => [code, match[2]!]))
    return { port: Number(/(\d+)(?!.*\d)/.exec((one('listen') ?? '80').replace(/\s.*/, ''))?.[1] ?? 80), root: one('root') ?? '/usr/share/nginx/html', index: (one('index') ?? 'index.html').split(/\s+/), errorPages: new Map(pages) }
  })
}

async function nginx(process: ProcessContext): Promise<number> {
  const args = process.args.join(' ')
  if (/(^| )-[vV]( |$)/.test(args)) return process.warn(`nginx version: ${VERSION}\n`).then(() => 0)
  const path = /-c (\S+)/.exec(args)?.[1] ?? CONFIGURATION
  let text: string
  try {
    text = readConfiguration(process, path)
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    await process.warn(`nginx: [emerg] open() "${path}" failed (2: No such file or directory)\n`)
    return 1
  }
  if (text.split('{').length !== text.split('}').length) {
    await process.warn(`nginx: [emerg] unexpected end of file, expecting ";" or "}" in ${path}\nnginx: configuration file ${path} test failed\n`)
    return 1
  }
  if (/(^| )-t( |$)/.test(args)) return process.warn(`nginx: the configuration file ${path} syntax is ok\nnginx: configuration file ${path} test is successful\n`).then(() => 0)
  const sites = sitesOf(text)
  if (/daemon\s+off/.test(args + text)) return master(process, sites, text)
  process.fork({ argv: ['nginx: master process nginx'], newSession: true }, (child) => master(child, sites, text))
  return 0
}

async function master(process: ProcessContext, sites: readonly Site[], text: string): Promise<number> {
  process.process.argv = [`nginx: master process ${process.argv.join(' ').replace(/^nginx: master process /, '')}`]
  const listeners: [Listener, Site][] = []
  for (const site of sites.length > 0 ? sites : sitesOf('server {')) {
    if (listeners.some(([listener]) => listener.port === site.port)) continue
    const listener = process.listen(site.port)
    if (!listener) {
      await process.warn(`nginx: [emerg] bind() to 0.0.0.0:${site.port} failed (98: Address already in use)\n`)
      return 1
    }
    listeners.push([listener, site])
  }
  let stopping = false
  const user = findAccount(process, /\buser\s+(\w+)/.exec(text)?.[1] ?? 'nginx') ?? findAccount(process, 'www-data')
  const credentials = process.uid === 0 && user ? { credentials: { uid: user.uid, gid: user.gid, groups: [user.gid] } } : {}
  for (const signal of ['TERM', 'QUIT', 'INT'] as const) process.onSignal(signal, () => void (stopping = true))
  process.onSignal('HUP', () => undefined)
  process.setResident(6 * MiB)
  const worker = process.fork({ argv: ['nginx: worker process'], ...credentials }, (child) => serve(child, listeners, /access_log\s+([^\s;]+)/.exec(text)?.[1] ?? '/var/log/nginx/access.log'))
  while (!stopping) {
    try {
      if ((await process.wait(worker)) !== undefined) return 1
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error
    }
  }
  process.kill(worker, 'KILL')
  await process.wait(worker)
  return 0
}

async function serve(process: ProcessContext, listeners: readonly (readonly [Listener, Site])[], log: string): Promise<number> {
  process.setResident(4 * MiB)
  await Promise.all(listeners.map(async ([listener, site]) => {
    for (;;) {
      const connection = await process.accept(listener)
      try {
        const request = await readRequest(process, connection)
        if (request) await answer(process, connection, site, request, log)
        else process.close(connection)
      } catch (error) {
        if (error instanceof ProcessGone || !(error instanceof FileError)) throw error
        process.close(connection)
      }
    }
  }))
  return 0
}

async function answer(process: ProcessContext, connection: number, site: Site, request: HttpRequest, log: string): Promise<void> {
  const wanted = safePath(site.root, request.target)
  const path = process.files.isDirectory(wanted) ? (site.index.map((name) => `${wanted.replace(/\/$/, '')}/${name}`).find((file) => process.files.exists(file)) ?? wanted) : wanted
  const status = !process.files.exists(path) ? '404 Not Found' : process.files.isDirectory(path) || !process.files.may(path, 'read') ? '403 Forbidden' : '200 OK'
  const page = site.errorPages.get(status.slice(0, 3))
  const file = status === '200 OK' ? path : page === undefined ? undefined : safePath(site.root, page)
  const body = file !== undefined && process.files.may(file, 'read') ? process.files.bytes(file) : errorPage(status)
  await respond(process, connection, VERSION, status, file === undefined ? 'text/html' : contentType(file), body, request.method === 'HEAD')
  const line = `172.17.0.1 - - [${formatTime(now(process), '%d/%b/%Y:%H:%M:%S %z')}] "${request.method} ${request.target} HTTP/1.1" ${status.slice(0, 3)} ${body.length} "-" "${request.headers.get('user-agent') ?? '-'}" "-"\n`
  if (log === 'off') return
  try {
    const fd = process.open(log, { write: true, create: true, append: true })
    await process.write(fd, encodeUtf8(line))
    process.close(fd)
  } catch (error) {
    // A log that may not be written to (an unprivileged worker): standard output is where images send it anyway.
    if (!(error instanceof FileError)) throw error
    await process.print(line)
  }
}

const errorPage = (status: string): Bytes => encodeUtf8(`<html>\r\n<head><title>${status}</title></head>\r\n<body>\r\n<center><h1>${status}</h1></center>\r\n<hr><center>${VERSION}</center>\r\n</body>\r\n</html>\r\n`)

export const SERVERS = [program('nginx', 'nginx', nginx, 6 * MiB)]
