import { encodeUtf8, type Bytes } from '../../base/bytes.ts'
import { MICROSECOND, MiB } from '../../simulation/units.ts'
import type { ProcessHandle, SpawnSpec } from './kernel.ts'
import { FileReference, type OpenFile } from './open-file.ts'
import { Pipe } from './pipe.ts'
import type { Process } from './process.ts'
import { Terminal } from './terminal.ts'

interface StreamGround {
  readonly outputBytes: number
  nextInode(): number
  stop(process: Process): void
}

/** Gives a spawned process its standard input, output and error: pipes to the outside, or a terminal. */
export function connectStreams(process: Process, spec: SpawnSpec, ground: StreamGround): ProcessHandle {
  if (spec.terminal) {
    const terminal = new Terminal(spec.terminal, limitedOutput(process, ground, spec.stdout), (group, signal) => process.state.signalGroup(group, signal))
    terminal.foreground = process.group
    process.terminal = terminal
    const first = new FileReference(terminal)
    for (const reference of [first, first.retain(), first.retain()]) process.install(reference)
    if (spec.stdin === 'none') terminal.hangUp()
    return { pid: process.pid, write: (bytes) => terminal.type(bytes), closeInput: () => terminal.hangUp(), resize: (columns, rows) => terminal.resize(columns, rows) }
  }
  const input = new Pipe(ground.nextInode())
  if (spec.stdin === 'none') input.closeWriter()
  for (const reference of [new FileReference(input.readEnd), new FileReference(sink(process, ground, spec.stdout)), new FileReference(sink(process, ground, spec.stderr))]) process.install(reference)
  return { pid: process.pid, write: (bytes) => input.push(bytes.slice()), closeInput: () => input.closeWriter(), resize: () => undefined }
}

function sink(owner: Process, ground: StreamGround, emit: (bytes: Bytes) => void): OpenFile {
  const limited = limitedOutput(owner, ground, emit)
  return {
    kind: 'pipe',
    path: `pipe:[${ground.nextInode()}]`,
    read: async () => new Uint8Array(0),
    write: async (process, bytes) => {
      await process.use(20 * MICROSECOND + bytes.length * 10)
      limited(bytes.slice())
    },
    close: () => undefined,
  }
}

/** Ends a process that prints more than it may. */
function limitedOutput(owner: Process, ground: StreamGround, emit: (bytes: Bytes) => void): (bytes: Bytes) => void {
  let printed = 0
  return (bytes) => {
    if (printed > ground.outputBytes) return
    printed += bytes.length
    emit(bytes)
    if (printed <= ground.outputBytes) return
    emit(encodeUtf8(`\nglasshouse: stopped after ${ground.outputBytes / MiB} MiB of output\n`))
    ground.stop(owner)
  }
}
