import type { Interpreter } from './interpreter.ts'
import { foreground } from './job-control.ts'
import type { Command, Pipeline } from './parser.ts'
import { forkShell } from './processes.ts'
import { commandText } from './source-text.ts'

export async function concurrent(shell: Interpreter, pipeline: Pipeline): Promise<void> {
  const pids = startPipeline(shell, pipeline, shell.state.options.has('monitor'))
  const text = commandText(pipeline)
  const statuses = await foreground(shell, pids, text)
  shell.state.pipeStatus = statuses
  const failed = statuses.findLast((status) => status !== 0) ?? 0
  shell.state.status = shell.state.options.has('pipefail') ? failed : (statuses.at(-1) ?? 0)
}

/** Starts every command of a pipeline in a process of its own, joined by pipes. */
function startPipeline(shell: Interpreter, pipeline: Pipeline, ownGroup: boolean): number[] {
  const { process } = shell.context
  const pids: number[] = []
  let input: number | undefined
  for (const [index, command] of pipeline.commands.entries()) {
    const pipe = index < pipeline.commands.length - 1 ? shell.context.pipe() : undefined
    const descriptors = new Map([...process.descriptors.keys()].filter((fd) => fd !== input && fd !== pipe?.read && fd !== pipe?.write).map((fd) => [fd, fd]))
    if (input !== undefined) descriptors.set(0, input)
    if (pipe) descriptors.set(1, pipe.write)
    if (pipe && pipeline.pipeStderr?.[index]) descriptors.set(2, pipe.write)
    const group = ownGroup ? (pids[0] ?? 'own') : undefined
    pids.push(forkShell(shell, { descriptors, ...(group !== undefined && { group }) }, (shell) => runLast(shell, command)))
    if (input !== undefined) shell.context.close(input)
    if (pipe) shell.context.close(pipe.write)
    input = pipe?.read
  }
  return pids
}

/** A subshell's only command: it may replace the shell. */
export async function runLast(shell: Interpreter, command: Command): Promise<void> {
  shell.lastMayExec = true
  await shell.reportErrors(() => shell.command(command))
}
