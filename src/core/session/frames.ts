import type { Frame, RecordsDiff, Snapshot } from '../../protocol/diff.ts'
import type { ErrorInfo } from '../../protocol/errors.ts'
import type { MachineId, MachineState } from '../../protocol/machine.ts'
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

/** The open machines, as windows see them. */
export interface MachineStates {
  readonly open: Iterable<MachineId>
  /** The latest state, which is now on its way to a window: a running machine may make the next. */
  take(machine: MachineId): MachineState | undefined
}

/** What is shown. Another takes its place when a project is opened. */
export interface Shown {
  readonly store: Store
  readonly streams: Streams
  readonly machines: MachineStates
  readonly now: number
}

type Post = (message: CoreMessage) => void

/** One window: what it has seen, and what it has not been sent yet. */
export class WindowView {
  private readonly post: Post
  private readonly wake: (interval: number) => void
  private readonly pending = new DiffMerger()
  private readonly offsets = new Map<StreamId, number>()
  /** Followed streams that went back behind what this window has seen. */
  private readonly rewound = new Set<StreamId>()
  /** Machines whose latest state this window has not been sent. */
  private readonly machines = new Set<MachineId>()
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
    this.wake(this.pending.isEmpty && this.offsets.size === 0 && this.machines.size === 0 ? TIME_TICK : FRAME)
  }

  follow(stream: StreamId, offset: number): void {
    this.offsets.set(stream, offset)
    this.wake(FRAME)
  }

  unfollow(stream: StreamId): void {
    this.offsets.delete(stream)
    this.rewound.delete(stream)
  }

  /** The stream ends at `end` now. */
  rewind(stream: StreamId, end: number): void {
    if ((this.offsets.get(stream) ?? 0) <= end) return
    this.offsets.set(stream, end)
    this.rewound.add(stream)
  }

  machine(id: MachineId): void {
    this.machines.add(id)
  }

  machineClosed(id: MachineId, error: ErrorInfo | null): void {
    this.machines.delete(id)
    if (this.synced) this.post({ type: 'machine-closed', machine: id, error })
  }

  /** Sends everything as it is now. Changes must have been taken from the store before. */
  snapshot(shown: Shown): void {
    this.pending.clear()
    this.synced = true
    this.undrawn = false
    this.sentTime = shown.now
    const snapshot: Snapshot = { seq: ++this.seq, simTime: shown.now, records: [...shown.store.everything()] }
    this.post({ type: 'snapshot', ...snapshot })
    const open = [...shown.machines.open]
    this.post({ type: 'machines', open })
    this.machines.clear()
    for (const id of open) this.machines.add(id)
    if (open.length > 0) this.wake(FRAME)
  }

  /** The world was replaced: a new beginning for a window that was up to date. */
  restart(shown: Shown): void {
    this.offsets.clear()
    this.rewound.clear()
    if (this.synced) this.snapshot(shown)
  }

  /** Adds a diff to what is owed; sends what is owed if the window is ready for it. `at`: real time, milliseconds. */
  offer(diff: RecordsDiff | undefined, shown: Shown, at: number): void {
    if (!this.synced) return
    if (diff) this.pending.add(diff)
    if (this.undrawn) return
    const sent = [this.sendStreams(shown.streams), this.sendMachines(shown.machines)]
    if (!sent.includes(true) && this.pending.isEmpty) {
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
    for (const [stream, wanted] of this.offsets) {
      // A machine that was opened anew has a serial line anew, and says it from its beginning.
      const offset = stream.startsWith('serial:') && wanted > streams.end(stream) ? 0 : wanted
      const back = this.rewound.delete(stream) || offset < wanted
      const chunk = streams.read(stream, offset) ?? (back ? { offset, text: '' } : undefined)
      if (!chunk) continue
      sent = true
      this.offsets.set(stream, chunk.offset + chunk.text.length)
      this.post({ type: 'stream', stream, ...chunk, ...(back ? { rewound: true } : {}) })
    }
    return sent
  }

  private sendMachines(machines: MachineStates): boolean {
    let sent = false
    for (const id of this.machines) {
      const state = machines.take(id)
      if (!state) continue
      sent = true
      this.post({ type: 'machine', state })
    }
    this.machines.clear()
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

  /** A machine has a new state. */
  machine(id: MachineId): void {
    for (const view of this.windows) view.machine(id)
    this.request(FRAME)
  }

  machineClosed(id: MachineId, error: ErrorInfo | null): void {
    for (const view of this.windows) view.machineClosed(id, error)
  }

  /** A stream says this from `offset` on; what it said there before is not so any more. */
  write(stream: StreamId, offset: number, text: string): void {
    const { streams } = this.shown
    if (offset < streams.end(stream)) {
      streams.rewind(stream, offset)
      for (const view of this.windows) view.rewind(stream, offset)
    }
    if (text !== '') streams.append(stream, text)
    this.request(FRAME)
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
