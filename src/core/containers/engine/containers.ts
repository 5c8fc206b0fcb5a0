import type { CommandHandlers, CommandParams, QueryHandlers } from '../../../protocol/commands.ts'
import type { StreamId } from '../../../protocol/messages.ts'
import { PROJECT_ID, type RecordId } from '../../../protocol/records.ts'
import type { Emitter } from '../../base/emitter.ts'
import { Failure } from '../../base/failure.ts'
import type { Sha256Factory } from '../../base/hasher.ts'
import type { Simulation } from '../../simulation/simulation.ts'
import type { EventLog } from '../../store/event-log.ts'
import type { IdSource } from '../../store/id-source.ts'
import type { Store } from '../../store/store.ts'
import { dockerProgram } from '../cli/docker-program.ts'
import { checkDockerfile } from '../dockerfile/check.ts'
import { listFiles, listLayerChanges } from '../image/file-entries.ts'
import { rootFileSystem } from '../image/layer.ts'
import { parseReference } from '../image/reference.ts'
import { Registry } from '../registry/registry.ts'
import type { EngineHosting, LinuxSystems } from '../runtime/linux-system.ts'
import type { World } from '../runtime/linux-kernel.ts'
import { startBuild } from './builds.ts'
import type { Container } from './container.ts'
import { killContainer, markEnded, pauseContainer, removeContainer, startContainer, stopContainer, unpauseContainer } from './container-life.ts'
import { contextHandlers } from './contexts.ts'
import { Engine, type EngineGround } from './engine.ts'
import type { Owner } from './machine.ts'
import { Machines } from './machines.ts'
import { httpGet } from './network-fetch.ts'
import { startPull } from './pulls.ts'
import { StreamTexts } from './stream-text.ts'
import { Tasks } from './tasks.ts'
import { Terminals } from './terminals.ts'

interface ContainersDeps {
  readonly store: Store
  readonly simulation: Simulation
  readonly events: EventLog
  readonly ids: IdSource
  readonly sha256: Sha256Factory
  readonly systems: LinuxSystems
  readonly registry?: Registry
}

type ContainerCommands =
  | Extract<keyof CommandHandlers, `image.${string}` | `container.${string}` | `context.${string}` | `terminal.${string}`> | 'network.fetch'

export interface Containers {
  readonly handlers: CommandHandlers<ContainerCommands>
  readonly queries: QueryHandlers<'image.files' | 'container.files' | 'container.logs' | 'build.log' | 'dockerfile.check'>
  readonly hosting: EngineHosting
  readonly onStream: Emitter<{ readonly stream: StreamId; readonly text: string }>
  /** What a stream has said so far (its latest million characters). */
  streamText(stream: StreamId): string
  /** Cancels a build or a pull; false when no such task runs here. */
  cancelTask(task: RecordId<'task'>): boolean
}

/** The containers' part of the core: engines on machines, and everything that can be asked of them. */
export function createContainers(deps: ContainersDeps): Containers {
  const world = new ContainerWorld(deps)
  return {
    handlers: {
      ...imageHandlers(world), ...containerHandlers(world), ...terminalHandlers(world), ...contextHandlers(deps.store, deps.ids),
    },
    queries: queryHandlers(world),
    hosting: world,
    onStream: world.streams.onStream,
    streamText: (stream) => world.streams.text(stream),
    cancelTask: (task) => world.tasks.cancel(task),
  }
}

/** All engines of a session and what they share. */
export class ContainerWorld implements EngineHosting {
  readonly ground: EngineGround
  readonly registry: Registry
  readonly machines: Machines
  readonly tasks: Tasks
  readonly streams = new StreamTexts()
  readonly terminals: Terminals
  private readonly engines = new Map<RecordId<'engine'>, Engine>()
  private readonly attached = new Set<Engine>()

