import type { Frame, RecordsDiff, Snapshot } from '../../protocol/diff.ts'
import type { CoreMessage, StreamId } from '../../protocol/messages.ts'
import type { Disposable } from '../base/emitter.ts'
import type { Store } from '../store/store.ts'
import { DiffMerger } from './merge-diffs.ts'
import type { RealTime } from './ports.ts'
import type { Streams } from './streams.ts'

/** Milliseconds between two frames: one animation frame. */
const FRAME = 16
/** Milliseconds between two frames that only tell the time. */
const TIME_TICK = 100

/** What is shown. Another takes its place when a project is opened. */
export interface Shown {
  readonly store: Store
  readonly streams: Streams
  readonly now: number
}

type Post = (message: CoreMessage) => void

/** One window: what it has seen, and what it has not been sent yet. */
export class WindowView {
  private readonly post: Post
  private readonly wake: (interval: number) => void
  private readonly pending = new DiffMerger()
  private readonly offsets = new Map<StreamId, number>()
  private seq = 0
  private synced = false
  private undrawn = false
  private sentTime = -1
  private sentAt = -Infinity

  constructor(post: Post, wake: (interval: number) => void) {
    this.post = post
    this.wake = wake
  }

  /** The window has drawn this frame: the next may come. */
  drawn(seq: number): void {
    if (seq < this.seq) return
    this.undrawn = false
    this.wake(this.pending.isEmpty && this.offsets.size === 0 ? TIME_TICK : FRAME)
  }

  follow(stream: StreamId, offset: number): void {
    this.offsets.set(stream, offset)
    this.wake(FRAME)
  }

  unfollow(stream: StreamId): void {
    this.offsets.delete(stream)
  }

  /** Sends everything as it is now. Changes must have been taken from the store before. */
  snapshot(shown: Shown): void {
    this.pending.clear()
    this.synced = true
    this.undrawn = false
    this.sentTime = shown.now
    const snapshot: Snapshot = { seq: ++this.seq, simTime: shown.now, records: [...shown.store.everything()] }
    this.post({ type: 'snapshot', ...snapshot })
  }

  /** The world was replaced: a new beginning for a window that was up to date. */
  restart(shown: Shown): void {
    this.offsets.clear()
    if (this.synced) this.snapshot(shown)
  }

  /** Adds a diff to what is owed; sends what is owed if the window is ready for it. `at`: real time, milliseconds. */
  offer(diff: RecordsDiff | undefined, shown: Shown, at: number): void {
    if (!this.synced) return
    if (diff) this.pending.add(diff)
    if (this.undrawn) return
    const streamed = this.sendStreams(shown.streams)
    if (!streamed && this.pending.isEmpty) {
      if (this.sentTime === shown.now) return
      if (at < this.sentAt + TIME_TICK) return this.wake(TIME_TICK)
    }
    const frame: Frame = { seq: ++this.seq, simTime: shown.now, diff: this.pending.take() }
    this.sentTime = shown.now
    this.sentAt = at
    this.undrawn = true
    this.post({ type: 'frame', ...frame })
  }

  private sendStreams(streams: Streams): boolean {
    let sent = false
    for (const [stream, offset] of this.offsets) {
      const chunk = streams.read(stream, offset)
      if (!chunk) continue
      sent = true
      this.offsets.set(stream, chunk.offset + chunk.text.length)
      this.post({ type: 'stream', stream, ...chunk })
    }
    return sent
  }
}

/**
 * Sends each window at most one frame per animation frame, and the next only after it has drawn the one before: a slow window
 * gets merged diffs, never a queue that grows. Stream text rides with the frames, one chunk of each stream at a time.
 */
export class FrameSync {
  private readonly time: RealTime
  private readonly windows = new Set<WindowView>()
  private shown: Shown
  private timer: { readonly due: number; readonly handle: Disposable } | undefined
  private flushedAt = -Infinity

  constructor(time: RealTime, shown: Shown) {
    this.time = time
    this.shown = shown
    this.watch()
  }

  get hasWindows(): boolean {
    return this.windows.size > 0
  }

  open(post: Post): WindowView {
    const view = new WindowView(post, (interval) => this.request(interval))
    this.windows.add(view)
    return view
  }

  close(view: WindowView): void {
    this.windows.delete(view)
  }

  /** Answers a window that asks for everything. */
  resync(view: WindowView): void {
    // Others are owed what is pending; the snapshot has it already, and must not get it twice.
    const diff = this.shown.store.takeDiff()
    for (const other of this.windows) if (other !== view) other.offer(diff, this.shown, this.time.now())
    view.snapshot(this.shown)
  }

  /** Shows another world from now on. */
  show(shown: Shown): void {
    this.shown.store.whenPending = undefined
    this.shown = shown
    this.watch()
    shown.store.takeDiff()
    for (const view of this.windows) view.restart(shown)
  }

  /** Simulated time has moved, or text was added to a stream (`soon`). */
  changed(soon: boolean): void {
    this.request(soon ? FRAME : TIME_TICK)
  }

  private watch(): void {
    this.shown.store.whenPending = () => this.request(FRAME)
  }

  private request(interval: number): void {
    if (this.windows.size === 0) return
    const due = Math.max(this.time.now(), this.flushedAt + interval)
    if (this.timer && this.timer.due <= due) return
    this.timer?.handle.dispose()
    this.timer = { due, handle: this.time.after(Math.max(0, due - this.time.now()), () => this.flush()) }
  }

  private flush(): void {
    this.timer = undefined
    this.flushedAt = this.time.now()
    const diff = this.shown.store.takeDiff()
    for (const view of this.windows) view.offer(diff, this.shown, this.flushedAt)
  }
}
