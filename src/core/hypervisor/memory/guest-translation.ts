import type { MemoryTechniqueName } from '../../../protocol/techniques.ts'

/** What a page fault of the physical processor was. */
export type ShadowFault =
  /** The guest would not have seen one: its own tables allow it, and now the processor's do, too. */
  | 'hidden'
  /** The guest's tables forbid it: its page fault is raised in its processor, to be delivered. */
  | 'true'
  /** A write to a page whose writes must be seen. The instruction is to be emulated. */
  | 'traced'
  /** Nothing that may be mapped: no RAM is there, or the monitor is in the way. The instruction is to be emulated. */
  | 'emulate'

/** How a monitor without the processor's help keeps page tables for its guest: emptied at each flush, or kept up by tracing the guest's own. */
export type ShadowKind = Exclude<MemoryTechniqueName, 'nested'>

/** How a guest's addresses become the host's. */
export interface GuestTranslation {
  /** What CR3 of the physical processor must hold when the guest goes on. */
  readonly root: number
  /** A page that the tables were made from was written since this was cleared. */
  touched: boolean
  /** The guest goes on in its ring 3, or in its kernel. */
  enter(user: boolean): void
  /** @param write the access that faulted. @param user by the guest's ring 3. */
  fault(linear: number, write: boolean, user: boolean): ShadowFault
  /** The guest flushed its translations, all or one page's. */
  flush(): void
  flushPage(linear: number): void
  /** Writes to these pages of guest-physical memory must be emulated. */
  trace(frames: ReadonlySet<number>): void
  save(): unknown
  load(snapshot: unknown): void
}
