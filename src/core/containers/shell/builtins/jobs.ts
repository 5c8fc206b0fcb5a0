import { Interrupted } from '../../runtime/process.ts'
import { parseSignal, SIGNAL_NUMBERS } from '../../runtime/signals.ts'
import type { Interpreter } from '../interpreter.ts'
import { resume } from '../job-control.ts'
import { ShellError, type Job } from '../shell-state.ts'
import type { Builtin } from './builtin.ts'

async function wait(shell: Interpreter, words: readonly string[]): Promise<number> {
  const targets = words.slice(1).filter((word) => !word.startsWith('-'))
  if (targets.length === 0) return waitForAll(shell)
  let status = 0
  for (const target of targets) {
    const pid = target.startsWith('%') ? (findJob(shell, target)?.pids.at(-1) ?? 0) : Number(target)
    status = await waitForOne(shell, pid)
  }
  return status
}

async function waitForAll(shell: Interpreter): Promise<number> {
  for (;;) {
    const status = await interruptibly(shell, -1)
    if (status === undefined) {
      shell.state.jobs.length = 0
      return 0
    }
    if (status > 128 && shell.state.pendingTraps.length > 0) return status
  }
}

async function waitForOne(shell: Interpreter, pid: number): Promise<number> {
  const noted = shell.state.ended.get(pid)
  if (noted !== undefined) {
    shell.state.ended.delete(pid)
    return noted
  }
  const status = await interruptibly(shell, pid)
  if (status !== undefined) return status
  if (shell.state.isBash) await shell.state.complain(`wait: pid ${pid} is not a child of this shell`)
  return 127
}

async function interruptibly(shell: Interpreter, pid: number): Promise<number | undefined> {
  try {
    const result = await shell.context.wait(pid)
    if (!result || result.status === 'stopped') return undefined
    markDone(shell, result.pid, result.status.code)
    return result.status.code
  } catch (error) {
    if (error instanceof Interrupted) return 128 + SIGNAL_NUMBERS[error.signal]
    throw error
  }
}

function markDone(shell: Interpreter, pid: number, code: number): void {
  const { jobs } = shell.state
  const index = jobs.findIndex((job) => job.pids.includes(pid))
  if (index >= 0) jobs.splice(index, 1)
  shell.state.ended.set(pid, code)
}

/** Collects children that ended meanwhile; an interactive shell reports them before its next prompt. */
export async function reapBackground(shell: Interpreter): Promise<void> {
  for (;;) {
    const found = shell.context.pollChild(-1, false)
    if (!found || found === 'none-yet' || found.status === 'stopped') return
    const job = shell.state.jobs.find((candidate) => candidate.pids.includes(found.pid))
    if (job && shell.state.interactive) {
      const words = found.status.code === 0 ? 'Done' : found.status.signal === 'TERM' ? 'Terminated' : found.status.signal === 'KILL' ? 'Killed' : `Exit ${found.status.code}`
      await shell.context.warn(`[${job.id}]+  ${words.padEnd(22)}  ${job.text}\n`)
    }
    markDone(shell, found.pid, found.status.code)
  }
}

function findJob(shell: Interpreter, word: string | undefined): Job | undefined {
  const { jobs } = shell.state
  if (word === undefined || word === '%' || word === '%%' || word === '%+') return jobs.at(-1)
  return jobs.find((job) => job.id === Number(word.replace('%', '')))
}

async function jobs(shell: Interpreter, words: readonly string[]): Promise<number> {
  for (const job of shell.state.jobs) {
    const mark = job === shell.state.jobs.at(-1) ? '+' : job === shell.state.jobs.at(-2) ? '-' : ' '
    await shell.context.print(words[1] === '-p' ? `${job.group}\n` : `[${job.id}]${mark}  ${job.state.padEnd(22)}  ${job.text}${job.state === 'Running' ? ' &' : ''}\n`)
  }
  return 0
}

async function foreground(shell: Interpreter, words: readonly string[]): Promise<number> {
  const job = findJob(shell, words[1])
  if (!job) throw new ShellError(`fg: ${words[1] ?? 'current'}: no such job`)
  await shell.context.print(`${job.text}\n`)
  return resume(shell, job)
}

async function background(shell: Interpreter, words: readonly string[]): Promise<number> {
  const job = findJob(shell, words[1])
  if (!job) throw new ShellError(`bg: ${words[1] ?? 'current'}: no such job`)
  job.state = 'Running'
  shell.context.process.state.signalGroup(job.group, 'CONT')
  await shell.context.print(`[${job.id}]+ ${job.text} &\n`)
  return 0
}

async function kill(shell: Interpreter, words: readonly string[]): Promise<number> {
  const args = words.slice(1)
  if (args[0] === '-l') {
    await shell.context.print(`${Object.keys(SIGNAL_NUMBERS).join(' ')}\n`)
    return 0
  }
  const named = args[0] === '-s' || args[0] === '-n' ? args.splice(0, 2)[1] : /^-[A-Za-z0-9]+$/.test(args[0] ?? '') ? args.shift()!.slice(1) : 'TERM'
  const signal = named === '0' ? 'probe' : parseSignal(named ?? '')
  if (!signal) {
    await shell.state.complain(shell.state.isBash ? `kill: ${named}: invalid signal specification` : `kill: Illegal option -${named?.charAt(0) ?? ''}`)
    return shell.state.isBash ? 1 : 2
  }
  if (args.length === 0) {
    await shell.state.complain('kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]')
    return 2
  }
  let status = 0
  for (const target of args) {
    const pid = target.startsWith('%') ? -(findJob(shell, target)?.group ?? 0) : Number(target)
    const result = Number.isNaN(pid) || (target.startsWith('%') && pid === 0) ? 'ESRCH' : shell.context.kill(pid, signal)
    if (result === 'ok') continue
    status = 1
    const words_ = result === 'EPERM' ? 'Operation not permitted' : 'No such process'
    if (Number.isNaN(pid)) await shell.state.complain(shell.state.isBash ? `kill: ${target}: arguments must be process or job IDs` : `kill: Illegal number: ${target}`)
    else await shell.state.complain(shell.state.isBash ? `kill: (${target}) - ${words_}` : `kill: ${words_}\n`)
  }
  return status
}

export const jobBuiltins: Readonly<Record<string, Builtin>> = {
  wait: { run: wait },
  jobs: { run: jobs },
  fg: { run: foreground },
  bg: { run: background },
  kill: { run: kill },
  disown: { run: async () => 0, bashOnly: true },
}
