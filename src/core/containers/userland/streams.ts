import { concatBytes, decodeUtf8, encodeUtf8, type Bytes } from '../../base/bytes.ts'
import { SECOND, MiB } from '../../simulation/units.ts'
import { FileError } from '../filesystem/file-system.ts'
import type { ProcessContext } from '../runtime/process-context.ts'
import { formatPrintf, unescape } from '../shell/printf.ts'
import { evaluateTest, TestError } from '../shell/test-expression.ts'
import { commandName, each, parseOptions, program, reasonOf, usageError } from './support.ts'

const LINE_FEED = 10
const FOLLOW_INTERVAL = SECOND
/** What a program that keeps its whole input (a line without an end) may hold before memory is charged for it. */
const BUFFER_STEP = 4 * MiB

async function cat(process: ProcessContext): Promise<number> {
  const { flags, operands } = parseOptions(process.args)
  let line = 1
  return each(process, operands.length > 0 ? operands : ['-'], (path) => path, async (path) => {
    const fd = openInput(process, path)
    if (flags.has('n')) {
      const text = await process.readAllText(fd)
      await process.print(text.replace(/[^\n]*\n|[^\n]+$/g, (row) => `${String(line++).padStart(6)}\t${row}`))
    } else for (let bytes = await process.read(fd); bytes.length > 0; bytes = await process.read(fd)) await process.write(1, bytes)
    if (fd !== 0) process.close(fd)
  })
}

/** Opens a file for reading; `-` is standard input. Throws EISDIR for a directory, as read(2) would. */
function openInput(process: ProcessContext, path: string): number {
  if (path === '-') return 0
  if (process.files.isDirectory(path)) throw new FileError('EISDIR', path)
  return process.open(path, { read: true })
}

async function head(process: ProcessContext): Promise<number> {
  const args = process.args.map((word) => (/^-\d+$/.test(word) ? `-n${word.slice(1)}` : word))
  const { values, operands } = parseOptions(args, ['n', 'c', 'lines', 'bytes'])
  const bytes = values.get('c') ?? values.get('bytes')
  const lines = Number(values.get('n') ?? values.get('lines') ?? 10)
  const several = operands.length > 1
  return each(process, operands.length > 0 ? operands : ['-'], (path) => `cannot open '${path}' for reading`, async (path) => {
    const fd = openInput(process, path)
    if (several) await process.print(`${path === operands[0] ? '' : '\n'}==> ${path} <==\n`)
    await (bytes === undefined ? firstLines(process, fd, lines) : firstBytes(process, fd, Number(bytes)))
  })
}

async function firstBytes(process: ProcessContext, fd: number, count: number): Promise<void> {
  let left = count
  for (let part = await process.read(fd, left); part.length > 0 && left > 0; part = left > 0 ? await process.read(fd, left) : part.subarray(0, 0)) {
    await process.write(1, part.subarray(0, left))
    left -= part.length
  }
}

async function firstLines(process: ProcessContext, fd: number, count: number): Promise<void> {
  let left = count < 0 ? Infinity : count
  if (count < 0) {
    const rows = (await process.readAllText(fd)).split(/(?<=\n)/)
    return process.print(rows.slice(0, count).join(''))
  }
  while (left > 0) {
    const part = await process.read(fd)
    if (part.length === 0) return
    let end = 0
    while (left > 0 && end < part.length) {
      const next = part.indexOf(LINE_FEED, end)
      if (next < 0) end = part.length
      else {
        end = next + 1
        left--
      }
    }
    await process.write(1, part.subarray(0, end))
  }
}

async function tail(process: ProcessContext): Promise<number> {
  const args = process.args.map((word) => (/^-\d+$/.test(word) ? `-n${word.slice(1)}` : word))
  const { flags, values, operands } = parseOptions(args, ['n', 'c', 'lines', 'bytes'])
  const follow = flags.has('f') || flags.has('F') || flags.has('follow')
  const count = values.get('n') ?? values.get('lines') ?? '10'
  const paths = operands.length > 0 ? operands : ['-']
  const opened: number[] = []
  const status = await each(process, paths, (path) => `cannot open '${path}' for reading`, async (path) => {
    const fd = openInput(process, path)
    if (paths.length > 1) await process.print(`${path === paths[0] ? '' : '\n'}==> ${path} <==\n`)
    const rest = await readToEnd(process, fd)
    await process.write(1, lastPart(rest, count, values.get('c') ?? values.get('bytes')))
    opened.push(fd)
  })
  if (!follow || opened.length === 0) return status
  for (;;) {
    await process.sleep(FOLLOW_INTERVAL)
    for (const fd of opened) await process.write(1, await process.read(fd))
  }
}

