import type { ContainerRecord, EventKind, PortMapping, ProcessRecord, RecordId } from '../../../protocol/records.ts'
import { Failure } from '../../base/failure.ts'
import type { Sha256Factory } from '../../base/hasher.ts'
import type { Random } from '../../simulation/random.ts'
import type { Simulation } from '../../simulation/simulation.ts'
import type { SimTime } from '../../simulation/units.ts'
import type { EventLog } from '../../store/event-log.ts'
import type { IdSource } from '../../store/id-source.ts'
import type { Store } from '../../store/store.ts'
import { BuildCache } from '../builder/build-cache.ts'
import { universeEpoch } from '../builder/ports.ts'
import { ContentStore, type StoredImage } from '../image/content-store.ts'
import { rootFileSystem } from '../image/layer.ts'
import { Container, type ContainerSettings } from './container.ts'
import { badDirectory, badName, engineDown, nameTaken, noCommand, noSuchContainer, sameName, short } from './daemon-words.ts'
import { ImageShelf, type ImageUser, type Removal, type ShelfCopy } from './image-shelf.ts'
import type { Machine, Owner } from './machine.ts'
import { makeName } from './names.ts'

export interface EngineGround {
  readonly store: Store
  readonly simulation: Simulation
  readonly events: EventLog
  readonly ids: IdSource
  readonly sha256: Sha256Factory
  readonly universe: () => string
}

/** What `docker create` and `docker run` may ask for. */
export interface CreateRequest {
  readonly image: string
  readonly name?: string | undefined
  readonly command?: readonly string[] | undefined
  readonly entrypoint?: readonly string[] | undefined
  readonly env?: readonly string[] | undefined
  readonly ports?: readonly PortMapping[] | undefined
  readonly workingDir?: string | undefined
  readonly user?: string | undefined
  readonly hostname?: string | undefined
  readonly labels?: Readonly<Record<string, string>> | undefined
  readonly tty?: boolean
  readonly openStdin?: boolean
  readonly autoRemove?: boolean
  /** The record that was promised for it. */
  readonly record?: RecordId<'container'>
}

/** The content of an engine at one moment. Never changes, so that it can be put back more than once. */
export interface EngineCopy {
  readonly images: ShelfCopy
  readonly cache: BuildCache
  readonly baseImages: ReadonlyMap<string, StoredImage>
  readonly containers: readonly Container[]
}

/** One Docker engine: its images, its containers, its build cache. The machine below it comes and goes. */
export class Engine {
  readonly id: RecordId<'engine'>
  readonly owner: Owner
  readonly images: ImageShelf
  cache = new BuildCache()
  /** Images that builds started from and that have no name here, by name and date of the universe. */
  baseImages: ReadonlyMap<string, StoredImage> = new Map()
  readonly random: Random
  readonly ground: EngineGround
  private readonly containers = new Map<string, Container>()
  private readonly published = new Map<Container, RecordId<'process'>[]>()
  private readonly findMachine: (owner: Owner) => Machine | undefined

  constructor(id: RecordId<'engine'>, owner: Owner, ground: EngineGround, findMachine: (owner: Owner) => Machine | undefined) {
    this.id = id
    this.owner = owner
    this.ground = ground
    this.findMachine = findMachine
    this.random = ground.simulation.random.fork(`engine/${id}`)
    this.images = new ImageShelf(ground.store, ground.ids, id, new ContentStore(ground.sha256))
  }

  get now(): SimTime {
    return this.ground.simulation.now
  }

  get name(): string {
    return this.ground.store.get(this.id)?.name ?? this.id
  }

  /** Seconds since the epoch in the simulated world. */
  unixTime(at: SimTime = this.now): number {
    return universeEpoch(this.ground.universe()) + Math.floor(at / 1e9)
  }

  /** The machine, or the client's complaint when it is not up. */
  machine(): Machine {
    const machine = this.findMachine(this.owner)
    if (!machine || machine.closing) throw engineDown(this.name)
    if (machine.frozen) throw new Failure('conflict', `${machine.info.hostname} is paused: nothing on it can be done.`, 'Resume it first.')
    return machine
  }

  machineIfUp(): Machine | undefined {
    return this.findMachine(this.owner)
  }

  // ---------------------------------------------------------------- containers

