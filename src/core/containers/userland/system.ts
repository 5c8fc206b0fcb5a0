import { decodeUtf8 } from '../../base/bytes.ts'
import { KiB, SECOND } from '../../simulation/units.ts'
import { ExecError, type ProcessContext } from '../runtime/process-context.ts'
import { commandName as processName } from '../runtime/proc-tree.ts'
import { parseSignal, SIGNAL_NUMBERS } from '../runtime/signals.ts'
import type { Process } from '../runtime/process.ts'
import { findAccount, groupNameOf, groupsOf, userNameOf } from './accounts.ts'
import { formatTime, now } from './clock.ts'
import { humanSize } from './list-files.ts'
import { baseName, commandName, each, parseOptions, program, usageError, joinPath } from './support.ts'

async function identity(process: ProcessContext): Promise<number> {
  const { flags, operands } = parseOptions(process.args)
  const account = operands[0] === undefined ? undefined : findAccount(process, operands[0])
  if (operands[0] !== undefined && !account) {
    await process.warn(`id: '${operands[0]}': no such user\n`)
    return 1
  }
  const [uid, gid, groups] = account ? [account.uid, account.gid, groupsOf(process, account)] : [process.uid, process.gid, [...new Set([process.gid, ...process.groups])]]
  const user = (id: number): string => `${id}${userNameOf(process, id) === String(id) ? '' : `(${userNameOf(process, id)})`}`
  const group = (id: number): string => `${id}${groupNameOf(process, id) === String(id) ? '' : `(${groupNameOf(process, id)})`}`
  if (flags.has('u')) await process.print(`${flags.has('n') ? userNameOf(process, uid) : uid}\n`)
  else if (flags.has('g')) await process.print(`${flags.has('n') ? groupNameOf(process, gid) : gid}\n`)
  else if (flags.has('G')) await process.print(`${groups.map((id) => (flags.has('n') ? groupNameOf(process, id) : id)).join(' ')}\n`)
  else await process.print(`uid=${user(uid)} gid=${group(gid)} groups=${groups.map(group).join(',')}\n`)
  return 0
}

async function whoami(process: ProcessContext): Promise<number> {
  const name = userNameOf(process, process.uid)
  if (name === String(process.uid)) {
    await process.warn(`whoami: cannot find name for user ID ${process.uid}\n`)
    return 1
  }
  await process.print(`${name}\n`)
  return 0
}

async function groupList(process: ProcessContext): Promise<number> {
  const ids = [...new Set([process.gid, ...process.groups])]
  await process.print(`${ids.map((id) => groupNameOf(process, id)).join(' ')}\n`)
  return 0
}

async function which(process: ProcessContext): Promise<number> {
  let status = 0
  for (const name of process.args.filter((word) => !word.startsWith('-'))) {
    const path = process.findProgram(name)
    if (path !== undefined && process.files.may(path, 'execute')) await process.print(`${path}\n`)
    else status = 1
  }
  return status
}

/** Finds and becomes a program: the tail of env, nice, nohup, sudo … */
export async function become(process: ProcessContext, words: readonly string[]): Promise<number> {
  const path = process.findProgram(words[0]!)
  if (path === undefined) {
    await process.warn(`${commandName(process)}: ${commandName(process) === 'env' ? `'${words[0]}'` : words[0]}: No such file or directory\n`)
    return 127
  }
  try {
    return await process.execute(path, words)
  } catch (error) {
    if (!(error instanceof ExecError)) throw error
    await process.warn(`${commandName(process)}: '${words[0]}': ${error.code === 'EACCES' ? 'Permission denied' : error.code === 'ENOEXEC' ? 'Exec format error' : 'No such file or directory'}\n`)
    return 126
  }
}

async function env(process: ProcessContext): Promise<number> {
  const words = [...process.args]
  while (words.length > 0) {
    const word = words[0]!
    if (word === '-i' || word === '-' || word === '--ignore-environment') process.env.clear()
    else if (word === '-u') process.env.delete(words.splice(1, 1)[0] ?? '')
    else if (/^[^=]+=/.test(word)) process.env.set(word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1))
    else if (word !== '--') break
    words.shift()
  }
  if (words.length > 0) return become(process, words)
  await process.print([...process.env].map(([name, value]) => `${name}=${value}\n`).join(''))
  return 0
}

