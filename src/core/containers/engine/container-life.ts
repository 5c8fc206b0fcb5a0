import { encodeUtf8 } from '../../base/bytes.ts'
import { SECOND, type SimTime } from '../../simulation/units.ts'
import { findUser } from '../builder/users.ts'
import { makeParents } from '../builder/copy-tree.ts'
import type { ExitStatus, SpawnResult, SpawnSpec } from '../runtime/kernel.ts'
import type { Container } from './container.ts'
import {
  alreadyPaused, cannotStart, execPaused, killStopped, notPaused, notRunning, portTaken, removePaused, removeRunning, short, startPaused,
} from './daemon-words.ts'
import type { Engine } from './engine.ts'
import type { Machine } from './machine.ts'
import { Failure } from '../../base/failure.ts'

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
const GRACE_SECONDS = 10

/** Starts a created or ended container. Throws the engine's refusal; a container that runs already is left alone. */
export function startContainer(engine: Engine, container: Container): void {
  if (container.state === 'paused') throw startPaused()
  if (container.state === 'running') return
  const machine = engine.machine()
  claimPorts(engine, container)
  container.ipAddress = engine.freeAddress()
  container.namespace = { id: container.id, hostname: container.settings.hostname, root: container.root, ipAddress: container.ipAddress, memoryLimit: null }
  const run = ++container.run
  prepareFiles(container)
  const result = launch(engine, container, {
    argv: container.settings.argv,
    stdin: container.settings.openStdin ? 'open' : 'none',
    stdout: (bytes) => container.logs.push('stdout', bytes),
    stderr: (bytes) => container.logs.push('stderr', bytes),
    ...(container.settings.tty ? { terminal: container.size } : {}),
    onExit: (status) => container.run === run && ended(engine, container, status),
  })
  if (!result.ok) {
    machine.kernel.destroyNamespace(container.namespace)
    container.namespace = null
    container.ipAddress = null
    container.exitCode = result.exitCode
    engine.publish(container)
    throw cannotStart(container.settings.argv[0] ?? '', result.reason)
  }
  container.process = result.process
  container.state = 'running'
  container.exitCode = null
  container.oomKilled = false
  container.startedAt = engine.now
  container.finishedAt = null
  engine.publish(container)
  engine.say(container, `${container.name} starts: ${container.settings.argv.join(' ')}`)
}

/** Starts another process in a running container. Throws the engine's refusals. */
export function execInContainer(engine: Engine, container: Container, spec: Pick<SpawnSpec, 'argv' | 'stdin' | 'stdout' | 'stderr' | 'onExit' | 'terminal'> & ExecOptions): SpawnResult {
  if (container.state === 'paused') throw execPaused(container.name)
  if (container.state !== 'running' || !container.namespace) throw notRunning(container.id)
  engine.machine()
  return launch(engine, container, spec)
}

interface ExecOptions {
  readonly env?: readonly string[]
  readonly user?: string
  readonly workingDir?: string
}

function launch(engine: Engine, container: Container, spec: Pick<SpawnSpec, 'argv' | 'stdin' | 'stdout' | 'stderr' | 'onExit' | 'terminal'> & ExecOptions): SpawnResult {
  const { settings, root, namespace } = container
  const { env = [], user: asUser, workingDir, ...rest } = spec
  const user = findUserOrFail(container, asUser ?? settings.user)
  const lines = [`PATH=${DEFAULT_PATH}`, `HOSTNAME=${settings.hostname}`, ...(spec.terminal ? ['TERM=xterm'] : []), `HOME=${user.home}`, ...settings.env, ...env]
  const cwd = workingDir ?? (settings.workingDir || '/')
  makeParents(root, cwd)
  return engine.machine().kernel.spawn({
    ...rest,
    namespace: namespace!,
    env: Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)])),
    cwd, uid: user.uid, gid: user.gid, groups: user.groups,
  })
}

function findUserOrFail(container: Container, user: string): ReturnType<typeof findUser> {
  try {
    return findUser(container.root, user)
  } catch (error) {
    throw new Failure('invalid', error instanceof Error ? error.message : String(error))
  }
}

/** The files that an engine puts into every container. */
function prepareFiles({ root, settings, ipAddress }: Container): void {
  if (root.lookup('/etc')?.kind !== 'directory') return
  const write = (path: string, text: string): void => root.write(path, encodeUtf8(text), { mode: 0o644 })
  write('/etc/hostname', `${settings.hostname}\n`)
  write('/etc/hosts', `127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n${ipAddress}\t${settings.hostname}\n`)
}

