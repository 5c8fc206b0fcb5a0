import type { ContextRecord } from '../../../protocol/records.ts'
import type { Simulation } from '../../simulation/simulation.ts'
import { SECOND } from '../../simulation/units.ts'
import { universeEpoch } from '../builder/ports.ts'
import type { FileSystem } from '../filesystem/file-system.ts'
import { makeHostRoot } from '../runtime/host-root.ts'
import type { LinuxSystemInfo, LinuxSystems } from '../runtime/linux-system.ts'
import { createKernel, type KernelChange, type World } from '../runtime/linux-kernel.ts'
import type { Program } from '../runtime/program.ts'
import { USERLAND } from '../userland/index.ts'
import { Machine, type Owner } from './machine.ts'
import { MachineTime } from './machine-time.ts'
import { StudioFolders } from './studio-folders.ts'

interface Disk {
  readonly root: FileSystem
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

  private disk({ owner, hostname, osName }: LinuxSystemInfo): Disk {
    const known = this.disks.get(owner)
    if (known) return known
    const { simulation, universe } = this.ground
    const root = makeHostRoot({ osName, hostname, programs: HOST_PROGRAMS, now: () => universeEpoch(universe()) + Math.floor(simulation.now / SECOND) })
    const disk = { root, folders: new StudioFolders(root) }
    this.disks.set(owner, disk)
    return disk
  }
}