async function printEnvironment(process: ProcessContext): Promise<number> {
  const names = process.args.filter((word) => !word.startsWith('-'))
  if (names.length === 0) {
    await process.print([...process.env].map(([name, value]) => `${name}=${value}\n`).join(''))
    return 0
  }
  let status = 0
  for (const name of names) {
    const value = process.env.get(name)
    if (value === undefined) status = 1
    else await process.print(`${value}\n`)
  }
  return status
}

async function uname(process: ProcessContext): Promise<number> {
  const { flags } = parseOptions(process.args)
  const { release } = process.kernel.facts
  const parts: [string, string][] = [['s', 'Linux'], ['n', process.hostname], ['r', release], ['v', '#1 SMP PREEMPT_DYNAMIC'], ['m', 'x86_64'], ['o', 'GNU/Linux']]
  const all = flags.has('a')
  const shown = parts.filter(([letter]) => all || flags.has(letter)).map(([, text]) => text)
  if (flags.has('p') || flags.has('i')) shown.push('x86_64')
  await process.print(`${shown.length > 0 ? shown.join(' ') : 'Linux'}\n`)
  return 0
}

async function hostname(process: ProcessContext): Promise<number> {
  const { flags } = parseOptions(process.args)
  await process.print(`${flags.has('i') || flags.has('I') ? process.process.state.namespace.ipAddress : process.hostname}\n`)
  return 0
}

async function date(process: ProcessContext): Promise<number> {
  const given = parseOptions(process.args, ['d', 'date', 's'])
  const text = given.values.get('d') ?? given.values.get('date')
  const seconds = text === undefined ? now(process) : text.startsWith('@') ? Number(text.slice(1)) : Math.floor(Date.parse(text) / 1000)
  if (Number.isNaN(seconds)) {
    await process.warn(`date: invalid date '${text}'\n`)
    return 1
  }
  const format = given.operands.find((word) => word.startsWith('+'))?.slice(1) ?? (given.flags.has('R') ? '%a, %d %b %Y %H:%M:%S %z' : '%a %b %e %H:%M:%S %Z %Y')
  await process.print(`${formatTime(seconds, format)}\n`)
  return 0
}

const STATES = { running: 'R', sleeping: 'S', stopped: 'T', zombie: 'Z' }

function visible(process: ProcessContext): [number, Process][] {
  return [...process.process.state.visible].sort((a, b) => a[0] - b[0])
}

async function processStatus(process: ProcessContext): Promise<number> {
  const words = process.args.join('')
  const columns = /-?o\s*([\w,]+)/.exec(process.args.join(' '))?.[1]?.split(',')
  const all = /[eAax]/.test(words) || columns !== undefined
  const rows = visible(process).filter(([, other]) => all || (other.terminal !== undefined && other.terminal === process.terminal))
  if (columns) return customColumns(process, rows, columns)
  const start = (other: Process): string => formatTime(now(process) - (process.kernel.simulation.now - other.startedAt) / SECOND, '%H:%M')
  const cpu = (other: Process): string => formatTime(other.cpuTime / SECOND, '%H:%M:%S')
  const tty = (other: Process): string => (other.terminal ? 'pts/0' : '?')
  const text = (other: Process): string => (other.status ? `[${processName(other)}] <defunct>` : other.command)
  const state = (other: Process): string => STATES[other.runState] + (other.isInit ? 's' : '')
  const parent = (other: Process): number => (other.parent ? process.process.state.pidOf(other.parent) : 0)
  const user = (other: Process): string => userNameOf(process, other.credentials.uid)
  const memory = (other: Process): string => ((100 * other.residentBytes) / process.kernel.facts.memoryBytes).toFixed(1)
  const kib = (other: Process): number => (other.status ? 0 : Math.round(other.residentBytes / KiB))
  if (/u/.test(words) && !words.includes('-e')) {
    await process.print('USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n')
    for (const [pid, other] of rows) await process.print(`${user(other).padEnd(8)} ${String(pid).padStart(7)}  0.0 ${memory(other).padStart(4)} ${String(kib(other) * 3).padStart(6)} ${String(kib(other)).padStart(5)} ${tty(other).padEnd(8)} ${state(other).padEnd(4)} ${start(other)}   ${cpu(other).slice(3)} ${text(other)}\n`)
  } else if (/f/.test(words)) {
    await process.print('UID          PID    PPID  C STIME TTY          TIME CMD\n')
    for (const [pid, other] of rows) await process.print(`${user(other).padEnd(8)} ${String(pid).padStart(7)} ${String(parent(other)).padStart(7)}  0 ${start(other)} ${tty(other).padEnd(8)} ${cpu(other)} ${text(other)}\n`)
  } else {
    await process.print('    PID TTY          TIME CMD\n')
    for (const [pid, other] of rows) await process.print(`${String(pid).padStart(7)} ${tty(other).padEnd(8)} ${cpu(other)} ${/x/.test(words) ? text(other) : processName(other)}${other.status ? ' <defunct>' : ''}\n`)
  }
  return 0
}

