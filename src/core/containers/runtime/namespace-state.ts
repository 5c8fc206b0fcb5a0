import type { ExitStatus, Namespace } from './kernel.ts'
import type { Process } from './process.ts'
import type { Listener } from './sockets.ts'
import type { Signal } from './signals.ts'
import type { VirtualFileSystem } from './virtual-file-system.ts'

/** What a process needs of the kernel it runs on. */
export interface ProcessOwner {
  endProcess(process: Process, how: { readonly signal: Signal; readonly oomKilled?: boolean } | { readonly code: number }): void
  reap(process: Process): ExitStatus
  /** Kills the biggest process of a namespace that is over its memory limit. */
  checkMemory(state: NamespaceState): void
}

/** The kernel's side of a namespace: its process table, its mounts and its ports. */
export class NamespaceState {
  readonly namespace: Namespace
  readonly kernel: ProcessOwner
  readonly files: VirtualFileSystem
  readonly processes = new Map<number, Process>()
  readonly listeners = new Map<number, Listener>()
  frozen = false
  bytesWritten = 0
  nextPid: number
  private readonly everyone: ReadonlyMap<number, Process> | undefined

  constructor(namespace: Namespace, kernel: ProcessOwner, files: VirtualFileSystem, firstPid: number, everyone?: ReadonlyMap<number, Process>) {
    this.namespace = namespace
    this.kernel = kernel
    this.files = files
    this.nextPid = firstPid
    this.everyone = everyone
  }

  /** The processes seen from here by PID: the host's namespace sees everyone's, as PID namespaces nest. */
  get visible(): ReadonlyMap<number, Process> {
    return this.everyone ?? this.processes
  }

  /** A process's PID as seen from this namespace. */
  pidOf(process: Process): number {
    return this.everyone ? process.pid : process.namespacePid
  }

  /** Delivers to every process of a group (kill with a negative PID, Ctrl-C). */
  signalGroup(group: number, signal: Signal): boolean {
    const members = [...this.processes.values()].filter((process) => process.group === group && !process.status)
    for (const process of members) process.deliver(signal)
    return members.length > 0
  }
}
