import type { ContextRecord } from '../../../protocol/records.ts'
import type { Simulation } from '../../simulation/simulation.ts'
import { SECOND } from '../../simulation/units.ts'
import { universeEpoch } from '../builder/ports.ts'
import type { MemoryFileSystem } from '../filesystem/memory-file-system.ts'
import { OverlayFileSystem } from '../filesystem/overlay-file-system.ts'
import { makeHostRoot } from '../runtime/host-root.ts'
import type { LinuxSystemInfo, LinuxSystems } from '../runtime/linux-system.ts'
import { createKernel, type KernelChange, type World } from '../runtime/linux-kernel.ts'
import type { Program } from '../runtime/program.ts'
import { USERLAND } from '../userland/index.ts'
import { Machine, type Owner } from './machine.ts'
import { MachineTime } from './machine-time.ts'
import { StudioFolders } from './studio-folders.ts'

/** The disk of a machine. */
export interface Disk {
  readonly root: MemoryFileSystem
  readonly folders: StudioFolders
}

interface MachinesGround {
  readonly simulation: Simulation
  readonly systems: LinuxSystems
  readonly universe: () => string
  /** Something went on in a namespace of a machine; told often. */
  readonly onChange: (owner: Owner, namespace: string, what: KernelChange) => void
}

/** Of other systems, or only in images; a machine's own packages are not modelled. */
const NOT_ON_MACHINES = new Set(['apk-tools', 'apt', 'debconf', 'dpkg', 'hello-world', 'nginx', 'python3-pip', 'software-properties-common', 'su-exec'])
const HOST_PROGRAMS = ['docker', ...[...USERLAND.values()].filter((each) => !NOT_ON_MACHINES.has(each.package) && each.name !== 'busybox' && each.name !== 'ash').map(({ name }) => name)]

/** The kernels of the machines that engines live on. A machine's disk outlives its reboots; its kernel does not. */
export class Machines {
  private readonly up = new Map<Owner, Machine>()
  private readonly disks = new Map<Owner, Disk>()
  private readonly ground: MachinesGround

  constructor(ground: MachinesGround) {
    this.ground = ground
  }

  find(owner: Owner): Machine | undefined {
    return this.up.get(owner)
  }

  /** Boots a kernel, if the machine is up and has none yet. */
  start(owner: Owner, route: NonNullable<World['route']>, docker: Program): Machine | undefined {
    const running = this.up.get(owner)
    const info = this.ground.systems.find(owner)
    if (running || !info) return running
    const kernel = createKernel({
      simulation: this.ground.simulation, release: info.kernelRelease, hostname: info.hostname, memoryBytes: info.memoryBytes, cores: info.cores,
      world: { universe: this.ground.universe, route }, programs: new Map([...USERLAND, [docker.name, docker]]),
      onChange: (namespace, what) => this.ground.onChange(owner, namespace, what),
    })
    const machine = new Machine(info, kernel, this.disk(info).root, new MachineTime(this.ground.simulation))
    this.up.set(owner, machine)
    return machine
  }

  stop(owner: Owner): void {
    const machine = this.up.get(owner)
    machine?.kernel.powerOff()
    machine?.time.stop()
    this.up.delete(owner)
  }

  /** Brings the Studio's folders on the machine's disk up to date. */
  showFolders(owner: Owner, contexts: readonly ContextRecord[]): void {
    this.disks.get(owner)?.folders.follow(contexts)
  }

  /** The disk as it is now; undefined when the machine never had one. O(its files); their contents are shared. */
  copyDisk(owner: Owner): Disk | undefined {
    const disk = this.disks.get(owner)
    return disk && this.copy(disk)
  }

  /** Gives a machine that is off the content of another disk; without one it begins with a new one at its next boot. */
  putDisk(owner: Owner, disk: Disk | undefined): void {
    if (disk) this.disks.set(owner, this.copy(disk))
    else this.disks.delete(owner)
  }

  private copy({ root, folders }: Disk): Disk {
    const copy = new OverlayFileSystem([], { now: () => this.unixTime(), upper: root.freeze() })
    return { root: copy, folders: folders.copyTo(copy) }
  }

  private unixTime(): number {
    return universeEpoch(this.ground.universe()) + Math.floor(this.ground.simulation.now / SECOND)
  }

  private disk({ owner, hostname, osName }: LinuxSystemInfo): Disk {
    const known = this.disks.get(owner)
    if (known) return known
    const root = makeHostRoot({ osName, hostname, programs: HOST_PROGRAMS, now: () => this.unixTime() })
    const disk = { root, folders: new StudioFolders(root) }
    this.disks.set(owner, disk)
    return disk
  }
}