async function customColumns(process: ProcessContext, rows: readonly [number, Process][], columns: readonly string[]): Promise<number> {
  const value = (pid: number, other: Process, column: string): string => {
    switch (column) {
      case 'pid': return String(pid)
      case 'ppid': return String(other.parent ? process.process.state.pidOf(other.parent) : 0)
      case 'user': return userNameOf(process, other.credentials.uid)
      case 'uid': return String(other.credentials.uid)
      case 'stat': case 's': case 'state': return STATES[other.runState]
      case 'rss': return String(Math.round(other.residentBytes / KiB))
      case 'comm': return processName(other)
      case 'pgid': return String(other.group)
      default: return other.command
    }
  }
  const right = (column: string): boolean => ['pid', 'ppid', 'rss', 'pgid', 'uid'].includes(column)
  const cell = (text: string, column: string): string => (right(column) ? text.padStart(7) : text.padEnd(8))
  await process.print(`${columns.map((column) => cell(column.toUpperCase(), column)).join(' ').trimEnd()}\n`)
  for (const [pid, other] of rows) await process.print(`${columns.map((column) => cell(value(pid, other, column), column)).join(' ').trimEnd()}\n`)
  return 0
}

async function top(process: ProcessContext): Promise<number> {
  const { facts, simulation } = process.kernel
  const rows = visible(process)
  const mib = (bytes: number): string => (bytes / 1024 / KiB).toFixed(1)
  const used = facts.usedBytes()
  await process.print(`top - ${formatTime(now(process), '%T')} up ${Math.floor((simulation.now - facts.bootedAt) / SECOND / 60)} min,  0 users,  load average: 0.00, 0.00, 0.00\n`
    + `Tasks: ${String(rows.length).padStart(3)} total\nMiB Mem : ${mib(facts.memoryBytes)} total, ${mib(facts.memoryBytes - used)} free, ${mib(used)} used\n\n    PID USER      PR  NI    VIRT    RES S  %CPU  %MEM     TIME+ COMMAND\n`)
  for (const [pid, other] of rows) {
    const kib = Math.round(other.residentBytes / KiB)
    await process.print(`${String(pid).padStart(7)} ${userNameOf(process, other.credentials.uid).padEnd(8)}  20   0 ${String(kib * 3).padStart(7)} ${String(kib).padStart(6)} ${STATES[other.runState]}   0.0 ${((100 * other.residentBytes) / facts.memoryBytes).toFixed(1).padStart(5)} ${formatTime(other.cpuTime / SECOND, '%M:%S').padStart(9)} ${processName(other)}\n`)
  }
  return 0
}

async function kill(process: ProcessContext): Promise<number> {
  const args = [...process.args]
  if (args[0] === '-l') {
    await process.print(`${Object.keys(SIGNAL_NUMBERS).join(' ')}\n`)
    return 0
  }
  const named = args[0] === '-s' ? args.splice(0, 2)[1] : /^-[A-Za-z0-9]+$/.test(args[0] ?? '') ? args.shift()!.slice(1) : 'TERM'
  const signal = named === '0' ? 'probe' : parseSignal(named ?? '')
  if (!signal) return usageError(process, `${named}: invalid signal`)
  const byName = commandName(process) === 'pkill' || commandName(process) === 'killall'
  const targets = byName ? visible(process).filter(([, other]) => !other.status && other !== process.process && args.some((word) => processName(other).includes(word))).map(([pid]) => pid) : args.map(Number)
  let status = targets.length === 0 ? 1 : 0
  for (const pid of targets) {
    const result = process.kill(pid, signal)
    if (result === 'ok') continue
    await process.warn(`kill: (${pid}): ${result === 'ESRCH' ? 'No such process' : 'Operation not permitted'}\n`)
    status = 1
  }
  return status
}