  create(request: CreateRequest): Container {
    this.machine()
    const image = this.images.require(request.image)
    const settings = this.settingsOf(request, image)
    const id = this.random.hex(64)
    const name = this.chooseName(request.name)
    const root = rootFileSystem(image.layers, { now: () => this.unixTime() })
    const container = new Container({
      record: request.record ?? this.ground.ids.next('container'), id, image, imageName: request.image, name, root, createdAt: this.now,
      settings: { ...settings, hostname: request.hostname ?? short(id) },
    })
    this.containers.set(id, container)
    this.publish(container)
    this.say(container, `${name} is created from ${request.image}.`)
    return container
  }

  /** By full ID, name, or the beginning of an ID. */
  find(name: string): Container {
    const plain = name.replace(/^\//, '')
    const exact = this.containers.get(plain) ?? [...this.containers.values()].find((container) => container.name === plain)
    if (exact) return exact
    const found = plain === '' ? [] : [...this.containers.values()].filter((container) => container.id.startsWith(plain))
    if (found.length > 1) throw new Failure('invalid', `multiple IDs found with provided prefix: ${name}`)
    if (!found[0]) throw noSuchContainer(name)
    return found[0]
  }

  byId(id: string): Container | undefined {
    return this.containers.get(id)
  }

  byRecord(record: RecordId<'container'>): Container | undefined {
    return [...this.containers.values()].find((container) => container.record === record)
  }

  all(): readonly Container[] {
    return [...this.containers.values()]
  }

  rename(container: Container, name: string): void {
    if (name === container.name) throw sameName()
    this.checkName(name)
    container.name = name
    this.publish(container)
  }

  /** Makes an image of what a container wrote. */
  commit(container: Container, reference: string | undefined, message = ''): StoredImage {
    const layer = this.images.content.addLayer(container.root.freeze())
    const { config, rootfs, history, ...rest } = container.image.config
    const created = `${new Date(this.unixTime() * 1000).toISOString().slice(0, 19)}Z`
    const image = this.images.content.addImage({
      ...rest, created,
      config: { ...config, Env: container.settings.env, ...(container.settings.cmd ? { Cmd: container.settings.cmd } : {}) },
      rootfs: { type: 'layers', diff_ids: [...rootfs.diff_ids, layer.diffId] },
      history: [...history, { created, created_by: container.settings.argv.join(' '), ...(message === '' ? {} : { comment: message }) }],
    }, [...container.image.layers, layer])
    this.images.content.releaseLayer(layer.diffId)
    this.images.add(image)
    if (reference !== undefined && reference !== '') this.images.tag(image, reference)
    this.note('image', container.record, container.name, `${container.name} becomes an image: ${reference ?? short(image.id)}, with a layer of ${layer.size} bytes.`)
    return image
  }

  removeImage(name: string, force: boolean): Removal {
    return this.images.remove(name, force, this.imageUsers())
  }

  /** Takes a container out of the books. */
  forget(container: Container): void {
    this.containers.delete(container.id)
    this.publishProcesses(container)
    this.ground.store.remove(container.record)
    container.onRemove.emit()
  }

  portHolder(port: number, protocol: 'tcp' | 'udp'): Container | undefined {
    return this.all().find((container) => container.alive && container.settings.ports.some((mapping) => mapping.hostPort === port && mapping.protocol === protocol))
  }

  freeAddress(): string {
    const taken = new Set(this.all().map((container) => container.ipAddress))
    for (let host = 2; ; host++) {
      const address = `172.17.${host >> 8}.${host & 255}`
      if (!taken.has(address)) return address
    }
  }

  // ---------------------------------------------------------------- copies of its disk

  /** All that it keeps on its machine's disk. What runs is kept as a power cut would leave it. */
  copy(): EngineCopy {
    return { images: this.images.copy(), cache: this.cache.copy(), baseImages: this.baseImages, containers: this.all().map((container) => container.copy(container.record, this.now)) }
  }

  /** Has exactly this content from now on; its machine is off. `records`: under the records that it had, else under new ones. */
  become(copy: EngineCopy, records: 'same' | 'new'): void {
    for (const container of this.all()) this.forget(container)
    this.images.become(copy.images, records)
    this.cache = copy.cache.copy()
    this.baseImages = copy.baseImages
    for (const kept of copy.containers) {
      const container = kept.copy(records === 'same' ? kept.record : this.ground.ids.next('container'), this.now)
      this.containers.set(container.id, container)
      this.publish(container)
    }
  }

  // ---------------------------------------------------------------- what can be seen

  publish(container: Container): void {
    if (!this.containers.has(container.id) || !this.ground.store.get(this.id)) return
    const { settings } = container
    const record: ContainerRecord = {
      id: container.record, type: 'container', engine: this.id, containerId: container.id, name: container.name, image: container.imageName, imageDigest: container.image.id,
      command: settings.argv, state: container.state, exitCode: container.exitCode, pid: container.process?.pid ?? null, createdAt: container.createdAt,
      startedAt: container.startedAt, finishedAt: container.finishedAt, ports: settings.ports, ipAddress: container.ipAddress,
      writableBytes: container.root.upperSize(), oomKilled: container.oomKilled, labels: settings.labels,
    }
    this.ground.store.put(record)
  }

  /** Brings the process records of a container into line with the kernel. */
  publishProcesses(container: Container): void {
    const { store } = this.ground
    const live = container.namespace && this.containers.has(container.id) ? (this.machineIfUp()?.kernel.processes(container.namespace) ?? []) : []
    const now = live.map((process): ProcessRecord => ({
      id: `process:${container.record.slice('container:'.length)}.${process.pid}`, type: 'process', container: container.record, pid: process.pid,
      nsPid: process.namespacePid, parentPid: process.parentPid, user: process.user, command: process.command, startedAt: process.startedAt,
    }))
    const before = this.published.get(container) ?? []
    for (const id of before) if (!now.some((process) => process.id === id)) store.remove(id)
    for (const process of now) if (!isSame(store.get(process.id), process)) store.put(process)
    if (now.length > 0) this.published.set(container, now.map(({ id }) => id))
    else this.published.delete(container)
    this.publishSize(container)
  }

  /** What a container wrote, if that became more or less. */
  publishSize(container: Container): void {
    if (container.alive && this.ground.store.get(container.record)?.writableBytes !== container.root.upperSize()) this.publish(container)
  }

  say(container: Container, text: string): void {
    this.note('container', container.record, container.name, text)
  }

  note(kind: EventKind, subject: RecordId, subjectName: string, text: string, cost?: number): void {
    this.ground.events.add({ kind, subject, subjectName, text, ...(cost === undefined ? {} : { cost }) })
  }

  /** Shows everything again, after the engine came back. */
  publishAll(): void {
    this.images.publishAll()
    for (const container of this.containers.values()) {
      this.publish(container)
      this.publishProcesses(container)
    }
  }

  withdrawAll(): void {
    this.images.withdrawAll()
    for (const container of this.containers.values()) {
      for (const id of this.published.get(container) ?? []) this.ground.store.remove(id)
      this.published.delete(container)
      this.ground.store.remove(container.record)
    }
  }

  private settingsOf(request: CreateRequest, image: StoredImage): Omit<ContainerSettings, 'hostname'> {
    const { config } = image.config
    const entrypoint = request.entrypoint ?? config.Entrypoint ?? null
    // A new entrypoint makes the image's CMD meaningless.
    const cmd = request.command && request.command.length > 0 ? request.command : request.entrypoint ? null : (config.Cmd ?? null)
    const argv = [...(entrypoint ?? []).filter((word) => word !== '' || entrypoint!.length > 1), ...(cmd ?? [])]
    if (argv.length === 0) throw noCommand()
    const workingDir = request.workingDir ?? config.WorkingDir ?? ''
    if (workingDir !== '' && !workingDir.startsWith('/')) throw badDirectory(workingDir)
    const given = new Map([...(config.Env ?? []), ...(request.env ?? [])].map((line) => [line.split('=')[0]!, line]))
    return {
      argv, entrypoint, cmd, workingDir, env: [...given.values()].filter((line) => line.includes('=')), user: request.user ?? config.User ?? '',
      ports: request.ports ?? [], tty: request.tty ?? false, openStdin: request.openStdin ?? false, stopSignal: (config.StopSignal ?? 'TERM').replace(/^SIG/, ''),
      autoRemove: request.autoRemove ?? false, labels: { ...config.Labels, ...request.labels },
    }
  }

  private chooseName(asked: string | undefined): string {
    const taken = (name: string): boolean => this.all().some((container) => container.name === name)
    if (asked === undefined || asked === '') return makeName(this.random, taken)
    this.checkName(asked)
    return asked.replace(/^\//, '')
  }

  /** Throws when the name is none, or taken. */
  checkName(name: string): void {
    const plain = name.replace(/^\//, '')
    if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(plain)) throw badName(plain)
    const holder = this.all().find((container) => container.name === plain)
    if (holder) throw nameTaken(plain, holder.id)
  }

  private imageUsers(): ImageUser[] {
    return this.all().map((container) => ({ containerId: container.id, imageId: container.image.id, running: container.alive }))
  }
}

const isSame = (before: ProcessRecord | undefined, now: ProcessRecord): boolean =>
  before !== undefined && before.command === now.command && before.parentPid === now.parentPid && before.user === now.user