/** Reads all of it, charging memory as it grows: `tail /dev/zero` ends as it does everywhere. */
async function readToEnd(process: ProcessContext, fd: number): Promise<Bytes> {
  const parts: Bytes[] = []
  let [size, charged] = [0, 0]
  for (let part = await process.read(fd); part.length > 0; part = await process.read(fd)) {
    const endless = part.every((byte) => byte === 0)
    if (!endless) parts.push(part)
    size += endless ? BUFFER_STEP : part.length
    if (size - charged >= BUFFER_STEP) {
      charged = size
      process.setResident(2 * MiB + size)
    }
  }
  return concatBytes(parts)
}

function lastPart(bytes: Bytes, lines: string, count: string | undefined): Bytes {
  if (count !== undefined) return count.startsWith('+') ? bytes.subarray(Number(count) - 1) : bytes.subarray(Math.max(0, bytes.length - Number(count)))
  const rows = decodeUtf8(bytes).split(/(?<=\n)/).filter((row) => row !== '')
  return encodeUtf8((lines.startsWith('+') ? rows.slice(Math.max(0, Number(lines) - 1)) : Number(lines) === 0 ? [] : rows.slice(-Math.abs(Number(lines)))).join(''))
}

async function tee(process: ProcessContext): Promise<number> {
  const { flags, operands } = parseOptions(process.args)
  const append = flags.has('a') || flags.has('append')
  const targets: number[] = []
  const status = await each(process, operands, (path) => path, (path) => {
    targets.push(process.open(path, { write: true, create: true, append, truncate: !append }))
  })
  for (let part = await process.read(0); part.length > 0; part = await process.read(0)) for (const fd of [1, ...targets]) await process.write(fd, part)
  return status
}

async function yes(process: ProcessContext): Promise<number> {
  const text = `${process.args.join(' ') || 'y'}\n`
  const block = encodeUtf8(text.repeat(Math.max(1, Math.floor(8192 / text.length))))
  for (;;) await process.write(1, block)
}

async function seq(process: ProcessContext): Promise<number> {
  const { values, flags, operands } = parseOptions(process.args.map((word) => (/^-\d/.test(word) ? ` ${word}` : word)), ['s', 'f'])
  const numbers = operands.map(Number)
  if (numbers.length === 0 || numbers.some(Number.isNaN)) return usageError(process, numbers.length === 0 ? 'missing operand' : `invalid floating point argument: '${operands.find((word) => Number.isNaN(Number(word)))}'`)
  const [first, step, last] = numbers.length === 1 ? [1, 1, numbers[0]!] : numbers.length === 2 ? [numbers[0]!, 1, numbers[1]!] : (numbers as [number, number, number])
  const decimals = Math.max(...operands.map((word) => word.trim().split('.')[1]?.length ?? 0))
  const width = flags.has('w') ? Math.max(first.toFixed(decimals).length, last.toFixed(decimals).length) : 0
  const separator = values.get('s') ?? '\n'
  let rows: string[] = []
  for (let index = 0; ; index++) {
    const value = first + index * step
    if (step === 0 || (step > 0 ? value > last + 1e-9 : value < last - 1e-9)) break
    rows.push(value.toFixed(decimals).padStart(width, '0'))
    if (rows.length === 1000) {
      await process.print(rows.join(separator) + separator)
      rows = []
    }
  }
  if (rows.length > 0) await process.print(`${rows.join(separator)}\n`)
  return 0
}

async function echo(process: ProcessContext): Promise<number> {
  const args = [...process.args]
  let [newline, escapes] = [true, false]
  while (/^-[neE]+$/.test(args[0] ?? '')) {
    const flags = args.shift()!
    if (flags.includes('n')) newline = false
    if (flags.includes('e')) escapes = true
  }
  const { text, stop } = escapes ? unescape(args.join(' '), true) : { text: args.join(' '), stop: false }
  await process.print(text + (newline && !stop ? '\n' : ''))
  return 0
}