async function diskFree(process: ProcessContext): Promise<number> {
  const human = parseOptions(process.args).flags.has('h')
  const [total, used] = [64 * 2 ** 30, 12 * 2 ** 30]
  const size = (bytes: number): string => (human ? humanSize(bytes) : String(bytes / KiB))
  await process.print(`${'Filesystem'.padEnd(14)} ${(human ? 'Size' : '1K-blocks').padStart(9)} ${'Used'.padStart(9)} ${(human ? 'Avail' : 'Available').padStart(9)} Use% Mounted on\noverlay        ${size(total).padStart(9)} ${size(used).padStart(9)} ${size(total - used).padStart(9)}  19% /\ntmpfs          ${size(67_108_864).padStart(9)} ${'0'.padStart(9)} ${size(67_108_864).padStart(9)}   0% /dev\n`)
  return 0
}

async function diskUsage(process: ProcessContext): Promise<number> {
  const { flags, values, operands } = parseOptions(process.args, ['d', 'max-depth'])
  const depth = flags.has('s') ? 0 : Number(values.get('d') ?? values.get('max-depth') ?? Infinity)
  const size = (bytes: number): string => (flags.has('h') ? humanSize(bytes) : flags.has('b') ? String(bytes) : String(Math.ceil(bytes / KiB)))
  const visit = async (path: string, level: number): Promise<number> => {
    const stat = process.files.stat(path, false)
    if (!stat) return 0
    await process.use(5_000)
    if (stat.kind !== 'directory') return flags.has('b') ? stat.size : Math.ceil(stat.size / 4096) * 4096
    let sum = 4096
    for (const name of process.files.list(path)) {
      const child = joinPath(path, name)
      if (path !== '/' || (name !== 'proc' && name !== 'dev')) sum += await visit(child, level + 1)
    }
    if (level <= depth) await process.print(`${size(sum)}\t${path}\n`)
    return sum
  }
  return each(process, operands.length > 0 ? operands : ['.'], (path) => `cannot access '${path}'`, async (path) => {
    const kind = process.files.stat(path, false)?.kind
    if (!kind) process.files.realPath(path)
    const sum = await visit(path, 0)
    if (kind !== 'directory') await process.print(`${size(sum)}\t${path}\n`)
  })
}

async function free(process: ProcessContext): Promise<number> {
  const { flags } = parseOptions(process.args)
  const { memoryBytes, usedBytes } = process.kernel.facts
  const size = (bytes: number): string => (flags.has('h') ? `${humanSize(bytes)}i` : String(Math.round(bytes / (flags.has('m') ? 2 ** 20 : flags.has('g') ? 2 ** 30 : KiB)))).padStart(11)
  const used = usedBytes()
  await process.print(`               total        used        free      shared  buff/cache   available\nMem:    ${size(memoryBytes)} ${size(used)} ${size(memoryBytes - used)} ${size(0)} ${size(0)} ${size(memoryBytes - used)}\nSwap:   ${size(0)} ${size(0)} ${size(0)}\n`)
  return 0
}

async function names(process: ProcessContext): Promise<number> {
  const { values, operands } = parseOptions(process.args, ['s'])
  const [path = '', suffix = values.get('s') ?? ''] = operands
  if (commandName(process) === 'basename') {
    const base = baseName(path)
    await process.print(`${suffix !== '' && base !== suffix && base.endsWith(suffix) ? base.slice(0, -suffix.length) : base}\n`)
  } else for (const operand of operands) await process.print(`${operand.replace(/\/+$/, '').includes('/') ? operand.replace(/\/+$/, '').replace(/\/+[^/]*$/, '') || '/' : operand.startsWith('/') ? '/' : '.'}\n`)
  return 0
}

async function getent(process: ProcessContext): Promise<number> {
  const [database = '', key] = process.args
  const path = `/etc/${database}`
  if (!process.files.may(path, 'read')) {
    await process.warn(`Unknown database: ${database}\n`)
    return 1
  }
  const lines = decodeUtf8(process.files.bytes(path)).split('\n').filter((line) => line !== '')
  const chosen = key === undefined ? lines : lines.filter((line) => line.split(/[:\s]+/).some((field, index) => field === key && (database === 'hosts' || index === 0 || index === 2)))
  await process.print(chosen.map((line) => `${line}\n`).join(''))
  return chosen.length > 0 ? 0 : 2
}

const printed = (text: (process: ProcessContext) => string) => async (process: ProcessContext): Promise<number> => {
  await process.print(`${text(process)}\n`)
  return 0
}

const wrapper = (skip: (args: readonly string[]) => number) => async (process: ProcessContext): Promise<number> => {
  const words = process.args.slice(skip(process.args))
  return words.length > 0 ? become(process, words) : 0
}

