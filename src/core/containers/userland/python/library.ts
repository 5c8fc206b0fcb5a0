import { SECOND } from '../../../simulation/units.ts'
import type { ProcessContext } from '../../runtime/process-context.ts'
import { decodeUtf8, encodeUtf8 } from '../../../base/bytes.ts'
import { formatTime, now } from '../clock.ts'
import { binary, formatValue } from './operators.ts'
import { Callable, Dict, iterate, less, List, Module, PySet, Raised, repr, str, toInt, toNumber, truth, Tuple, typeName, type Value } from './values.ts'

const LONGEST_RANGE = 1_000_000
const plain = (name: string, call: (...args: Value[]) => Value): Callable => new Callable(name, async (args) => call(...args))

export function builtins(process: ProcessContext): ReadonlyMap<string, Value> {
  const sorted = async ([source]: Value[], named: ReadonlyMap<string, Value>): Promise<Value> => {
    const key = named.get('key')
    const keyed: [Value, Value][] = []
    for (const item of iterate(source ?? null)) keyed.push([key instanceof Callable ? await key.call([item], new Map()) : item, item])
    keyed.sort(([a], [b]) => (less(a, b) ? -1 : less(b, a) ? 1 : 0))
    if (truth(named.get('reverse') ?? false)) keyed.reverse()
    return new List(keyed.map(([, item]) => item))
  }
  const best = (name: string, better: (a: Value, b: Value) => boolean): Callable => plain(name, (...args) => {
    const items = args.length === 1 ? iterate(args[0]!) : args
    if (items.length === 0) throw new Raised('ValueError', `${name}() arg is an empty sequence`)
    return items.reduce((a, b) => (better(b, a) ? b : a))
  })
  const list: Callable[] = [
    new Callable('print', async (args, named) => {
      await process.write(named.get('file') === '<stderr>' ? 2 : 1, encodeUtf8(args.map(str).join(str(named.get('sep') ?? ' ')) + str(named.get('end') ?? '\n')))
      return null
    }),
    new Callable('input', async ([prompt]) => {
      if (prompt !== undefined) await process.print(str(prompt))
      let line = ''
      for (let part = await process.read(0, 1); ; part = await process.read(0, 1)) {
        if (part.length === 0 && line === '') throw new Raised('EOFError', 'EOF when reading a line')
        if (part.length === 0 || part[0] === 10) return line
        line += decodeUtf8(part)
      }
    }),
    new Callable('sorted', sorted), new Callable('map', async ([f, source]) => { const out: Value[] = []; for (const item of iterate(source ?? null)) out.push(f instanceof Callable ? await f.call([item], new Map()) : null); return new List(out) }),
    new Callable('filter', async ([f, source]) => { const out: Value[] = []; for (const item of iterate(source ?? null)) if (truth(f instanceof Callable ? await f.call([item], new Map()) : item)) out.push(item); return new List(out) }),
    plain('len', (value = null) => BigInt(iterate(value).length)), plain('str', (value = '') => str(value)), plain('repr', (value = null) => repr(value)), plain('bool', (value = false) => truth(value)), plain('list', (value) => new List(value === undefined ? [] : iterate(value))), plain('tuple', (value) => new Tuple(value === undefined ? [] : iterate(value))), plain('set', (value) => new PySet(value === undefined ? [] : iterate(value))),
    plain('dict', (value) => { const dict = new Dict(); if (value !== undefined) for (const pair of iterate(value)) { const [key, item] = iterate(pair); dict.set(key ?? null, item ?? null) } return dict }),
    plain('int', (value = 0n) => toInteger(value)), plain('float', (value = 0) => (typeof value === 'string' ? parseFloatText(value) : toNumber(value))), plain('abs', (value = 0n) => (less(value, 0n) ? binary('-', 0n, value) : value)), plain('type', (value = null) => `<class '${typeName(value)}'>`), plain('ord', (value = '') => BigInt(str(value).codePointAt(0) ?? 0)), plain('chr', (value = 0n) => String.fromCodePoint(toInt(value))), plain('hex', (value = 0n) => `0x${toInt(value).toString(16)}`), plain('bin', (value = 0n) => `0b${toInt(value).toString(2)}`),
    plain('range', (...args) => range(args.map(toInt))), plain('sum', (value = null, start = 0n) => iterate(value).reduce((a, b) => binary('+', a, b), start)), best('max', (a, b) => less(b, a)), best('min', less), plain('any', (value = null) => iterate(value).some(truth)), plain('all', (value = null) => iterate(value).every(truth)),
    plain('enumerate', (value = null, start = 0n) => new List(iterate(value).map((item, index) => new Tuple([BigInt(index) + BigInt(toInt(start)), item])))), plain('zip', (...args) => { const lists = args.map(iterate); return new List(Array.from({ length: Math.min(...lists.map((items) => items.length)) }, (_, index) => new Tuple(lists.map((items) => items[index]!)))) }), plain('reversed', (value = null) => new List(iterate(value).reverse())),
    plain('round', (value = 0, digits) => (digits === undefined ? BigInt(Math.round(toNumber(value))) : Number(toNumber(value).toFixed(toInt(digits))))), plain('pow', (a = 0n, b = 0n) => binary('**', a, b)), plain('divmod', (a = 0n, b = 1n) => new Tuple([binary('//', a, b), binary('%', a, b)])), plain('format', (value = null, spec = '') => formatValue(value, str(spec))), plain('exit', (code = 0n) => leave(code)), plain('open', () => { throw new Raised('NotImplementedError', 'open() is not modelled in Glasshouse\'s Python') }),
  ]
  return new Map(list.map((entry) => [entry.name, entry]))
}

