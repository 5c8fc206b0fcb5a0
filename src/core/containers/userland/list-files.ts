import type { FileStat } from '../filesystem/file-system.ts'
import type { ProcessContext } from '../runtime/process-context.ts'
import { groupNameOf, userNameOf } from './accounts.ts'
import { formatTime, now } from './clock.ts'
import { each, joinPath, parseOptions, program, reasonOf, type Options } from './support.ts'

const LETTERS = { file: '-', directory: 'd', symlink: 'l', 'character-device': 'c', fifo: 'p' } as const
const HALF_A_YEAR = 15_778_476

/** `drwxr-xr-x`. */
export function modeText(stat: FileStat): string {
  const bit = (mask: number, letter: string): string => ((stat.mode & mask) !== 0 ? letter : '-')
  const special = (mask: number, x: number, both: string, alone: string): string => ((stat.mode & mask) !== 0 ? ((stat.mode & x) !== 0 ? both : alone) : bit(x, 'x'))
  return LETTERS[stat.kind] + bit(0o400, 'r') + bit(0o200, 'w') + special(0o4000, 0o100, 's', 'S') + bit(0o040, 'r') + bit(0o020, 'w') + special(0o2000, 0o010, 's', 'S')
    + bit(0o004, 'r') + bit(0o002, 'w') + special(0o1000, 0o001, 't', 'T')
}

export function humanSize(bytes: number): string {
  if (bytes < 1024) return String(bytes)
  let [size, unit] = [bytes, -1]
  while (size >= 1024 && unit < 4) {
    size /= 1024
    unit++
  }
  return (size < 10 ? (Math.ceil(size * 10) / 10).toFixed(1) : String(Math.ceil(size))) + 'KMGTP'[unit]!
}

interface Entry {
  readonly name: string
  readonly path: string
  readonly stat: FileStat
}

async function list(process: ProcessContext): Promise<number> {
  const options = parseOptions(process.args)
  const operands = options.operands.length > 0 ? options.operands : ['.']
  const files: Entry[] = []
  const directories: string[] = []
  let status = 0
  for (const path of operands) {
    const stat = statOf(process, path, !options.flags.has('l')) ?? statOf(process, path, false)
    if (!stat) {
      await process.warn(`ls: cannot access '${path}': No such file or directory\n`)
      status = 2
    } else if (stat.kind === 'directory' && !options.flags.has('d')) directories.push(path)
    else files.push({ name: path, path, stat })
  }
  if (files.length > 0) await process.print(render(process, files, options))
  for (const [index, path] of directories.entries()) {
    const header = operands.length > 1 || options.flags.has('R')
    if (index > 0 || files.length > 0) await process.print('\n')
    status = Math.max(status, await listDirectory(process, path, options, header))
  }
  return status
}

async function listDirectory(process: ProcessContext, path: string, options: Options, header: boolean): Promise<number> {
  let names: string[]
  try {
    names = process.files.list(path)
  } catch (error) {
    await process.warn(`ls: cannot open directory '${path}': ${reasonOf(error)}\n`)
    return 2
  }
  const all = options.flags.has('a')
  const shown = [...(all ? ['.', '..'] : []), ...names.filter((name) => all || options.flags.has('A') || !name.startsWith('.'))]
  const entries = shown.flatMap((name): Entry[] => {
    const stat = statOf(process, joinPath(path, name), false)
    return stat ? [{ name, path: joinPath(path, name), stat }] : []
  })
  if (options.flags.has('t')) entries.sort((a, b) => b.stat.mtime - a.stat.mtime)
  if (options.flags.has('S')) entries.sort((a, b) => b.stat.size - a.stat.size)
  if (options.flags.has('r')) entries.reverse()
  const total = options.flags.has('l') ? `total ${totalBlocks(entries, options)}\n` : ''
  await process.print((header ? `${path}:\n` : '') + total + render(process, entries, options))
  if (!options.flags.has('R')) return 0
  let status = 0
  for (const entry of entries.filter(({ name, stat }) => stat.kind === 'directory' && name !== '.' && name !== '..')) {
    await process.print('\n')
    status = Math.max(status, await listDirectory(process, entry.path, options, true))
  }
  return status
}

function totalBlocks(entries: readonly Entry[], options: Options): string {
  const bytes = entries.reduce((sum, { stat }) => sum + (stat.kind === 'file' ? Math.ceil(stat.size / 4096) * 4096 : stat.kind === 'directory' ? 4096 : 0), 0)
  return options.flags.has('h') ? humanSize(bytes) : String(bytes / 1024)
}

function render(process: ProcessContext, entries: readonly Entry[], options: Options): string {
  const decorated = entries.map((entry) => decorate(process, entry, options))
  if (options.flags.has('l')) return longRows(process, entries, decorated, options)
  if (options.flags.has('1') || !process.isTerminal(1)) return decorated.map((name) => `${name}\n`).join('')
  return columns(decorated, process.terminal?.columns ?? 80)
}

