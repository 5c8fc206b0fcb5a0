import type { CommandHandlers, CommandParams, QueryHandlers } from '../../../protocol/commands.ts'
import type { RecordId } from '../../../protocol/records.ts'
import { Failure } from '../../base/failure.ts'
import { checkDockerfile } from '../dockerfile/check.ts'
import { listFiles, listLayerChanges } from '../image/file-entries.ts'
import { rootFileSystem } from '../image/layer.ts'
import { parseReference } from '../image/reference.ts'
import type { Container } from './container.ts'
import { killContainer, pauseContainer, removeContainer, startContainer, stopContainer, unpauseContainer } from './container-life.ts'
import type { CreateRequest, Engine } from './engine.ts'
import { httpGet } from './network-fetch.ts'
import { startPull } from './pulls.ts'
import { pullAndRun, runContainer } from './run-container.ts'
import type { ContainerWorld } from './world.ts'

function done(body: () => unknown): null {
  body()
  return null
}

export function imageHandlers(world: ContainerWorld): CommandHandlers<'image.build' | 'image.pull' | 'image.tag' | 'image.remove'> {
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

export function containerHandlers(world: ContainerWorld): CommandHandlers<Extract<keyof CommandHandlers, `container.${string}`>> {
  const act = (id: RecordId<'container'>, action: (engine: Engine, container: Container) => unknown): null => done(() => {
    const { engine, container } = world.container(id)
    action(engine, container)
  })
  const requestOf = ({ engine: id, interactive = false, ...request }: CommandParams<'container.create'>): { engine: Engine; request: CreateRequest } =>
    ({ engine: world.engine(id), request: { ...request, tty: interactive, openStdin: interactive } })
  return {
    'container.create': (params) => {
      const { engine, request } = requestOf(params)
      return { container: engine.create(request).record }
    },
    'container.run': (params) => {
      const { engine, request } = requestOf(params)
      return { container: engine.images.find(request.image) ? runContainer(engine, request).record : pullAndRun(world, engine, request) }
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

export function terminalHandlers(world: ContainerWorld): CommandHandlers<'terminal.open' | 'terminal.input' | 'terminal.resize' | 'terminal.close' | 'network.fetch'> {
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
      world.shareContexts(engine.owner)
      return { terminal: terminals.openOnMachine(engine, size) }
    },
    'terminal.input': ({ terminal, data }) => done(() => {
      const owner = terminals.machineOf(terminal)
      if (owner) world.shareContexts(owner)
      terminals.input(terminal, data)
    }),
    'terminal.resize': ({ terminal, columns, rows }) => done(() => terminals.resize(terminal, columns, rows)),
    'terminal.close': ({ terminal }) => done(() => terminals.close(terminal)),
    'network.fetch': ({ engine: id, port, path }) => {
      const engine = world.engine(id)
      const machine = engine.machine()
      if (world.isUnreachable(engine.owner)) throw new Failure('conflict', `curl: (28) Failed to connect to ${machine.info.hostname} port ${port}: Connection timed out`, 'What carries its packets is down on its host.')
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

export function queryHandlers(world: ContainerWorld): QueryHandlers<'image.files' | 'container.files' | 'container.logs' | 'build.log' | 'dockerfile.check'> {
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
