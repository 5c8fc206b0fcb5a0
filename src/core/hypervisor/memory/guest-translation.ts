/** What a page fault of the physical processor was. */
export type ShadowFault =
  /** The guest would not have seen one: its own tables allow it, and now the processor's do, too. */
  | 'hidden'
  /** The guest's tables forbid it: its page fault is raised in its processor, to be delivered. */
  | 'true'
  /** Nothing that may be mapped: no RAM is there, or writes must be seen. The instruction is to be emulated. */
  | 'emulate'

/** How a guest's addresses become the host's. */
export interface GuestTranslation {
  /** What CR3 of the physical processor must hold. */
  readonly root: number
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
