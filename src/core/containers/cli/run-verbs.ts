import type { PortMapping } from '../../../protocol/records.ts'
import { Utf8StreamDecoder, type Bytes } from '../../base/bytes.ts'
import { Failure } from '../../base/failure.ts'
import type { Container } from '../engine/container.ts'
import { execInContainer, killContainer, startContainer } from '../engine/container-life.ts'
import { noSuchImage } from '../engine/daemon-words.ts'
import type { LogPart } from '../engine/log-buffer.ts'
import { startPull } from '../engine/pulls.ts'
import type { ProcessHandle } from '../runtime/kernel.ts'
import { familiarReference, parseReference } from '../image/reference.ts'
import type { Client, Verb } from './client.ts'
import { UsageError, type OptionTable, type ParsedOptions } from './options.ts'
import { Queue } from './queue.ts'

const CREATE_OPTIONS: OptionTable = {
  name: 'value', env: ['list', 'e'], publish: ['list', 'p'], workdir: ['value', 'w'], user: ['value', 'u'], hostname: ['value', 'h'], label: ['list', 'l'], entrypoint: 'value',
  interactive: ['flag', 'i'], tty: ['flag', 't'], rm: 'flag', pull: 'value', volume: ['list', 'v'], mount: 'list', network: 'value', memory: ['value', 'm'], cpus: 'value', restart: 'value', platform: 'value',
}

const NOT_MODELLED = ['volume', 'mount', 'memory', 'cpus', 'restart']

/** Makes a container from a `run` or `create` command line; pulls the image when it is not there. */
async function createFrom(client: Client): Promise<Container> {
  const { options, engine } = client
  for (const name of NOT_MODELLED) if (options.has(name)) throw new UsageError(`--${name} is not modelled yet in Glasshouse`)
  const network = options.value('network')
  if (network !== undefined && network !== 'bridge' && network !== 'default') throw new UsageError(`--network ${network} is not modelled yet in Glasshouse: containers are on the default bridge`)
  const [image = '', ...command] = options.operands
  const entrypoint = options.value('entrypoint')
  if (!engine.images.find(image)) {
    if (options.value('pull') === 'never') throw noSuchImage(image)
    await client.warn(`Unable to find image '${familiarReference(parseReference(image))}' locally\n`)
    await pullImage(client, image, (text) => client.warn(text))
  }
  return engine.create({
    image, command, name: options.value('name'), env: options.list('env').map((line) => (line.includes('=') ? line : `${line}=${client.process.env.get(line) ?? ''}`)),
    ports: options.list('publish').map(parsePort), workingDir: options.value('workdir'), user: options.value('user'), hostname: options.value('hostname'),
    labels: Object.fromEntries(options.list('label').map((line) => [line.split('=')[0]!, line.split('=').slice(1).join('=')])),
    ...(entrypoint === undefined ? {} : { entrypoint: entrypoint === '' ? [] : [entrypoint] }),
    tty: options.has('tty'), openStdin: options.has('interactive'), autoRemove: options.has('rm'),
  })
}

/** `docker pull`'s lines, then the image's name on the last. Throws the registry's refusal. */
export async function pullImage(client: Client, reference: string, print: (text: string) => Promise<void>, withName = false): Promise<void> {
  const pull = startPull(client.engine, client.world.registry, client.world.tasks, reference)
  const lines = new Queue<string>()
  const subscription = pull.onLine.on((line) => lines.push(line))
  let refusal: Failure | undefined
  void pull.done.then((result) => {
    if (result instanceof Failure) refusal = result
    lines.close()
  })
  client.process.onSignal('INT', () => void client.world.tasks.cancel(pull.task))
  for (let line = await lines.next(); line !== undefined; line = await lines.next()) {
    if (withName || !line.includes('/') || line.includes(': ')) await print(`${line}\n`)
  }
  client.process.onSignal('INT', undefined)
  subscription.dispose()
  if (refusal) throw refusal
}

function parsePort(text: string): PortMapping {
  const match = /^(?:(?:[\d.]+|\[[^\]]*\]):)?(\d+):(\d+)(?:\/(tcp|udp))?$/.exec(text)
  if (!match) throw new UsageError(`invalid publish: "${text}": Glasshouse knows hostPort:containerPort[/protocol]`)
  const [hostPort, containerPort] = [Number(match[1]), Number(match[2])]
  if (hostPort < 1 || hostPort > 65535 || containerPort < 1 || containerPort > 65535) throw new UsageError(`invalid publish: "${text}": ports are 1 to 65535`)
  return { hostPort, containerPort, protocol: match[3] === 'udp' ? 'udp' : 'tcp' }
}

