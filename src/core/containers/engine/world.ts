import { PROJECT_ID, type RecordId } from '../../../protocol/records.ts'
import { Failure } from '../../base/failure.ts'
import type { Sha256Factory } from '../../base/hasher.ts'
import type { Simulation } from '../../simulation/simulation.ts'
import { MILLISECOND, SECOND, type SimTime } from '../../simulation/units.ts'
import type { EventLog } from '../../store/event-log.ts'
import type { IdSource } from '../../store/id-source.ts'
import type { Store } from '../../store/store.ts'
import { dockerProgram } from '../cli/docker-program.ts'
import { Registry } from '../registry/registry.ts'
import type { EngineHosting, LinuxSystems } from '../runtime/linux-system.ts'
import type { KernelChange, World } from '../runtime/linux-kernel.ts'
import { startBuild } from './builds.ts'
import { type Container, KILLED } from './container.ts'
import { endWithin, markEnded } from './container-life.ts'
import { Engine, type EngineCopy, type EngineGround } from './engine.ts'
import type { Machine, Owner } from './machine.ts'
import { type Disk, Machines } from './machines.ts'
import { StreamTexts } from './stream-text.ts'
import { Tasks } from './tasks.ts'
import { Terminals } from './terminals.ts'

/** A machine is off four seconds after it was asked to shut down: containers have three of them. */
const SHUTDOWN_GRACE = 3 * SECOND
const SHUTDOWN_LIMIT = 3.9 * SECOND
/** How long changes are gathered before the records follow. */
const GATHER: Readonly<Record<KernelChange, SimTime>> = { processes: MILLISECOND, files: 100 * MILLISECOND }

export interface WorldDeps {
  readonly store: Store
  readonly simulation: Simulation
  readonly events: EventLog
  readonly ids: IdSource
  readonly sha256: Sha256Factory
  readonly systems: LinuxSystems
  readonly registry?: Registry
}

/** A machine's disk at one moment, with what its engines keep on it. */
interface KeptDisk {
  readonly disk: Disk | undefined
  readonly engines: ReadonlyMap<RecordId<'engine'>, EngineCopy>
}

/** All engines of a session and what they share. */
export class ContainerWorld implements EngineHosting {
  readonly ground: EngineGround
  readonly registry: Registry
  readonly machines: Machines
  readonly tasks: Tasks
  readonly streams = new StreamTexts()
  readonly terminals: Terminals
  private readonly systems: LinuxSystems
  private readonly engines = new Map<RecordId<'engine'>, Engine>()
  private readonly attached = new Set<Engine>()
  private readonly kept = new Map<string, KeptDisk>()
  /** What will be looked at again. */
  private readonly due = new Set<string>()

