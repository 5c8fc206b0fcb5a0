/** Hands things from events to a program that waits for them, in order. */
export class Queue<T> {
  private readonly items: T[] = []
  private waiting: (() => void) | undefined
  private closed = false

  push(item: T): void {
    this.items.push(item)
    this.wake()
  }

  close(): void {
    this.closed = true
    this.wake()
  }

  /** Undefined when it was closed and everything was taken. */
  async next(): Promise<T | undefined> {
    while (this.items.length === 0 && !this.closed) await new Promise<void>((resolve) => (this.waiting = resolve))
    return this.items.shift()
  }

  private wake(): void {
    const { waiting } = this
    this.waiting = undefined
    waiting?.()
  }
}