async function timeout(process: ProcessContext): Promise<number> {
  const { values } = parseOptions(process.args, ['s', 'k'])
  const words = process.args.slice(process.args.findIndex((word) => /^\d/.test(word)))
  const seconds = Number.parseFloat(words[0] ?? '0')
  const path = words[1] === undefined ? undefined : process.findProgram(words[1])
  if (path === undefined) return 127
  const child = process.spawn(path, { argv: words.slice(1) })
  let late = false
  const timer = process.kernel.simulation.schedule(seconds * SECOND, () => {
    late = true
    process.kill(child, parseSignal(values.get('s') ?? 'TERM') ?? 'TERM')
  })
  const result = await process.wait(child)
  timer.dispose()
  return late ? 124 : result && result.status !== 'stopped' ? result.status.code : 1
}

/** The terminal behind standard input: its size, and whether it shows what is typed. Other settings are not modelled. */
async function terminalSettings(process: ProcessContext): Promise<number> {
  const { terminal } = process
  if (!terminal || !process.isTerminal(0)) {
    await process.warn("stty: 'standard input': Inappropriate ioctl for device\n")
    return 1
  }
  const [setting] = process.args
  if (setting === 'size') await process.print(`${terminal.rows} ${terminal.columns}\n`)
  else if (setting === undefined) await process.print('speed 38400 baud; line = 0;\n')
  else if (setting === '-a') await process.print(`speed 38400 baud; rows ${terminal.rows}; columns ${terminal.columns}; line = 0;\n${terminal.echo ? '' : '-'}echo\n`)
  else if (setting === 'echo' || setting === '-echo' || setting === 'sane') terminal.echo = setting !== '-echo'
  else {
    await process.warn(`stty: invalid argument '${setting}'\n`)
    return 1
  }
  return 0
}

export const SYSTEM = [
  program('id', 'coreutils', identity), program('whoami', 'coreutils', whoami), program('groups', 'coreutils', groupList), program('which', 'debianutils', which), program('env', 'coreutils', env), program('printenv', 'coreutils', printEnvironment),
  program('uname', 'coreutils', uname), program('arch', 'coreutils', printed(() => 'x86_64')), program('nproc', 'coreutils', printed((process) => String(process.kernel.facts.cores))), program('hostname', 'hostname', hostname),
  program('date', 'coreutils', date), program('ps', 'procps', processStatus), program('top', 'procps', top), program('kill', 'procps', kill), program('pkill', 'procps', kill), program('killall', 'psmisc', kill), program('df', 'coreutils', diskFree), program('du', 'coreutils', diskUsage),
  program('free', 'procps', free), program('basename', 'coreutils', names), program('dirname', 'coreutils', names), program('getent', 'libc-bin', getent), program('pwd', 'coreutils', printed((process) => process.cwd)),
  program('mount', 'mount', printed(() => 'overlay on / type overlay (rw,relatime)\nproc on /proc type proc (rw,nosuid,nodev,noexec,relatime)\ntmpfs on /dev type tmpfs (rw,nosuid,size=65536k,mode=755)')),
  program('tty', 'coreutils', async (process) => (process.isTerminal(0) ? printed(() => '/dev/pts/0')(process) : printed(() => 'not a tty')(process).then(() => 1))),
  program('stty', 'coreutils', terminalSettings),
  program('nohup', 'coreutils', wrapper(() => 0)), program('nice', 'coreutils', wrapper((args) => (args[0] === '-n' ? 2 : 0))), program('setsid', 'util-linux', wrapper(() => 0)), program('stdbuf', 'coreutils', wrapper((args) => args.findIndex((word) => !word.startsWith('-')))), program('timeout', 'coreutils', timeout),
  program('clear', 'ncurses-bin', async (process) => process.print('\x1b[H\x1b[2J\x1b[3J').then(() => 0)), program('sync', 'coreutils', async () => 0), program('ldconfig', 'libc-bin', async () => 0), program('uptime', 'procps', printed((process) => ` ${formatTime(now(process), '%T')} up ${Math.floor((process.kernel.simulation.now - process.kernel.facts.bootedAt) / SECOND / 60)} min,  0 users,  load average: 0.00, 0.00, 0.00`)),
  program('hello', 'hello-world', async (process) => process.print('\nHello from Docker!\nIf you can read this, the engine works from end to end.\n\nWhat just happened:\n 1. The client asked the engine to run the image "hello-world".\n 2. The engine did not find it and pulled it from the registry.\n 3. It made a container from the image and started the one program in it.\n 4. What that program wrote came back to your terminal.\n\nA bigger step: docker run -it ubuntu bash\n\n').then(() => 0)),
]
