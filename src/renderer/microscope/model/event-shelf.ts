import type { MachineEvent } from '../../../protocol/machine.ts'

/** What is asked of the log: up to `count` events from an index on. */
export interface EventPart {
  readonly from: number
  readonly count: number
}

const PAGE = 200
/** The most that one request may ask for. */
const MOST = 1000
const FIRST_WINDOW = 2000

/**
 * The part of a machine's event log that was fetched. The log is asked by index, forwards; it is shown from its end. Of all kinds, a row's index
 * is known. Of one kind, only what lies in a window at the end: the window grows towards the beginning until there are rows enough.
 */
export class EventShelf {
  readonly #filtered: boolean
  readonly #known = new Map<number, MachineEvent>()
  readonly #asked = new Set<number>()
  /** Of one kind, ascending. */
  #found: MachineEvent[] = []
  #total = 0
  /** Index of the oldest event that the log still has, as far as known. */
  #oldest = 0
  /** One kind: everything from here to `#windowEnd` is being fetched; what lies behind is there. */
  #window: { readonly from: number; readonly end: number; next: number; part: MachineEvent[] } | null = null
  #covered = 0
  #size = FIRST_WINDOW

  constructor(filtered: boolean) {
    this.#filtered = filtered
  }

  /** Rows that can be shown, also those that are on their way. */
  get count(): number {
    return this.#filtered ? this.#found.length : this.#total - this.#oldest
  }

  /** How many events the log has. */
  grow(total: number): void {
    this.#total = total
    this.#covered = total
  }

  /** The event of a row, 0 = newest; undefined while it is not there. */
  at(row: number): MachineEvent | undefined {
    return this.#filtered ? this.#found[this.#found.length - 1 - row] : this.#known.get(this.#total - 1 - row)
  }

  /** The row of an event that was fetched; -1: it is not among them. */
  rowOf(index: number): number {
    if (!this.#filtered) return this.#known.has(index) ? this.#total - 1 - index : -1
    const place = this.#found.findIndex((event) => event.index === index)
    return place < 0 ? -1 : this.#found.length - 1 - place
  }

  /** What to ask for next, so that these rows are there; null: nothing. */
  missing(first: number, last: number): EventPart | null {
    return this.#filtered ? this.#nextWindow(last) : this.#nextPage(first, last)
  }

  put(part: EventPart, events: readonly MachineEvent[], total: number): void {
    if (!this.#filtered) this.#total = Math.max(this.#total, total)
    if (this.#window) return this.#putInWindow(part, events)
    const first = events[0]
    if (first && first.index > part.from) this.#oldest = Math.max(this.#oldest, first.index)
    for (const event of events) this.#known.set(event.index, event)
  }

  #nextPage(first: number, last: number): EventPart | null {
    const page = (row: number): number => Math.floor(Math.max(this.#oldest, Math.min(this.#total - 1, this.#total - 1 - row)) / PAGE)
    if (this.#total === 0) return null
    for (let one = page(first); one >= page(last); one--) {
      if (this.#asked.has(one)) continue
      this.#asked.add(one)
      return { from: one * PAGE, count: PAGE }
    }
    return null
  }

  #nextWindow(last: number): EventPart | null {
    if (!this.#window) {
      if (this.#covered <= this.#oldest || this.#found.length > last + 1) return null
      const from = Math.max(0, this.#covered - this.#size)
      this.#window = { from, end: this.#covered, next: from, part: [] }
    }
    return { from: this.#window.next, count: MOST }
  }

  #putInWindow({ from, count }: EventPart, events: readonly MachineEvent[]): void {
    const window = this.#window
    if (!window || from !== window.next) return
    const inside = events.filter(({ index }) => index < window.end)
    window.part.push(...inside)
    const last = events.at(-1)
    if (last && events.length === count && inside.length === events.length) {
      window.next = last.index + 1
      return
    }
    this.#found = [...window.part, ...this.#found]
    this.#covered = window.from
    this.#size *= 2
    this.#window = null
  }
}
