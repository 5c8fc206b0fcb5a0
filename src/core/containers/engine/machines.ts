import { encodeUtf8, type Bytes } from '../../base/bytes.ts'
import type { Simulation } from '../../simulation/simulation.ts'
import { SECOND } from '../../simulation/units.ts'
import { makeParents } from '../builder/copy-tree.ts'
import { universeEpoch } from '../builder/ports.ts'
import type { FileSystem } from '../filesystem/file-system.ts'
import { OverlayFileSystem } from '../filesystem/overlay-file-system.ts'
import { programFile } from '../filesystem/program-file.ts'
import { parseReference } from '../image/reference.ts'
import { layerTrees } from '../registry/materialise.ts'
import type { Registry } from '../registry/registry.ts'
import type { LinuxSystems } from '../runtime/linux-system.ts'
import { createKernel, type World } from '../runtime/linux-kernel.ts'
import type { Program } from '../runtime/program.ts'
import { USERLAND } from '../userland/index.ts'
import { Machine, type Owner } from './machine.ts'

interface MachinesGround {
  readonly simulation: Simulation
  readonly systems: LinuxSystems
  readonly registry: Registry
  readonly universe: () => string
}

/** The kernels of the machines that engines live on. A machine's disk outlives its reboots; its kernel does not. */
export class Machines {
  private readonly up = new Map<Owner, Machine>()
  private readonly disks = new Map<Owner, FileSystem>()
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
    })
    const machine = new Machine(info, kernel, this.disk(owner, info.hostname, info.osName))
    this.up.set(owner, machine)
    return machine
  }

  stop(owner: Owner): void {
    this.up.get(owner)?.kernel.powerOff()
    this.up.delete(owner)
  }

  /** Puts a folder where the machine's root user finds it. */
  putFolder(owner: Owner, name: string, files: Readonly<Record<string, Bytes | string>>): void {
    const root = this.disks.get(owner)
    if (!root) return
    for (const [path, content] of Object.entries(files)) {
      const full = `/root/${name}/${path}`
      makeParents(root, full.slice(0, full.lastIndexOf('/')))
      if (root.lookup(full)?.kind === 'directory') continue
      root.write(full, typeof content === 'string' ? encodeUtf8(content) : content, { mode: 0o644 })
    }
  }

  private disk(owner: Owner, hostname: string, osName: string): FileSystem {
    const known = this.disks.get(owner)
    if (known) return known
    const { registry, simulation, universe } = this.ground
    const name = /ubuntu/i.test(osName) ? 'ubuntu:22.04' : 'debian:12'
    const root = new OverlayFileSystem(layerTrees(registry.resolve(parseReference(name), '2026-01-01')), { now: () => universeEpoch(universe()) + Math.floor(simulation.now / SECOND) })
    makeParents(root, '/root')
    root.write('/etc/hostname', encodeUtf8(`${hostname}\n`), { mode: 0o644 })
    root.write('/usr/bin/docker', programFile('docker', 39_000_000), { mode: 0o755 })
    this.disks.set(owner, root)
    return root
  }
}