  constructor(deps: ContainersDeps) {
    const universe = (): string => deps.store.get(PROJECT_ID)?.universe ?? '2026-01-01'
    this.ground = { ...deps, universe }
    this.registry = deps.registry ?? new Registry()
    this.machines = new Machines({ ...deps, registry: this.registry, universe })
    this.tasks = new Tasks(deps)
    this.terminals = new Terminals(this.ground, (terminal, text) => this.streams.append(`terminal:${terminal.slice('terminal:'.length)}`, text))
  }

  engine(id: RecordId<'engine'>): Engine {
    const engine = this.engines.get(id)
    if (!engine || !this.attached.has(engine)) throw new Failure('not-found', `There is no ${id}.`, 'It may have been removed in the meantime.')
    return engine
  }

  container(id: RecordId<'container'>): { readonly engine: Engine; readonly container: Container } {
    for (const engine of this.attached) {
      const container = engine.byRecord(id)
      if (container) return { engine, container }
    }
    throw new Failure('not-found', `There is no ${id}.`, 'It may have been removed in the meantime.')
  }

  image(id: RecordId<'image'>): { readonly engine: Engine; readonly image: NonNullable<ReturnType<Engine['images']['byRecord']>> } {
    for (const engine of this.attached) {
      const image = engine.images.byRecord(id)
      if (image) return { engine, image }
    }
    throw new Failure('not-found', `There is no ${id}.`, 'It may have been removed in the meantime.')
  }

  /** The folders of the Studio, as they are now, in root's home on the engine's machine. */
  shareContexts(engine: Engine): void {
    for (const { name, files } of this.ground.store.all('context')) this.machines.putFolder(engine.owner, name, files)
  }

  build(engine: Engine, order: Parameters<typeof startBuild>[3]): ReturnType<typeof startBuild> {
    return startBuild(engine, this.registry, this.tasks, order, (build, text) => this.streams.append(`build:${build.slice('build:'.length)}`, text))
  }

  // ---------------------------------------------------------------- EngineHosting

  attach(id: RecordId<'engine'>, owner: Owner): void {
    const engine = this.engines.get(id) ?? new Engine(id, owner, this.ground, (machine) => this.machines.find(machine))
    this.engines.set(id, engine)
    this.attached.add(engine)
    this.boot(engine)
    engine.publishAll()
    this.setState(engine)
  }

  detach(id: RecordId<'engine'>): void {
    const engine = this.engines.get(id)
    if (!engine || !this.attached.has(engine)) return
    this.end(engine, 137)
    engine.withdrawAll()
    this.attached.delete(engine)
    if (!this.on(engine.owner).length) this.machines.stop(engine.owner)
  }

  systemUp(owner: Owner): void {
    for (const engine of this.on(owner)) {
      this.boot(engine)
      this.setState(engine)
    }
  }

  systemDown(owner: Owner, how: 'shutdown' | 'power-loss'): void {
    if (!this.machines.find(owner)) return
    for (const engine of this.on(owner)) this.end(engine, how === 'shutdown' ? 143 : 137)
    this.machines.stop(owner)
    for (const engine of this.on(owner)) this.setState(engine)
  }

  setFrozen(owner: Owner, frozen: boolean): void {
    const paused = this.on(owner).flatMap((engine) => engine.all()).filter(({ state }) => state === 'paused').map(({ id }) => id)
    this.machines.find(owner)?.setFrozen(frozen, new Set(paused))
  }

  private on(owner: Owner): Engine[] {
    return [...this.attached].filter((engine) => engine.owner === owner)
  }

  private boot(engine: Engine): void {
    this.machines.start(engine.owner, this.routeOf(engine), dockerProgram(this, engine))
  }

  private setState(engine: Engine): void {
    const state = this.machines.find(engine.owner) ? 'running' : 'stopped'
    if (this.ground.store.get(engine.id) && this.ground.store.get(engine.id)?.state !== state) this.ground.store.update(engine.id, { state })
  }

