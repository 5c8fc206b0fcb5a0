import { Utf8StreamDecoder } from '../../base/bytes.ts'
import type { RunInstruction } from '../dockerfile/instructions.ts'
import { heredocText } from '../dockerfile/heredoc.ts'
import type { FileSystem } from '../filesystem/file-system.ts'
import type { ExitStatus, Kernel, Namespace } from '../runtime/kernel.ts'
import { BuildFailure } from './build-failure.ts'
import type { Vertex } from './build-log.ts'
import type { Cancellation } from './cancellation.ts'
import { makeParents } from './copy-tree.ts'
import { commandWords, type StageState } from './stage-state.ts'
import { findUser, type UserIdentity } from './users.ts'

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

interface RunPlace {
  readonly kernel: Kernel
  /** Unique on the kernel while the step runs. */
  readonly namespaceId: string
  readonly root: FileSystem
  readonly vertex: Vertex
  readonly cancellation: Cancellation
}

/** Carries out a RUN in a namespace of its own. Throws a BuildFailure when its process fails. */
export async function runStep(instruction: RunInstruction, state: StageState, place: RunPlace): Promise<void> {
  const { lines } = instruction
  if (instruction.mounts.length > 0) throw new BuildFailure('RUN --mount is not modelled yet', lines)
  const argv = argvOf(instruction, state)
  const cwd = state.config.WorkingDir ?? '/'
  const user = identity(instruction, state, place.root)
  makeParents(place.root, cwd)
  const namespace: Namespace = { id: place.namespaceId, hostname: 'buildkitsandbox', root: place.root, ipAddress: '172.17.0.254', memoryLimit: null }
  try {
    const status = await place.cancellation.wait(spawn(argv, { PATH: DEFAULT_PATH, HOME: user.home, ...state.scope.processEnv }, cwd, user, namespace, place))
    if (status.code === 0) return
    const oom = status.oomKilled ? ': the process was killed because it ran out of memory' : ''
    throw new BuildFailure(`process ${JSON.stringify(argv.join(' '))} did not complete successfully: exit code: ${status.code}${oom}`, lines, status.code)
  } finally {
    place.kernel.destroyNamespace(namespace)
  }
}

/** The words of the process: a heredoc that is the whole command is a script for the shell. */
function argvOf(instruction: RunInstruction, state: StageState): readonly string[] {
  const { command, heredocs } = instruction
  if (heredocs.length === 0 || command.form === 'exec') return commandWords(command, state.config)
  const text = command.words.join(' ')
  const [only] = heredocs
  if (heredocs.length === 1 && /^\d*<<-?\s*\S+$/.test(text.trim())) return commandWords({ form: 'shell', words: [heredocText(only!)] }, state.config)
  const documents = heredocs.map((heredoc) => `${heredoc.content}${heredoc.name}`)
  return commandWords({ form: 'shell', words: [[text, ...documents].join('\n')] }, state.config)
}

function identity(instruction: RunInstruction, state: StageState, root: FileSystem): UserIdentity {
  try {
    return findUser(root, state.config.User ?? '')
  } catch (error) {
    throw new BuildFailure(error instanceof Error ? error.message : String(error), instruction.lines)
  }
}

function spawn(
  argv: readonly string[], env: Readonly<Record<string, string>>, cwd: string, user: UserIdentity, namespace: Namespace, place: RunPlace,
): Promise<ExitStatus> {
  return new Promise((resolve) => {
    const out = new Utf8StreamDecoder()
    const err = new Utf8StreamDecoder()
    const result = place.kernel.spawn({
      namespace, argv, env, cwd, uid: user.uid, gid: user.gid, groups: user.groups, stdin: 'none',
      stdout: (bytes) => place.vertex.output(out.push(bytes)),
      stderr: (bytes) => place.vertex.output(err.push(bytes)),
      onExit: resolve,
    })
    if (result.ok) return
    place.vertex.output(`runc run failed: unable to start container process: error during container init: exec: ${JSON.stringify(argv[0])}: ${result.reason}\n`)
    resolve({ code: result.exitCode, signal: null, oomKilled: false })
  })
}
