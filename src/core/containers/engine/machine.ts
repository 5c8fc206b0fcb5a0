import type { RecordId } from '../../../protocol/records.ts'
import type { FileSystem } from '../filesystem/file-system.ts'
import type { Kernel, Namespace } from '../runtime/kernel.ts'
import type { LinuxSystemInfo } from '../runtime/linux-system.ts'
import type { MachineTime } from './machine-time.ts'

export type Owner = RecordId<'host'> | RecordId<'vm'>

/** A Linux machine that is up, with the kernel that its containers share. */
export class Machine {
  readonly info: LinuxSystemInfo
  readonly kernel: Kernel
  /** The machine's own root namespace. */
  readonly host: Namespace
  readonly time: MachineTime
  frozen = false
  /** It is shutting down: what runs may end, nothing new begins. */
  closing = false

  constructor(info: LinuxSystemInfo, kernel: Kernel, root: FileSystem, time: MachineTime) {
    this.info = info
    this.kernel = kernel
    this.time = time
    this.host = { id: '', hostname: info.hostname, root, ipAddress: '172.17.0.1', memoryLimit: null }
  }

  /** Stops or resumes every process, except those of namespaces that stay frozen. */
  setFrozen(frozen: boolean, except: ReadonlySet<string>): void {
    this.frozen = frozen
    this.time.setFrozen(frozen)
    const ids = new Set(this.kernel.processes().map((process) => process.namespaceId))
    for (const id of ids) if (!except.has(id)) this.kernel.setFrozen({ ...this.host, id }, frozen)
  }
}