  /** Everything that runs on an engine ends at once. */
  private end(engine: Engine, exitCode: number): void {
    this.tasks.cancelAll(engine.id)
    this.terminals.dropAll(engine)
    for (const container of engine.all()) {
      if (!container.alive) continue
      const { namespace } = container
      container.run++
      markEnded(engine, container, exitCode)
      container.onExit.emit(exitCode)
      if (namespace) engine.machineIfUp()?.kernel.destroyNamespace(namespace)
    }
  }

  /** Where a connection from one namespace to an address ends up: containers by address, published ports by the host's. */
  private routeOf(engine: Engine): NonNullable<World['route']> {
    return (_from, host, port) => {
      const byAddress = engine.all().find((container) => container.alive && container.ipAddress === host)
      if (byAddress?.namespace) return { namespace: byAddress.namespace, port }
      const machine = engine.machineIfUp()
      const isHost = host === '172.17.0.1' || host === machine?.info.hostname || host === 'host.docker.internal' || (_from.id === '' && /^(localhost|127\.0\.0\.1)$/.test(host))
      if (!isHost) return /^[\d.]+$/.test(host) ? 'refused' : 'unknown-host'
      const holder = engine.portHolder(port, 'tcp')
      const mapping = holder?.settings.ports.find(({ hostPort }) => hostPort === port)
      return holder?.namespace && mapping ? { namespace: holder.namespace, port: mapping.containerPort } : 'refused'
    }
  }
}

function done(body: () => unknown): null {
  body()
  return null
}

function imageHandlers(world: ContainerWorld): CommandHandlers<'image.build' | 'image.pull' | 'image.tag' | 'image.remove'> {
  const { store } = world.ground
  return {
    'image.build': ({ engine, context, dockerfile, tag, noCache, target, buildArgs }) => {
      const { name, files } = store.require(context)
      const { record } = world.build(world.engine(engine), {
        context, contextName: name, files: new Map(Object.entries(files)), dockerfile: dockerfile ?? 'Dockerfile', tag: tag ?? '',
        noCache: noCache ?? false, target, buildArgs: buildArgs ?? {},
      })
      return { build: record }
    },
    'image.pull': ({ engine, reference }) => ({ task: startPull(world.engine(engine), world.registry, world.tasks, reference).task }),
    'image.tag': ({ image: id, reference }) => done(() => {
      const { engine, image } = world.image(id)
      engine.images.tag(image, reference)
    }),
    'image.remove': ({ image: id, force }) => done(() => {
      const { engine, image } = world.image(id)
      const name = store.get(id)?.tags[0] ?? image.id
      const { untagged, deleted } = engine.removeImage(image.id, force ?? false)
      engine.note('image', id, name, `${[...untagged, name][0]!} is removed; ${Math.max(0, deleted.length - 1)} of its ${image.layers.length} layers were used by nothing else and go too.`)
    }),
  }
}

function containerHandlers(world: ContainerWorld): CommandHandlers<Extract<keyof CommandHandlers, `container.${string}`>> {
  const act = (id: RecordId<'container'>, action: (engine: Engine, container: Container) => unknown): null => done(() => {
    const { engine, container } = world.container(id)
    action(engine, container)
  })
  const create = ({ engine: id, interactive = false, ...request }: CommandParams<'container.create'>): { engine: Engine; container: Container } => {
    const engine = world.engine(id)
    return { engine, container: engine.create({ ...request, tty: interactive, openStdin: interactive }) }
  }
  return {
    'container.create': (params) => ({ container: create(params).container.record }),
    'container.run': (params) => {
      const { engine, container } = create(params)
      try {
        startContainer(engine, container)
      } catch (error) {
        // As from a window's Run button: what could not start is not left behind.
        engine.forget(container)
        throw error
      }
      return { container: container.record }
    },
    'container.start': ({ container }) => act(container, startContainer),
    'container.stop': ({ container, seconds }) => act(container, (engine, each) => stopContainer(engine, each, seconds)),
    'container.kill': ({ container, signal }) => act(container, (engine, each) => killContainer(engine, each, signal)),
    'container.pause': ({ container }) => act(container, pauseContainer),
    'container.unpause': ({ container }) => act(container, unpauseContainer),
    'container.remove': ({ container, force }) => act(container, (engine, each) => removeContainer(engine, each, force)),
    'container.commit': ({ container: id, reference }) => {
      const { engine, container } = world.container(id)
      if (reference !== undefined && reference !== '') parseReference(reference)
      return { image: engine.images.recordOf(engine.commit(container, reference).id)! }
    },
  }
}

