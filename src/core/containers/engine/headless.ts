import { PROJECT_ID, type RecordId } from '../../../protocol/records.ts'
import type { Sha256Factory } from '../../base/hasher.ts'
import { Simulation, type SimulationOptions } from '../../simulation/simulation.ts'
import { GiB } from '../../simulation/units.ts'
import { EventLog } from '../../store/event-log.ts'
import { IdSource } from '../../store/id-source.ts'
import { Store } from '../../store/store.ts'
import type { ContextFiles } from '../builder/context.ts'
import { ContainerWorld } from './world.ts'

interface HeadlessBuild {
  readonly files: ContextFiles
  /** Path of the Dockerfile in the context. */
  readonly dockerfile: string
  /** Date of the package universe, `YYYY-MM-DD`. */
  readonly universe: string
  readonly target?: string
  readonly tag?: string
  readonly buildArgs?: Readonly<Record<string, string>>
  readonly settle: SimulationOptions['settle']
  readonly sha256: Sha256Factory
  readonly onLog: (text: string) => void
}

/** What the command line prints about a build. */
export interface HeadlessResult {
  /** Digest of the image's config; null when the build failed. */
  readonly digest: string | null
  readonly layers: readonly { readonly digest: string; readonly size: number; readonly line: number | null }[]
  readonly error: { readonly line: number; readonly exitCode: number | null; readonly message: string } | null
}

/** Builds an image without a session: an engine on a machine of its own, simulated until the build ends, as fast as it goes. */
export async function buildHeadless(order: HeadlessBuild): Promise<HeadlessResult> {
  const store = new Store()
  const simulation = new Simulation({ seed: 'headless', settle: order.settle })
  const ids = new IdSource()
  const owner: RecordId<'vm'> = 'vm:1'
  store.put({ id: PROJECT_ID, type: 'project', name: 'headless', undo: [], redo: [], universe: order.universe })
  const world = new ContainerWorld({
    store, simulation, ids, events: new EventLog(store, simulation), sha256: order.sha256,
    systems: {
      find: () => ({ owner, hostname: 'builder', kernelRelease: '6.8.0-generic', osName: 'Debian 12', architecture: 'amd64', cores: 4, memoryBytes: 16 * GiB, bootedAt: 0 }),
    },
  })
  const id = ids.next('engine')
  store.put({ id, type: 'engine', owner, name: 'builder', version: '28.2.2', storageDriver: 'overlay2', state: 'running' })
  world.attach(id, owner)
  const engine = world.engine(id)
  const subscription = world.streams.onStream.on(({ text }) => order.onLog(text))
  const { record, done } = world.build(engine, {
    context: null, contextName: 'context', files: order.files, dockerfile: order.dockerfile, tag: order.tag ?? '', noCache: false, target: order.target, buildArgs: order.buildArgs ?? {},
  })
  let image: string | null | undefined
  void done.then((result) => (image = result))
  while (store.get(record)?.state === 'running' && (await simulation.step())) await order.settle()
  await order.settle()
  subscription.dispose()
  const built = image ? engine.images.find(image) : undefined
  const lines = built && engine.images.linesOf(built.id)
  return {
    digest: built?.id ?? null,
    layers: built?.layers.map((layer, i) => ({ digest: layer.diffId, size: layer.size, line: lines?.[i] ?? null })) ?? [],
    error: store.get(record)?.error ?? null,
  }
}