function leave(code: Value): never {
  throw new Raised('SystemExit', str(code))
}

function toInteger(value: Value): bigint {
  if (typeof value !== 'string') return BigInt(Math.trunc(toNumber(value)))
  if (!/^\s*[+-]?\d+\s*$/.test(value)) throw new Raised('ValueError', `invalid literal for int() with base 10: ${repr(value)}`)
  return BigInt(value.trim().replace(/^\+/, ''))
}

function parseFloatText(text: string): number {
  const value = Number(text)
  if (Number.isNaN(value) || text.trim() === '') throw new Raised('ValueError', `could not convert string to float: ${repr(text)}`)
  return value
}

function range(bounds: readonly number[]): List {
  const [from, to, step] = bounds.length === 1 ? [0, bounds[0]!, 1] : [bounds[0] ?? 0, bounds[1] ?? 0, bounds[2] ?? 1]
  if (step === 0) throw new Raised('ValueError', 'range() arg 3 must not be zero')
  const length = Math.max(0, Math.ceil((to - from) / step))
  if (length > LONGEST_RANGE) throw new Raised('MemoryError', `a range of more than ${LONGEST_RANGE} numbers is not modelled`)
  return new List(Array.from({ length }, (_, index) => BigInt(from + index * step)))
}

/** The modelled part of the standard library; undefined for the rest. */
export function importModule(process: ProcessContext, name: string, argv: readonly string[]): Module | undefined {
  const environment = (): Dict => { const dict = new Dict(); for (const [key, value] of process.env) dict.set(key, value); return dict }
  const version = '3.12.3'
  switch (name) {
    case 'sys': return new Module('sys', { argv: new List([...argv]), version, platform: 'linux', stderr: '<stderr>', stdout: '<stdout>', maxsize: 9223372036854775807n, path: new List([]), version_info: new Tuple([3n, 12n, 3n]), executable: '/usr/bin/python3', exit: plain('exit', (code = 0n) => leave(code)) })
    case 'os': return new Module('os', { environ: environment(), name: 'posix', getcwd: plain('getcwd', () => process.cwd), getpid: plain('getpid', () => BigInt(process.pid)), getuid: plain('getuid', () => BigInt(process.uid)), listdir: plain('listdir', (path = '.') => new List(process.files.list(str(path)))), getenv: plain('getenv', (key = '', fallback = null) => process.env.get(str(key)) ?? fallback), uname: plain('uname', () => new Tuple(['Linux', process.hostname, process.kernel.facts.release, '#1 SMP', 'x86_64'])), path: new Module('os.path', { exists: plain('exists', (path = '') => process.files.exists(str(path))), join: plain('join', (...parts) => parts.map(str).join('/')), basename: plain('basename', (path = '') => str(path).split('/').at(-1) ?? '') }) })
    case 'time': return new Module('time', { time: plain('time', () => now(process) + (process.kernel.simulation.now % SECOND) / SECOND), perf_counter: plain('perf_counter', () => process.kernel.simulation.now / SECOND), monotonic: plain('monotonic', () => process.kernel.simulation.now / SECOND), sleep: new Callable('sleep', async ([seconds]) => { await process.sleep(toNumber(seconds ?? 0n) * SECOND); return null }), strftime: plain('strftime', (format = '') => formatTime(now(process), str(format))) })
    case 'platform': return new Module('platform', { system: plain('system', () => 'Linux'), release: plain('release', () => process.kernel.facts.release), machine: plain('machine', () => 'x86_64'), node: plain('node', () => process.hostname), python_version: plain('python_version', () => version) })
    case 'socket': return new Module('socket', { gethostname: plain('gethostname', () => process.hostname) })
    case 'math': return new Module('math', { pi: Math.PI, e: Math.E, sqrt: plain('sqrt', (value = 0) => Math.sqrt(toNumber(value))), floor: plain('floor', (value = 0) => BigInt(Math.floor(toNumber(value)))), ceil: plain('ceil', (value = 0) => BigInt(Math.ceil(toNumber(value)))), log: plain('log', (value = 1) => Math.log(toNumber(value))), sin: plain('sin', (value = 0) => Math.sin(toNumber(value))), cos: plain('cos', (value = 0) => Math.cos(toNumber(value))) })
    case 'json': return new Module('json', { dumps: plain('dumps', (value = null) => repr(value).replaceAll("'", '"').replaceAll('True', 'true').replaceAll('False', 'false').replaceAll('None', 'null')) })
    case 'random': return new Module('random', { random: plain('random', () => process.kernel.random.uint32() / 2 ** 32), randint: plain('randint', (from = 0n, to = 0n) => BigInt(toInt(from) + process.kernel.random.below(toInt(to) - toInt(from) + 1))), seed: plain('seed', () => null), choice: plain('choice', (value = null) => iterate(value)[process.kernel.random.below(iterate(value).length)]!) })
    default: return undefined
  }
}
