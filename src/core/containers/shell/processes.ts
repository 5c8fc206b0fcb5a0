import { decodeUtf8 } from '../../base/bytes.ts'
import type { ChildSpec } from '../runtime/process-context.ts'
import { Interrupted } from '../runtime/process.ts'
import type { Interpreter } from './interpreter.ts'
import type { Script } from './parser.ts'
import { runLast } from './pipelines.ts'
import { runShell } from './run-shell.ts'
import { ShellError, ShellExit } from './shell-state.ts'

/** Runs `body` in a child process with a copy of this shell. */
export function forkShell(shell: Interpreter, spec: Omit<ChildSpec, 'argv'>, body: (shell: Interpreter) => Promise<void>): number {
  const parent = shell.state
  return shell.context.fork({ ...spec, argv: shell.context.argv, env: parent.variables.exported() }, (child) => {
    const copy = shell.copyFor(child)
    return runShell(copy, async () => body(copy))
  })
}

/** Waits for a foreground child; handled signals are noted and acted on afterwards. */
export async function waitFor(shell: Interpreter, pid: number, stops = false): Promise<number | 'stopped'> {
  for (;;) {
    try {
      const result = await shell.context.wait(pid, { stops })
      if (!result) return shell.state.ended.get(pid) ?? 127
      if (result.status === 'stopped') return 'stopped'
      if (result.status.signal === 'INT' && !shell.state.interactive) throw new ShellExit(130)
      if (result.status.signal && result.status.signal !== 'PIPE') await announceSignal(shell, result.status.signal)
      return result.status.code
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error
    }
  }
}

async function announceSignal(shell: Interpreter, signal: string): Promise<void> {
  const words = { KILL: 'Killed', TERM: 'Terminated', SEGV: 'Segmentation fault', QUIT: 'Quit', HUP: 'Hangup', ABRT: 'Aborted' }[signal]
  if (words && shell.state.callDepth >= 0) await shell.context.warn(`${words}\n`)
}

export async function substitute(shell: Interpreter, script: Script): Promise<string> {
  const { process } = shell.context
  const pipe = shell.context.pipe()
  const descriptors = new Map([...process.descriptors.keys()].filter((fd) => fd !== pipe.read && fd !== pipe.write).map((fd) => [fd, fd]))
  descriptors.set(1, pipe.write)
  const pid = forkShell(shell, { descriptors }, async (shell) => {
    shell.state.tested = shell.state.isBash ? shell.state.tested : 0
    const [only] = script.statements
    const single = script.statements.length === 1 && only?.pipelines.length === 1 && !only.background && only.pipelines[0]?.commands.length === 1 && !only.pipelines[0].negated ? only.pipelines[0].commands[0] : undefined
    if (single?.type === 'SimpleCommand' && !only?.deferredError) await runLast(shell, single)
    else await shell.statements(script.statements)
  })
  shell.context.close(pipe.write)
  const text = decodeUtf8(await shell.context.readAll(pipe.read)).replaceAll('\0', '')
  shell.context.close(pipe.read)
  const status = await waitFor(shell, pid)
  shell.state.status = status === 'stopped' ? 148 : status
  return text
}

export async function substituteStream(shell: Interpreter, script: Script, direction: 'input' | 'output'): Promise<string> {
  if (!shell.state.isBash) throw new ShellError('Syntax error: "(" unexpected', { status: 2, fatal: true })
  const { process } = shell.context
  const pipe = shell.context.pipe()
  const [mine, theirs, fd] = direction === 'input' ? [pipe.read, pipe.write, 1] : [pipe.write, pipe.read, 0]
  const descriptors = new Map([...process.descriptors.keys()].filter((number) => number !== mine && number !== theirs).map((number) => [number, number]))
  descriptors.set(fd, theirs)
  forkShell(shell, { descriptors }, (shell) => shell.statements(script.statements))
  shell.context.close(theirs)
  let high = 63
  while (process.descriptors.has(high)) high--
  process.duplicate(mine, high)
  shell.context.close(mine)
  return `/dev/fd/${high}`
}
