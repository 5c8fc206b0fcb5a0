import catalogue from '../../../../resources/packages/alpine.json' with { type: 'json' }
import { SECOND, MILLISECOND } from '../../simulation/units.ts'
import { programFile } from '../filesystem/program-file.ts'
import type { ProcessContext } from '../runtime/process-context.ts'
import { parseOptions, program } from '../userland/support.ts'

interface Row {
  readonly version: string
  readonly installed: number
  readonly depends: readonly string[]
  readonly programs: readonly string[]
}

const ROWS: Readonly<Record<string, Row>> = catalogue.packages
const WORLD = '/etc/apk/world'
const DATABASE = '/lib/apk/db/installed'
const CACHE = '/var/cache/apk'
const BYTES_A_SECOND = 8_000_000

const indexFile = (repository: string): string => `${CACHE}/APKINDEX.${repository.replace(/\W/g, '').slice(-8)}.tar.gz`

async function apk(process: ProcessContext): Promise<number> {
  const { flags, values, operands } = parseOptions(process.args, ['t', 'virtual', 'X', 'repository', 'p'])
  const [verb, ...names] = operands
  const noCache = flags.has('no-cache')
  if (verb === 'update' || (noCache && verb === 'add') || flags.has('U') || flags.has('update-cache')) await fetchIndexes(process, noCache)
  if (verb === 'update') {
    await process.print('OK: 25397 distinct packages available\n')
    return 0
  }
  if (verb === 'add') return add(process, names, noCache, values.get('t') ?? values.get('virtual'))
  if (verb === 'del') return remove(process, names)
  if (verb === 'info' || verb === 'list') {
    for (const name of installed(process)) await process.print(`${name}\n`)
    return 0
  }
  if (verb === 'upgrade' || verb === 'cache') return 0
  await process.warn('apk-tools 2.14.9, compiled for x86_64.\n')
  return 1
}

async function fetchIndexes(process: ProcessContext, noCache: boolean): Promise<void> {
  const repositories = process.files.may('/etc/apk/repositories', 'read') ? process.files.text('/etc/apk/repositories').split('\n').filter((line) => /^http/.test(line)) : []
  for (const repository of repositories) {
    await process.sleep(150 * MILLISECOND)
    await process.print(`fetch ${repository}/x86_64/APKINDEX.tar.gz\n`)
    if (noCache) continue
    process.files.makeDirectories(CACHE)
    process.files.write(indexFile(repository), { seed: repository, size: 980_000 })
  }
}

function installed(process: ProcessContext): string[] {
  return process.files.may(DATABASE, 'read') ? [...process.files.text(DATABASE).matchAll(/^P:(.+)$/gm)].map((match) => match[1]!) : []
}

async function add(process: ProcessContext, names: readonly string[], noCache: boolean, virtual: string | undefined): Promise<number> {
  if (process.uid !== 0) {
    await process.warn('ERROR: Unable to lock database: Permission denied\nERROR: Failed to open apk database: Permission denied\n')
    return 99
  }
  const known = noCache || (process.files.isDirectory(CACHE) && process.files.list(CACHE).some((name) => name.startsWith('APKINDEX')))
  const present = new Set(installed(process))
  const plain = names.map((name) => name.replace(/[=<>~@].*$/, ''))
  const missing = plain.filter((name) => !present.has(name) && (!known || !(name in ROWS)))
  if (missing.length > 0) {
    await process.warn(`ERROR: unable to select packages:\n${missing.map((name) => `  ${name} (no such package):\n    required by: world[${name}]\n`).join('')}`)
    return missing.length
  }
  const order: string[] = []
  const visit = (name: string): void => {
    const row = ROWS[name]
    if (!row || present.has(name) || order.includes(name)) return
    for (const dependency of row.depends) visit(dependency)
    order.push(name)
  }
  for (const name of plain) visit(name)
  for (const [index, name] of order.entries()) await place(process, name, `(${index + 1}/${order.length})`)
  if (virtual !== undefined) await process.print(`(${order.length + 1}/${order.length + 1}) Installing ${virtual} (20240501.090000)\n`)
  process.files.append(WORLD, plain.map((name) => `${name}\n`).join(''))
  const total = [...present, ...order].reduce((sum, name) => sum + (ROWS[name]?.installed ?? 500), 0)
  await process.print(`Executing busybox-1.37.0-r18.trigger\nOK: ${Math.round(total / 1024)} MiB in ${present.size + order.length} packages\n`)
  return 0
}

async function place(process: ProcessContext, name: string, position: string): Promise<void> {
  const row = ROWS[name]!
  const bytes = row.installed * 1024
  await process.sleep(30 * MILLISECOND + (bytes / 3 / BYTES_A_SECOND) * SECOND)
  await process.print(`${position} Installing ${name} (${row.version})\n`)
  let left = bytes
  for (const path of row.programs) {
    const size = Math.min(left, Math.max(12_000, Math.round(bytes / (row.programs.length + 2))))
    process.files.makeDirectories(path.replace(/\/[^/]*$/, '') || '/')
    if (process.files.stat(path, false)) process.files.unlink(path)
    process.files.write(path, programFile(path.split('/').at(-1)!, size))
    process.files.chmod(path, 0o755)
    left -= size
  }
  process.files.makeDirectories('/usr/lib')
  if (left > 0) process.files.write(`/usr/lib/${name}.data`, { seed: `${name}-${row.version}`, size: left })
  process.files.append(DATABASE, `P:${name}\nV:${row.version}\n\n`)
}

async function remove(process: ProcessContext, names: readonly string[]): Promise<number> {
  const present = installed(process)
  for (const [index, name] of names.filter((entry) => present.includes(entry)).entries()) {
    await process.print(`(${index + 1}/${names.length}) Purging ${name} (${ROWS[name]?.version ?? '0'})\n`)
    for (const path of [...(ROWS[name]?.programs ?? []), `/usr/lib/${name}.data`]) if (process.files.stat(path, false)) process.files.unlink(path)
    process.files.write(DATABASE, process.files.text(DATABASE).replace(new RegExp(`P:${name}\\nV:[^\\n]*\\n\\n?`), ''))
  }
  await process.print(`OK: ${installed(process).length} packages\n`)
  return 0
}

export const APK_PROGRAMS = [program('apk', 'apk-tools', apk)]