async function printf(process: ProcessContext): Promise<number> {
  const [format, ...args] = process.args
  if (format === undefined) return usageError(process, 'missing operand')
  const { text, complaints } = formatPrintf(format, args)
  await process.print(text)
  for (const complaint of complaints) await process.warn(`printf: ${complaint}\n`)
  return complaints.length > 0 ? 1 : 0
}

async function test(process: ProcessContext): Promise<number> {
  const bracket = commandName(process) === '['
  try {
    return evaluateTest(process, bracket ? process.args.slice(0, -1) : process.args, true) ? 0 : 1
  } catch (error) {
    if (!(error instanceof TestError)) throw error
    await process.warn(`${commandName(process)}: ${error.message}\n`)
    return 2
  }
}

const UNITS: Readonly<Record<string, number>> = { '': 1, c: 1, k: 1024, K: 1024, M: 2 ** 20, G: 2 ** 30, kB: 1000, MB: 1e6, GB: 1e9 }
const sizeOf = (text: string): number => {
  const match = /^(\d+)([a-zA-Z]*)$/.exec(text)
  return match ? Number(match[1]) * (UNITS[match[2]!] ?? 1) : NaN
}

async function dd(process: ProcessContext): Promise<number> {
  const given = new Map(process.args.map((word) => word.split(/=(.*)/s) as [string, string]))
  const block = sizeOf(given.get('bs') ?? '512')
  const count = given.has('count') ? sizeOf(given.get('count')!) : Infinity
  const [input, output] = [given.get('if'), given.get('of')]
  process.setResident(MiB + block)
  let copied = 0
  try {
    if (input === '/dev/zero' && output !== undefined && !output.startsWith('/dev/') && count !== Infinity && !given.has('seek')) {
      copied = block * count
      await process.use(copied / 2)
      process.files.write(output, { seed: '', size: copied })
    } else copied = await copyBlocks(process, input, output, block, count)
  } catch (error) {
    await process.warn(`dd: failed to open '${output ?? input ?? ''}': ${reasonOf(error)}\n`)
    return 1
  }
  const records = Math.floor(copied / block)
  const rest = copied % block ? 1 : 0
  const human = copied >= 1000 ? ` (${(copied / 10 ** (3 * Math.floor(Math.log10(copied) / 3))).toPrecision(2)} ${['B', 'kB', 'MB', 'GB', 'TB'][Math.floor(Math.log10(copied) / 3)]})` : ''
  if (given.get('status') !== 'none') await process.warn(`${records}+${rest} records in\n${records}+${rest} records out\n${copied} bytes${human} copied, ${(copied / 2e9).toPrecision(6)} s, 2.0 GB/s\n`)
  return 0
}

async function copyBlocks(process: ProcessContext, input: string | undefined, output: string | undefined, block: number, count: number): Promise<number> {
  const source = input === undefined ? 0 : process.open(input, { read: true })
  const target = output === undefined ? 1 : process.open(output, { write: true, create: true, truncate: true })
  let [copied, left] = [0, block * count]
  while (left > 0) {
    const part = await process.read(source, Math.min(left, 65_536))
    if (part.length === 0) break
    await process.write(target, part)
    copied += part.length
    left -= part.length
  }
  return copied
}

async function sleep(process: ProcessContext): Promise<number> {
  let seconds = 0
  for (const word of process.args) {
    const match = /^(\d+(?:\.\d+)?|\.\d+)([smhd]?)$/.exec(word)
    if (word === 'infinity' || word === 'inf') seconds = 8_000_000
    else if (!match) return usageError(process, `invalid time interval '${word}'`)
    else seconds += Number(match[1]) * { '': 1, s: 1, m: 60, h: 3600, d: 86_400 }[match[2] as '' | 's' | 'm' | 'h' | 'd']
  }
  if (process.args.length === 0) return usageError(process, 'missing operand')
  await process.sleep(seconds * SECOND)
  return 0
}

export const STREAMS = [
  program('cat', 'coreutils', cat), program('head', 'coreutils', head), program('tail', 'coreutils', tail), program('tee', 'coreutils', tee), program('yes', 'coreutils', yes), program('seq', 'coreutils', seq),
  program('echo', 'coreutils', echo), program('printf', 'coreutils', printf), program('test', 'coreutils', test), program('[', 'coreutils', test), program('dd', 'coreutils', dd), program('sleep', 'coreutils', sleep),
  program('true', 'coreutils', async () => 0), program('false', 'coreutils', async () => 1),
]
