import type { Bytes } from '../../base/bytes.ts'
import type { SimTime } from '../../simulation/units.ts'
import type { FileSystem } from '../filesystem/file-system.ts'

/**
 * The process kernel's face towards the engine: one kernel for each Linux system (a host or a VM); containers' processes run on
 * it in namespaces of their own. Everything happens in virtual time and deterministically.
 */
export interface Kernel {
  readonly release: string
  readonly hostname: string
  readonly memoryBytes: number
  /** Starts a process. Never throws for a missing program: see `SpawnResult`. */
  spawn(spec: SpawnSpec): SpawnResult
  /** Sends a signal ("TERM", "KILL", …) to a kernel-wide PID; false when there is no such process. */
  signal(pid: number, signal: string): boolean
  /** Freezes or thaws a whole namespace (cgroup freezer). */
  setFrozen(namespace: Namespace, frozen: boolean): void
  /** Kills everything in a namespace at once, as the kernel does when its PID 1 dies. */
  destroyNamespace(namespace: Namespace): void
  /** Live and zombie processes, of one namespace or all, by PID. */
  processes(namespace?: Namespace): readonly ProcessInfo[]
  /** Opens a connection to a listening port inside a namespace; undefined when nothing listens there. */
  connect(namespace: Namespace, port: number): SocketConnection | undefined
  /** Power loss: every process is gone, no exit is reported. */
  powerOff(): void
}

/** What a container's processes see of the world. The host's own processes use the kernel's root namespace. */
export interface Namespace {
  /** Container id; empty for the host. */
  readonly id: string
  readonly hostname: string
  readonly root: FileSystem
  readonly ipAddress: string
  /** Bytes; null for no limit. A process that goes over it is killed (OOM). */
  readonly memoryLimit: number | null
}

export interface SpawnSpec {
  readonly namespace: Namespace
  /** `argv[0]` is looked up in PATH unless it contains a slash. */
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  readonly uid: number
  readonly gid: number
  readonly groups?: readonly number[]
  readonly stdin: ProcessInput
  readonly stdout: (bytes: Bytes) => void
  readonly stderr: (bytes: Bytes) => void
  /** A controlling terminal: stdout and stderr are one, input is line-edited, Ctrl-C signals. */
  readonly terminal?: { readonly columns: number; readonly rows: number }
  /** Called once, in virtual time, after the last output. */
  readonly onExit: (status: ExitStatus) => void
}

export type SpawnResult =
  | { readonly ok: true; readonly process: ProcessHandle }
  /** The words after `exec: "x": `, as runc says them; exitCode 127 (not found) or 126 (not executable). */
  | { readonly ok: false; readonly reason: string; readonly exitCode: 126 | 127 }

/** `none`: end of file at once. `open`: bytes come through the handle's `write`. */
export type ProcessInput = 'none' | 'open'

export interface ExitStatus {
  /** 0 to 255; 128 + signal number when a signal ended it. */
  readonly code: number
  readonly signal: string | null
  readonly oomKilled: boolean
}

export interface ProcessHandle {
  readonly pid: number
  write(bytes: Bytes): void
  closeInput(): void
  resize(columns: number, rows: number): void
}

export interface ProcessInfo {
  readonly pid: number
  /** PID in its namespace: 1 for the first process there. */
  readonly namespacePid: number
  readonly parentPid: number
  readonly namespaceId: string
  readonly uid: number
  readonly user: string
  readonly command: string
  readonly state: 'running' | 'sleeping' | 'stopped' | 'zombie'
  readonly startedAt: SimTime
  readonly residentBytes: number
  /** Processor time it used so far. */
  readonly cpuTime: SimTime
}

/** One side of a stream socket. */
export interface SocketConnection {
  send(bytes: Bytes): void
  closeWrite(): void
  onData(listener: (bytes: Bytes) => void): void
  onClose(listener: () => void): void
}
