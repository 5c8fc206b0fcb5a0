import type { SimTime } from './units.ts'

export interface SimEvent {
  readonly at: SimTime
  /** Lower runs first among events of the same instant. */
  readonly priority: number
  readonly seq: number
  readonly run: () => void
  cancelled: boolean
}

/** Same instant: priority, then order of scheduling. */
export const compareEvents = (a: SimEvent, b: SimEvent): number => a.at - b.at || a.priority - b.priority || a.seq - b.seq

/** A binary heap of events. Cancelled ones stay until they surface. */
export class EventQueue {
  private readonly heap: SimEvent[] = []

  push(event: SimEvent): void {
    const { heap } = this
    let at = heap.push(event) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (compareEvents(heap[parent]!, event) <= 0) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = event
  }

  peek(): SimEvent | undefined {
    while (this.heap[0]?.cancelled) this.removeTop()
    return this.heap[0]
  }

  pop(): SimEvent | undefined {
    const top = this.peek()
    if (top) this.removeTop()
    return top
  }

  private removeTop(): void {
    const { heap } = this
    const last = heap.pop()
    if (!last || heap.length === 0) return
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && compareEvents(heap[child + 1]!, heap[child]!) < 0) child++
      if (compareEvents(last, heap[child]!) <= 0) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = last
  }
}
