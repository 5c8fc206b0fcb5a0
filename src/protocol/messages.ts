import type { Frame, Snapshot } from './diff.ts'
import type { ErrorInfo } from './errors.ts'
import type { MachineId, MachineState } from './machine.ts'

/**
 * What travels between a window and the core, through any door. Every message is JSON-safe: no Map, Date, undefined, NaN
 * or typed array, so that a structured clone and JSON carry the same thing.
 */

/** Window to core. */
export type ClientMessage =
  | { readonly type: 'command'; readonly id: number; readonly name: string; readonly params: unknown }
  | { readonly type: 'query'; readonly id: number; readonly name: string; readonly params: unknown }
  /** About the project file; `protocol/project.ts` lists them. */
  | { readonly type: 'project'; readonly id: number; readonly name: string; readonly params: unknown }
  /** About a machine under the microscope; `protocol/machine.ts` lists them. */
  | { readonly type: 'machine'; readonly id: number; readonly name: string; readonly params: unknown }
  /** Asks for a snapshot: at the start, and after a gap in the sequence numbers. */
  | { readonly type: 'resync' }
  /** The frame with this number has been drawn: the next one may come. */
  | { readonly type: 'drawn'; readonly seq: number }
  /** Follow a stream from this offset on (characters since its beginning). */
  | { readonly type: 'follow'; readonly stream: StreamId; readonly offset: number }
  | { readonly type: 'unfollow'; readonly stream: StreamId }

/** Core to window. */
export type CoreMessage =
  | { readonly type: 'result'; readonly id: number; readonly value: unknown }
  | { readonly type: 'error'; readonly id: number; readonly error: ErrorInfo }
  | ({ readonly type: 'snapshot' } & Snapshot)
  | ({ readonly type: 'frame' } & Frame)
  /** `rewound`: the stream went back to `offset`; what was heard from there on is to be forgotten. */
  | { readonly type: 'stream'; readonly stream: StreamId; readonly offset: number; readonly text: string; readonly rewound?: true }
  /** The latest state of a machine. It comes before a frame and is acknowledged with it, so that a slow window skips states instead of queueing them. */
  | { readonly type: 'machine'; readonly state: MachineState }
  /** All machines that are open, after each snapshot: others are gone. Their states follow. */
  | { readonly type: 'machines'; readonly open: readonly MachineId[] }
  /** Somebody closed it (`error` null), or its thread died; it can be opened again. */
  | { readonly type: 'machine-closed'; readonly machine: MachineId; readonly error: ErrorInfo | null }
  | { readonly type: 'status'; readonly status: CoreStatus }

/** `terminal:…` carries a terminal's output, `build:…` a build's log, `serial:…` what a machine sent on its serial line up to its present moment, one character for each byte. */
export type StreamId = `terminal:${string}` | `build:${string}` | `serial:${MachineId}`

/** What the window should say about the core itself. */
export type CoreStatus =
  | { readonly state: 'ready'; readonly project: ProjectStatus }
  | { readonly state: 'restarted'; readonly reason: string; readonly project: ProjectStatus }
  | { readonly state: 'failed'; readonly error: ErrorInfo }

export interface ProjectStatus {
  readonly name: string
  /** Full path where the door has paths; null for a project that was never saved, and in the browser. */
  readonly path: string | null
  /** Edited since the last save. */
  readonly dirty: boolean
  /** True until a project was made or opened: the window shows the first start. */
  readonly fresh: boolean
}