function decorate(process: ProcessContext, { name, path, stat }: Entry, options: Options): string {
  const suffix = options.flags.has('F') || options.flags.has('p') ? (stat.kind === 'directory' ? '/' : options.flags.has('F') && stat.kind === 'symlink' ? '@' : options.flags.has('F') && stat.mode & 0o111 ? '*' : '') : ''
  const target = options.flags.has('l') && stat.kind === 'symlink' ? ` -> ${process.files.readLink(path)}` : ''
  return (options.flags.has('i') ? `${stat.inode} ` : '') + name + suffix + target
}

function longRows(process: ProcessContext, entries: readonly Entry[], names: readonly string[], options: Options): string {
  const numeric = options.flags.has('n')
  const rows = entries.map(({ stat }, index) => [
    modeText(stat), String(stat.links), numeric ? String(stat.uid) : userNameOf(process, stat.uid), numeric ? String(stat.gid) : groupNameOf(process, stat.gid),
    stat.device ? `${stat.device.major}, ${stat.device.minor}` : options.flags.has('h') ? humanSize(stat.size) : String(stat.size), timeText(process, stat.mtime), names[index]!,
  ])
  const width = (column: number): number => Math.max(0, ...rows.map((row) => row[column]!.length))
  return rows.map(([mode, links, user, group, size, time, name]) =>
    `${mode} ${links!.padStart(width(1))} ${user!.padEnd(width(2))} ${group!.padEnd(width(3))} ${size!.padStart(width(4))} ${time} ${name}\n`).join('')
}

function timeText(process: ProcessContext, mtime: number): string {
  const recent = Math.abs(now(process) - mtime) < HALF_A_YEAR
  return formatTime(mtime, recent ? '%b %e %H:%M' : '%b %e  %Y')
}

function columns(names: readonly string[], width: number): string {
  if (names.length === 0) return ''
  for (let rows = 1; rows <= names.length; rows++) {
    const groups = Array.from({ length: Math.ceil(names.length / rows) }, (_, column) => names.slice(column * rows, column * rows + rows))
    const widths = groups.map((group) => Math.max(...group.map((name) => name.length)) + 2)
    if (rows < names.length && widths.reduce((sum, part) => sum + part, -2) > width) continue
    return Array.from({ length: rows }, (_, row) => `${groups.map((group, column) => (group[row] ?? '').padEnd(column < groups.length - 1 ? widths[column]! : 0)).join('').trimEnd()}\n`).join('')
  }
  return ''
}

function statOf(process: ProcessContext, path: string, follow: boolean): FileStat | undefined {
  try {
    return process.files.stat(path, follow)
  } catch (error) {
    reasonOf(error)
    return undefined
  }
}

async function stat(process: ProcessContext): Promise<number> {
  const { flags, values, operands } = parseOptions(process.args, ['c', 'format', 'printf'])
  return each(process, operands, (path) => `cannot statx '${path}'`, async (path) => {
    const found = process.files.stat(path, flags.has('L'))
    if (!found) {
      process.files.realPath(path)
      return
    }
    const format = values.get('c') ?? values.get('format') ?? values.get('printf')
    await process.print(format === undefined ? statText(process, path, found) : `${formatStat(process, format, path, found)}${values.has('printf') ? '' : '\n'}`)
  })
}

function formatStat(process: ProcessContext, format: string, path: string, found: FileStat): string {
  const codes: Readonly<Record<string, string>> = {
    a: (found.mode & 0o7777).toString(8), A: modeText(found), u: String(found.uid), g: String(found.gid), U: userNameOf(process, found.uid), G: groupNameOf(process, found.gid),
    s: String(found.size), n: path, N: `'${path}'`, i: String(found.inode), h: String(found.links), Y: String(found.mtime), y: formatTime(found.mtime, '%F %T.%N %z'), F: kindText(found), b: String(Math.ceil(found.size / 512)),
  }
  return format.replace(/%(.)/g, (whole, code: string) => codes[code] ?? whole)
}

function statText(process: ProcessContext, path: string, found: FileStat): string {
  const octal = (found.mode & 0o7777).toString(8).padStart(4, '0')
  const time = formatTime(found.mtime, '%F %T.%N %z')
  return `  File: ${path}\n  Size: ${String(found.size).padEnd(15)}\tBlocks: ${String(Math.ceil(found.size / 512)).padEnd(10)} IO Block: 4096   ${kindText(found)}\nDevice: 0,50\tInode: ${String(found.inode).padEnd(11)} Links: ${found.links}\n`
    + `Access: (${octal}/${modeText(found)})  Uid: (${String(found.uid).padStart(5)}/${userNameOf(process, found.uid).padStart(8)})   Gid: (${String(found.gid).padStart(5)}/${groupNameOf(process, found.gid).padStart(8)})\nAccess: ${time}\nModify: ${time}\nChange: ${time}\n Birth: ${time}\n`
}

const kindText = (found: FileStat): string => ({ file: found.size === 0 ? 'regular empty file' : 'regular file', directory: 'directory', symlink: 'symbolic link', 'character-device': 'character special file', fifo: 'fifo' })[found.kind]

export const LISTING = [program('ls', 'coreutils', list), program('dir', 'coreutils', list), program('stat', 'coreutils', stat)]