  constructor(deps: WorldDeps) {
    const universe = (): string => deps.store.get(PROJECT_ID)?.universe ?? '2026-01-01'
    this.ground = { ...deps, universe }
    this.systems = deps.systems
    this.registry = deps.registry ?? new Registry()
    this.machines = new Machines({ ...deps, universe, onChange: (owner, namespace, what) => this.changed(owner, namespace, what) })
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

  /** Nobody outside the machine reaches it now, although it is up. */
  isUnreachable(owner: Owner): boolean {
    return this.systems.find(owner)?.unreachable === true
  }

  /** The folders of the Studio, as they are now, in root's home on a machine. */
  shareContexts(owner: Owner): void {
    this.machines.showFolders(owner, this.ground.store.all('context'))
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
    this.end(engine)
    engine.withdrawAll()
    this.attached.delete(engine)
    if (!this.on(engine.owner).length) this.machines.stop(engine.owner)
  }

  systemUp(owner: Owner): void {
    if (this.machines.find(owner)?.closing) this.cutOff(owner)
    for (const engine of this.on(owner)) {
      this.boot(engine)
      this.setState(engine)
    }
  }

  systemDown(owner: Owner, how: 'shutdown' | 'power-loss'): void {
    const machine = this.machines.find(owner)
    if (!machine) return
    if (how === 'shutdown' && !machine.frozen) this.shutDown(owner, machine)
    else this.cutOff(owner)
  }

  setFrozen(owner: Owner, frozen: boolean): void {
    const paused = this.on(owner).flatMap((engine) => engine.all()).filter(({ state }) => state === 'paused').map(({ id }) => id)
    this.machines.find(owner)?.setFrozen(frozen, new Set(paused))
  }

  keepDisk(key: string, owner: Owner): void {
    this.kept.set(key, this.copyDisk(owner))
  }

  putBackDisk(key: string, owner: Owner): void {
    const kept = this.kept.get(key)
    if (!kept) throw new Failure('internal', `The disk that was kept as ${key} is missing.`)
    this.machines.putDisk(owner, kept.disk)
    for (const engine of this.on(owner)) {
      const content = kept.engines.get(engine.id)
      if (content) engine.become(content, 'same')
    }
  }

  forgetDisk(key: string): void {
    this.kept.delete(key)
  }

  cloneDisk(from: Owner, to: Owner, engines: ReadonlyMap<RecordId<'engine'>, RecordId<'engine'>>): void {
    const copy = this.copyDisk(from)
    this.machines.putDisk(to, copy.disk)
    for (const [original, clone] of engines) {
      const content = copy.engines.get(original)
      if (content) this.engine(clone).become(content, 'new')
    }
  }

  private copyDisk(owner: Owner): KeptDisk {
    return { disk: this.machines.copyDisk(owner), engines: new Map(this.on(owner).map((engine) => [engine.id, engine.copy()])) }
  }

  /** Builds, pulls and shells end at once; containers are asked to, and killed after the grace time. */
  private shutDown(owner: Owner, machine: Machine): void {
    if (machine.closing) return
    machine.closing = true
    for (const engine of this.on(owner)) {
      this.tasks.cancelAll(engine.id)
      this.terminals.dropAll(engine)
      for (const container of engine.all()) endWithin(machine, engine, container, SHUTDOWN_GRACE)
      this.setState(engine)
    }
    machine.time.later(SHUTDOWN_LIMIT, () => this.cutOff(owner))
  }

  /** Nothing on the machine runs any more. */
  private cutOff(owner: Owner): void {
    for (const engine of this.on(owner)) this.end(engine)
    this.machines.stop(owner)
    for (const engine of this.on(owner)) this.setState(engine)
  }

  /** What goes on in a container shows in its records, a moment later and many things together. */
  private changed(owner: Owner, namespace: string, what: KernelChange): void {
    // Whatever the machine's shell is about to run sees the folders as they are.
    if (namespace === '' && what === 'processes') this.shareContexts(owner)
    const key = `${owner} ${namespace} ${what}`
    if (this.due.has(key) || !this.on(owner).some((engine) => engine.byId(namespace))) return
    this.due.add(key)
    this.ground.simulation.schedule(GATHER[what], () => {
      this.due.delete(key)
      for (const engine of this.on(owner)) {
        const container = engine.byId(namespace)
        if (!container) continue
        if (what === 'processes') engine.publishProcesses(container)
        else engine.publishSize(container)
      }
    })
  }

  private on(owner: Owner): Engine[] {
    return [...this.attached].filter((engine) => engine.owner === owner)
  }

  private boot(engine: Engine): void {
    this.machines.start(engine.owner, this.routeOf(engine), dockerProgram(this, engine))
  }

  private setState(engine: Engine): void {
    const machine = this.machines.find(engine.owner)
    const state = machine && !machine.closing ? 'running' : 'stopped'
    if (this.ground.store.get(engine.id) && this.ground.store.get(engine.id)?.state !== state) this.ground.store.update(engine.id, { state })
  }

  /** Everything that runs on an engine ends at once, without a word. */
  private end(engine: Engine): void {
    this.tasks.cancelAll(engine.id)
    this.terminals.dropAll(engine)
    for (const container of engine.all()) {
      if (!container.alive) continue
      const { namespace } = container
      container.run++
      markEnded(engine, container, KILLED)
      container.onExit.emit(KILLED)
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
