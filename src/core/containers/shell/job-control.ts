import type { Interpreter } from './interpreter.ts'
import type { Statement } from './parser.ts'
import { runLast } from './pipelines.ts'
import { forkShell, waitFor } from './processes.ts'
import type { Job } from './shell-state.ts'
import { commandText } from './source-text.ts'

/** Waits for a foreground pipeline, lending it the terminal. */
export async function foreground(shell: Interpreter, pids: readonly number[], text: string): Promise<number[]> {
  const { terminal, process } = shell.context
  const monitor = shell.state.options.has('monitor')
  if (monitor && terminal) terminal.foreground = pids[0]!
  const statuses: number[] = []
  try {
    for (const pid of pids) {
      const status = await waitFor(shell, pid, monitor)
      if (status === 'stopped') return suspended(shell, pids, text)
      statuses.push(status)
    }
  } finally {
    if (monitor && terminal) terminal.foreground = process.group
  }
  return statuses
}

async function suspended(shell: Interpreter, pids: readonly number[], text: string): Promise<number[]> {
  const job = addJob(shell, pids, text)
  job.state = 'Stopped'
  await shell.context.warn(`\n[${job.id}]+  Stopped                 ${text}\n`)
  return [148]
}

function addJob(shell: Interpreter, pids: readonly number[], text: string): Job {
  const job: Job = { id: (shell.state.jobs.at(-1)?.id ?? 0) + 1, group: pids[0]!, pids, text, state: 'Running', code: 0 }
  shell.state.jobs.push(job)
  return job
}

/** Brings a job to the foreground. */
export async function resume(shell: Interpreter, job: Job): Promise<number> {
  shell.state.jobs.splice(shell.state.jobs.indexOf(job), 1)
  shell.context.process.state.signalGroup(job.group, 'CONT')
  return (await foreground(shell, job.pids, job.text)).at(-1) ?? 0
}

export async function background(shell: Interpreter, statement: Statement): Promise<void> {
  const monitor = shell.state.options.has('monitor')
  const { process } = shell.context
  const descriptors = new Map([...process.descriptors.keys()].map((fd) => [fd, fd]))
  const nothing = monitor ? undefined : process.install(shell.context.files.open('/dev/null', { read: true }), 10)
  if (nothing !== undefined) descriptors.set(0, nothing)
  const foreground: Statement = { ...statement, background: false }
  const [only] = statement.pipelines
  const single = statement.pipelines.length === 1 && only?.commands.length === 1 ? only.commands[0] : undefined
  const pid = forkShell(shell, { descriptors, ...(monitor && { group: 'own' as const }) }, async (shell) => {
    if (!monitor) for (const signal of ['INT', 'QUIT'] as const) shell.context.onSignal(signal, 'ignore')
    if (single) await runLast(shell, single)
    else await shell.statement(foreground)
  })
  if (nothing !== undefined) shell.context.close(nothing)
  shell.state.lastBackground = pid
  shell.state.status = 0
  const job = addJob(shell, [pid], statement.pipelines.map(commandText).join(' '))
  if (shell.state.interactive) await shell.context.warn(`[${job.id}] ${pid}\n`)
}