function terminalHandlers(world: ContainerWorld): CommandHandlers<'terminal.open' | 'terminal.input' | 'terminal.resize' | 'terminal.close' | 'network.fetch'> {
  const { terminals } = world
  return {
    'terminal.open': ({ target, columns, rows }) => {
      const size = { columns, rows }
      if (target.startsWith('container:')) {
        const { engine, container } = world.container(target as RecordId<'container'>)
        return { terminal: terminals.openOnContainer(engine, container, size) }
      }
      const engine = world.engine(target as RecordId<'engine'>)
      engine.machine()
      world.shareContexts(engine)
      return { terminal: terminals.openOnMachine(engine, size) }
    },
    'terminal.input': ({ terminal, data }) => done(() => terminals.input(terminal, data)),
    'terminal.resize': ({ terminal, columns, rows }) => done(() => terminals.resize(terminal, columns, rows)),
    'terminal.close': ({ terminal }) => done(() => terminals.close(terminal)),
    'network.fetch': ({ engine: id, port, path }) => {
      const engine = world.engine(id)
      const machine = engine.machine()
      const holder = engine.portHolder(port, 'tcp')
      const mapping = holder?.settings.ports.find(({ hostPort }) => hostPort === port)
      if (!holder?.namespace || !mapping) {
        throw new Failure('conflict', `curl: (7) Failed to connect to ${machine.info.hostname} port ${port} after 0 ms: Couldn't connect to server`, 'No running container publishes that port.')
      }
      const connection = machine.kernel.connect(holder.namespace, mapping.containerPort)
      if (!connection) throw new Failure('conflict', 'curl: (56) Recv failure: Connection reset by peer', `Nothing listens on port ${mapping.containerPort} in ${holder.name}.`)
      return httpGet(connection, `${machine.info.hostname}:${port}`, path.startsWith('/') ? path : `/${path}`, world.ground.simulation)
    },
  }
}

function queryHandlers(world: ContainerWorld): Containers['queries'] {
  return {
    'image.files': ({ image: id, path, layer }) => {
      const { image } = world.image(id)
      return { entries: layer === undefined ? listFiles(rootFileSystem(image.layers), path) : listLayerChanges(image.layers, layer, path) }
    },
    'container.files': ({ container, path }) => ({ entries: listFiles(world.container(container).container.root, path) }),
    'container.logs': ({ container, tail }) => ({ text: world.container(container).container.logs.text(tail) }),
    'build.log': ({ build }) => ({ text: world.streams.text(`build:${build.slice('build:'.length)}`) }),
    'dockerfile.check': ({ text, context }) => {
      const ignore = context === undefined ? undefined : world.ground.store.get(context)?.files['.dockerignore']
      return { diagnostics: checkDockerfile(text, { ...(ignore === undefined ? {} : { dockerignore: ignore }), imageEnv: (reference) => baseEnv(world, reference) }) }
    },
  }
}

/** Environment of a base image, as the registry's catalogue has it; undefined when there is no such image. */
function baseEnv(world: ContainerWorld, reference: string): readonly string[] | undefined {
  try {
    return world.registry.resolve(parseReference(reference), world.ground.universe()).variant.config.Env ?? []
  } catch {
    return undefined
  }
}
