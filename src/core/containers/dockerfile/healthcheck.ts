import { readFlags, type FlagValues } from './flags.ts'
import type { CommandLine } from './instructions.ts'
import type { Node } from './nodes.ts'

const UNITS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 }
const INTERVALS = ['interval', 'timeout', 'start-period', 'start-interval'] as const

/** HEALTHCHECK's type, command and options. Throws an Error with BuildKit's message. */
export function readHealthcheck(node: Node): { readonly command: CommandLine | null; readonly flags: Readonly<Record<string, string>> } {
  const flags = readFlags(node.flags, { interval: 'text', timeout: 'text', 'start-period': 'text', 'start-interval': 'text', retries: 'text' })
  const [type, ...words] = node.words
  if (type === undefined) throw new Error('HEALTHCHECK requires at least one argument')
  if (type.toUpperCase() === 'NONE') {
    if (words.some((word) => word !== '')) throw new Error('HEALTHCHECK NONE takes no arguments')
    return { command: null, flags: {} }
  }
  if (type.toUpperCase() !== 'CMD') throw new Error(`Unknown type ${JSON.stringify(type.toUpperCase())} in HEALTHCHECK (try CMD)`)
  if (words.length === 0 || words.every((word) => word === '')) throw new Error('Missing command after HEALTHCHECK CMD')
  checkOptions(flags)
  return { command: { form: node.json ? 'exec' : 'shell', words }, flags: Object.fromEntries([...flags].map(([name, values]) => [name, values[0] ?? ''])) }
}

function checkOptions(flags: FlagValues): void {
  for (const name of INTERVALS) {
    const value = flags.get(name)?.[0]
    if (!value) continue
    const nanoseconds = parseDuration(value)
    if (nanoseconds !== 0 && nanoseconds < 1e6) throw new Error(`Interval "${name}" cannot be less than 1ms`)
  }
  const retries = flags.get('retries')?.[0]
  if (!retries) return
  if (!/^[+-]?\d+$/.test(retries)) throw new Error(`strconv.ParseInt: parsing ${JSON.stringify(retries)}: invalid syntax`)
  if (Number(retries) < 0) throw new Error(`--retries cannot be negative (${Number(retries)})`)
}

/** Go's duration syntax ("1m30s") to nanoseconds. Throws an Error with Go's message. */
function parseDuration(text: string): number {
  const quoted = JSON.stringify(text)
  const body = text.replace(/^[+-]/, '')
  if (body === '0') return 0
  if (body === '') throw new Error(`time: invalid duration ${quoted}`)
  let rest = body
  let total = 0
  while (rest !== '') {
    const number = /^(\d+\.?\d*|\.\d+)/.exec(rest)
    if (!number) throw new Error(`time: invalid duration ${quoted}`)
    rest = rest.slice(number[0].length)
    const unit = /^[^\d.]+/.exec(rest)?.[0]
    if (unit === undefined) throw new Error(`time: missing unit in duration ${quoted}`)
    if (!Object.hasOwn(UNITS, unit)) throw new Error(`time: unknown unit ${JSON.stringify(unit)} in duration ${quoted}`)
    total += Number(number[0]) * UNITS[unit]!
    rest = rest.slice(unit.length)
  }
  return text.startsWith('-') ? -total : total
}
