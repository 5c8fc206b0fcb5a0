import { decodeUtf8, encodeUtf8 } from '../../../base/bytes.ts'
import type { Simulation } from '../../../simulation/simulation.ts'
import { GiB, SECOND } from '../../../simulation/units.ts'
import { makeSimulation } from '../../../testing/make-simulation.ts'
import { MemoryFileSystem } from '../../filesystem/memory-file-system.ts'
import { programFile } from '../../filesystem/program-file.ts'
import { USERLAND } from '../../userland/index.ts'
import type { ExitStatus, Namespace, ProcessHandle, SpawnSpec } from '../kernel.ts'
import type { KernelOptions } from '../kernel-options.ts'
import { createKernel, type LinuxKernel } from '../linux-kernel.ts'

/** What a finished process left behind. */
export interface Finished {
  readonly stdout: string
  readonly stderr: string
  readonly status: ExitStatus
}

export interface Started {
  readonly handle: ProcessHandle
  readonly output: () => string
  readonly errors: () => string
  readonly status: () => ExitStatus | undefined
  readonly type: (text: string) => void
}

/** A kernel with one namespace whose root has every userland program in /bin and a few accounts. */
export class TestMachine {
  readonly simulation: Simulation
  readonly kernel: LinuxKernel
  readonly root: MemoryFileSystem
  readonly namespace: Namespace

  constructor(options: Partial<KernelOptions> & { readonly memoryLimit?: number; readonly id?: string } = {}) {
    this.simulation = options.simulation ?? makeSimulation()
    this.kernel = createKernel({
      simulation: this.simulation, release: '6.1.0-18-amd64', hostname: 'testhost', memoryBytes: 4 * GiB, cores: 2,
      world: { universe: () => '2024-05-01' }, programs: USERLAND, ...options,
    })
    this.root = new MemoryFileSystem()
    for (const directory of ['/bin', '/tmp', '/etc', '/root', '/home', '/home/ann', '/usr', '/usr/bin', '/var']) this.root.makeDirectory(directory)
    this.root.setAttributes('/tmp', { mode: 0o1777 })
    this.root.setAttributes('/home/ann', { uid: 1000, gid: 1000 })
    this.write('/etc/passwd', 'root:x:0:0:root:/root:/bin/bash\nann:x:1000:1000::/home/ann:/bin/sh\n')
    this.write('/etc/group', 'root:x:0:\nann:x:1000:\n')
    for (const name of USERLAND.keys()) this.root.write(`/bin/${name}`, programFile(name, 100), { mode: 0o755 })
    this.namespace = { id: options.id ?? 'c1', hostname: 'abc123', root: this.root, ipAddress: '172.17.0.2', memoryLimit: options.memoryLimit ?? null }
  }

  write(path: string, text: string, mode = 0o644): void {
    this.root.write(path, encodeUtf8(text), { mode })
    this.root.setAttributes(path, { mode })
  }

  start(argv: readonly string[], spec: Partial<SpawnSpec> = {}): Started {
    let [stdout, stderr] = ['', '']
    let status: ExitStatus | undefined
    const result = this.kernel.spawn({
      namespace: this.namespace, argv, env: { PATH: '/bin:/usr/bin', HOME: '/root' }, cwd: '/', uid: 0, gid: 0, stdin: 'none',
      stdout: (bytes) => (stdout += decodeUtf8(bytes)), stderr: (bytes) => (stderr += decodeUtf8(bytes)), onExit: (exit) => (status = exit), ...spec,
    })
    if (!result.ok) throw new Error(result.reason)
    const { process } = result
    return { handle: process, output: () => stdout, errors: () => stderr, status: () => status, type: (text) => process.write(encodeUtf8(text)) }
  }

  async run(argv: readonly string[], spec: Partial<SpawnSpec> & { readonly input?: string } = {}): Promise<Finished> {
    const { input, ...rest } = spec
    const started = this.start(argv, { ...rest, ...(input !== undefined && { stdin: 'open' as const }) })
    if (input !== undefined) {
      started.type(input)
      started.handle.closeInput()
    }
    await this.settle(started)
    return { stdout: started.output(), stderr: started.errors(), status: started.status()! }
  }

  /** Runs until the process has ended, at most an hour of virtual time. */
  async settle(started: Started): Promise<void> {
    const end = this.simulation.now + 3600 * SECOND
    while (!started.status() && this.simulation.now < end) if (!(await this.simulation.step())) break
    if (!started.status()) throw new Error(`still running: ${started.output()} ${started.errors()}`)
  }

  sh(text: string, spec: Partial<SpawnSpec> & { readonly input?: string } = {}): Promise<Finished> {
    return this.run(['sh', '-c', text], spec)
  }

  bash(text: string, spec: Partial<SpawnSpec> & { readonly input?: string } = {}): Promise<Finished> {
    return this.run(['bash', '-c', text], spec)
  }
}