function claimPorts(engine: Engine, container: Container): void {
  for (const { hostPort, protocol } of container.settings.ports) {
    const holder = engine.portHolder(hostPort, protocol)
    if (holder && holder !== container) throw portTaken(container.name, engine.random.hex(64), hostPort)
  }
}

function ended(engine: Engine, container: Container, status: ExitStatus): void {
  engine.machineIfUp()?.kernel.destroyNamespace(container.namespace!)
  markEnded(engine, container, status.code, status.oomKilled)
  const how = status.oomKilled ? 'was killed: out of memory' : status.signal ? `was ended by SIG${status.signal}` : 'ended'
  engine.say(container, `${container.name} ${how} (exit code ${status.code}).`)
  container.onExit.emit(status.code)
  if (container.settings.autoRemove) engine.forget(container)
}

/** Sets the state of a container whose process is gone. */
export function markEnded(engine: Engine, container: Container, code: number, oomKilled = false): void {
  container.killTimer?.dispose()
  container.killTimer = null
  container.state = 'exited'
  container.exitCode = code
  container.oomKilled = oomKilled
  container.finishedAt = engine.now
  container.process = null
  container.namespace = null
  container.ipAddress = null
  engine.publish(container)
  engine.publishProcesses(container)
}

/** SIGTERM (or the image's stop signal), and SIGKILL after the grace time. */
export function stopContainer(engine: Engine, container: Container, seconds = GRACE_SECONDS): void {
  if (!container.alive || !container.process) return
  endWithin(engine.machine(), engine, container, seconds * SECOND)
}

/** The same on a machine that is shutting down. */
export function endWithin({ kernel, time }: Machine, engine: Engine, container: Container, grace: SimTime): void {
  if (!container.process) return
  const { pid } = container.process
  const kill = (): void => {
    thaw(engine, container)
    kernel.signal(pid, 'KILL')
  }
  kernel.signal(pid, container.settings.stopSignal)
  container.killTimer?.dispose()
  const { run } = container
  container.killTimer = time.later(grace, () => void (container.run === run && container.alive && kill()))
}

export function killContainer(engine: Engine, container: Container, signal = 'KILL'): void {
  const { kernel } = engine.machine()
  if (!container.alive || !container.process) throw killStopped(container.name, container.id)
  if (!/^(SIG)?[A-Z]+\d*$|^\d+$/i.test(signal)) throw new Failure('invalid', `invalid signal: ${signal}`)
  const name = signal.toUpperCase().replace(/^SIG/, '')
  if (name === 'KILL' || name === '9') thaw(engine, container)
  if (!kernel.signal(container.process.pid, name)) throw new Failure('invalid', `invalid signal: ${signal}`)
}

function thaw(engine: Engine, container: Container): void {
  if (container.state !== 'paused' || !container.namespace) return
  engine.machineIfUp()?.kernel.setFrozen(container.namespace, false)
  container.state = 'running'
  engine.publish(container)
}

export function pauseContainer(engine: Engine, container: Container): void {
  if (container.state === 'paused') throw alreadyPaused(container.id)
  if (container.state !== 'running' || !container.namespace) throw notRunning(container.id)
  engine.machine().kernel.setFrozen(container.namespace, true)
  container.state = 'paused'
  engine.publish(container)
  engine.say(container, `${container.name} is paused: its processes are frozen, their memory stays.`)
}

export function unpauseContainer(engine: Engine, container: Container): void {
  if (container.state !== 'paused') throw notPaused(container.id)
  thaw(engine, container)
  engine.say(container, `${container.name} goes on.`)
}

export function removeContainer(engine: Engine, container: Container, force = false): void {
  if (container.state === 'paused' && !force) throw removePaused(container.name)
  if (container.state === 'running' && !force) throw removeRunning(container.name)
  if (container.alive) {
    const { kernel } = engine.machine()
    if (container.namespace) kernel.destroyNamespace(container.namespace)
    container.run++
    markEnded(engine, container, 137)
    container.onExit.emit(137)
  }
  engine.say(container, `${container.name} (${short(container.id)}) is removed, and what it wrote with it.`)
  engine.forget(container)
}