/** Prints what comes until the queue closes. A terminal's line ends were made by the container's already. */
async function pump(client: Client, parts: Queue<LogPart>, tty: boolean): Promise<void> {
  for (let part = await parts.next(); part; part = await parts.next()) {
    const text = tty ? part.text.replaceAll('\r\n', '\n') : part.text
    if (part.stream === 'stderr') await client.warn(text)
    else await client.print(text)
  }
}

/** Sends our own input on to a process, until `stop`. Terminals are raw meanwhile: the process inside edits its lines. */
function forwardInput(client: Client, handle: ProcessHandle, tty: boolean): { stop(): void } {
  const { process } = client
  const terminal = tty ? process.terminal : undefined
  if (terminal) terminal.raw = true
  const child = process.fork({ argv: ['docker'] }, async (reader) => {
    for (;;) {
      const bytes: Bytes = await reader.read(0)
      if (bytes.length === 0) break
      handle.write(bytes)
    }
    handle.closeInput()
    return 0
  })
  return {
    stop: () => {
      if (terminal) terminal.raw = false
      process.kill(child, 'KILL')
    },
  }
}

function requireTerminal(client: Client, options: ParsedOptions): void {
  if (options.has('tty') && options.has('interactive') && !client.process.isTerminal(0)) throw new UsageError('the input device is not a TTY')
}

/** Runs a container in the foreground; answers its exit code. */
async function attached(client: Client, container: Container, start: () => void): Promise<number> {
  const { tty, openStdin } = container.settings
  const parts = new Queue<LogPart>()
  const output = container.logs.onPart.on((part) => parts.push(part))
  let code = 0
  const exit = container.onExit.on((status) => {
    code = status
    parts.close()
  })
  const { terminal } = client.process
  if (terminal) container.size = { columns: terminal.columns, rows: terminal.rows }
  try {
    start()
    let interrupts = 0
    const interrupt = (signal: string) => (): void => {
      if (container.state === 'running') killContainer(client.engine, container, signal)
      // A PID 1 without a handler never notices: the client gives up after the third.
      if (++interrupts < 3) return
      parts.push({ stream: 'stderr', text: '\ngot 3 SIGTERM/SIGINTs, forcefully exiting\n' })
      code = 1
      parts.close()
    }
    client.process.onSignal('INT', interrupt('INT'))
    client.process.onSignal('TERM', interrupt('TERM'))
    const input = openStdin && container.process ? forwardInput(client, container.process, tty) : undefined
    await pump(client, parts, tty)
    input?.stop()
    return code
  } finally {
    output.dispose()
    exit.dispose()
  }
}

/** What `docker run` exits with when a container cannot start. */
export const startFailureCode = (message: string): number =>
  message.includes('executable file not found') || message.includes('no such file or directory') ? 127 : message.includes('permission denied') || message.includes('exec format') ? 126 : 125

