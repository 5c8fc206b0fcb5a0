import { createHash } from 'node:crypto'
import { PROJECT_ID, type BuildRecord, type RecordId } from '../../../../protocol/records.ts'
import type { Sha256Factory } from '../../../base/hasher.ts'
import type { Simulation } from '../../../simulation/simulation.ts'
import { GiB, SECOND } from '../../../simulation/units.ts'
import { EventLog } from '../../../store/event-log.ts'
import { IdSource } from '../../../store/id-source.ts'
import { Store } from '../../../store/store.ts'
import { makeSimulation } from '../../../testing/make-simulation.ts'
import { createContainers, type Containers } from '../containers.ts'

export interface TestWorld {
  readonly store: Store
  readonly simulation: Simulation
  readonly containers: Containers
  readonly engine: RecordId<'engine'>
  readonly owner: RecordId<'vm'>
  /** Whether the machine is up, as the datacenter says. */
  setUp(up: boolean): void
  /** Lets simulated seconds pass. */
  pass(seconds: number): Promise<void>
  /** Makes a folder, builds it and waits for the end. */
  build(files: Readonly<Record<string, string>>, options?: { tag?: string; target?: string; noCache?: boolean; buildArgs?: Record<string, string>; seconds?: number }): Promise<Built>
  pull(reference: string): Promise<void>
}

export interface Built {
  readonly record: BuildRecord
  readonly log: string
  readonly image: RecordId<'image'> | undefined
}

/** Node's own: the large layers are many times faster with it. */
const nativeSha256: Sha256Factory = () => {
  const hash = createHash('sha256')
  return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest('hex') }
}

/** One engine on one machine that is up. */
export function makeWorld(universe = '2026-01-15', seed = 'test'): TestWorld {
  const store = new Store()
  const simulation = makeSimulation(seed)
  const ids = new IdSource()
  const owner: RecordId<'vm'> = 'vm:1'
  let up = true
  store.put({ id: PROJECT_ID, type: 'project', name: 'test', undo: [], redo: [], universe })
  const containers = createContainers({
    store, simulation, ids, events: new EventLog(store, simulation), sha256: nativeSha256,
    systems: { find: (asked) => (up && asked === owner
      ? { owner, hostname: 'web-1', kernelRelease: '5.15.0-91-generic', osName: 'Ubuntu 22.04', architecture: 'amd64', cores: 4, memoryBytes: 8 * GiB, bootedAt: 0 } : undefined) },
  })
  const engine = ids.next('engine')
  store.put({ id: engine, type: 'engine', owner, name: 'docker-web', version: '28.2.2', storageDriver: 'overlay2', state: 'running' })
  containers.hosting.attach(engine, owner)
  const pass = (seconds: number): Promise<void> => simulation.runUntil(simulation.now + seconds * SECOND)
  return {
    store, simulation, containers, engine, owner, pass,
    setUp: (value) => void (up = value),
    build: async (files, { seconds = 3600, ...options } = {}) => {
      const { context } = await containers.handlers['context.create']({})
      store.update(context, { files })
      const { build } = await containers.handlers['image.build']({ engine, context, ...options })
      await pass(seconds)
      const record = store.require(build)
      return { record, log: containers.streamText(`build:${build.slice(6)}`), image: store.all('image').find((image) => image.digest === record.image)?.id }
    },
    pull: async (reference) => {
      await containers.handlers['image.pull']({ engine, reference })
      await pass(600)
    },
  }
}