export const RUN_VERBS: Readonly<Record<string, Verb>> = {
  run: {
    usage: 'run [OPTIONS] IMAGE [COMMAND] [ARG...]', summary: 'Create and run a new container from an image',
    options: { ...CREATE_OPTIONS, detach: ['flag', 'd'] }, stopAtOperand: true, operands: { min: 1 }, runs: true,
    async run(client) {
      if (!client.options.has('detach')) requireTerminal(client, client.options)
      const container = await createFrom(client)
      if (!client.options.has('detach')) return attached(client, container, () => startContainer(client.engine, container))
      startContainer(client.engine, container)
      await client.print(`${container.id}\n`)
      return 0
    },
  },
  create: {
    usage: 'create [OPTIONS] IMAGE [COMMAND] [ARG...]', summary: 'Create a new container', options: CREATE_OPTIONS, stopAtOperand: true, operands: { min: 1 }, runs: true,
    async run(client) {
      await client.print(`${(await createFrom(client)).id}\n`)
      return 0
    },
  },
  exec: {
    usage: 'exec [OPTIONS] CONTAINER COMMAND [ARG...]', summary: 'Execute a command in a running container',
    options: { interactive: ['flag', 'i'], tty: ['flag', 't'], detach: ['flag', 'd'], env: ['list', 'e'], workdir: ['value', 'w'], user: ['value', 'u'], privileged: 'flag' },
    stopAtOperand: true, operands: { min: 2 },
    async run(client) {
      const { options, engine } = client
      requireTerminal(client, options)
      const [name = '', ...argv] = options.operands
      const parts = new Queue<LogPart>()
      const decoders = { stdout: new Utf8StreamDecoder(), stderr: new Utf8StreamDecoder() }
      const push = (stream: LogPart['stream']) => (bytes: Bytes): void => parts.push({ stream, text: decoders[stream].push(bytes) })
      let code = 0
      const user = options.value('user')
      const workingDir = options.value('workdir')
      const { terminal } = client.process
      const result = execInContainer(engine, engine.find(name), {
        argv, stdin: options.has('interactive') ? 'open' : 'none', env: options.list('env'), ...(user === undefined ? {} : { user }), ...(workingDir === undefined ? {} : { workingDir }),
        ...(options.has('tty') ? { terminal: { columns: terminal?.columns ?? 80, rows: terminal?.rows ?? 24 } } : {}),
        stdout: push('stdout'), stderr: push('stderr'),
        onExit: (status) => {
          code = status.code
          parts.close()
        },
      })
      if (!result.ok) {
        await client.print(`OCI runtime exec failed: exec failed: unable to start container process: exec: ${JSON.stringify(argv[0])}: ${result.reason}: unknown\n`)
        return result.exitCode
      }
      if (options.has('detach')) return 0
      const input = options.has('interactive') ? forwardInput(client, result.process, options.has('tty')) : undefined
      await pump(client, parts, options.has('tty'))
      input?.stop()
      return code
    },
  },
  start: {
    usage: 'start [OPTIONS] CONTAINER [CONTAINER...]', summary: 'Start one or more stopped containers', options: { attach: ['flag', 'a'], interactive: ['flag', 'i'] }, operands: { min: 1 },
    async run(client) {
      const { engine, options } = client
      if (options.has('attach') || options.has('interactive')) {
        const container = engine.find(options.operands[0]!)
        return attached(client, container, () => startContainer(engine, container))
      }
      let code = 0
      for (const name of options.operands) {
        try {
          startContainer(engine, engine.find(name))
          await client.print(`${name}\n`)
        } catch (error) {
          if (!(error instanceof Failure)) throw error
          await client.warn(`Error response from daemon: ${error.message}\nError: failed to start containers: ${name}\n`)
          code = 1
        }
      }
      return code
    },
  },
  attach: {
    usage: 'attach [OPTIONS] CONTAINER', summary: 'Attach local standard input, output, and error streams to a running container', options: {}, operands: { min: 1, max: 1 },
    async run(client) {
      const container = client.engine.find(client.options.operands[0]!)
      if (container.state !== 'running') {
        await client.warn('You cannot attach to a stopped container, start it first\n')
        return 1
      }
      return attached(client, container, () => undefined)
    },
  },
  logs: {
    usage: 'logs [OPTIONS] CONTAINER', summary: 'Fetch the logs of a container', options: { follow: ['flag', 'f'], tail: ['value', 'n'] }, operands: { min: 1, max: 1 },
    async run(client) {
      const container = client.engine.find(client.options.operands[0]!)
      const tail = client.options.value('tail')
      if (tail === undefined || tail === 'all') {
        for (const part of container.logs.all()) await (part.stream === 'stderr' ? client.warn(part.text) : client.print(part.text))
      } else await client.print(container.logs.text(Number(tail)))
      if (!client.options.has('follow') || !container.alive) return 0
      const parts = new Queue<LogPart>()
      const output = container.logs.onPart.on((part) => parts.push(part))
      const exit = container.onExit.on(() => parts.close())
      let code = 0
      client.process.onSignal('INT', () => {
        code = 130
        parts.close()
      })
      await pump(client, parts, container.settings.tty)
      output.dispose()
      exit.dispose()
      return code
    },
  },
  wait: {
    usage: 'wait CONTAINER [CONTAINER...]', summary: 'Block until one or more containers stop, then print their exit codes', options: {}, operands: { min: 1 },
    async run(client) {
      for (const name of client.options.operands) {
        const container = client.engine.find(name)
        const ended = new Queue<number>()
        if (!container.alive) ended.push(container.exitCode ?? 0)
        const exit = container.onExit.on((code) => ended.push(code))
        await client.print(`${(await ended.next()) ?? 0}\n`)
        exit.dispose()
      }
      return 0
    },
  },
}
