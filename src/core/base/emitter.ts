/** Something that holds a subscription or a resource until it is let go. */
export interface Disposable {
  dispose(): void
}

/** Synchronous events to any number of listeners, in the order in which they subscribed. */
export class Emitter<T> {
  private readonly listeners = new Set<(value: T) => void>()

  /** Subscribes; dispose the answer to unsubscribe. */
  on(listener: (value: T) => void): Disposable {
    const own = (value: T): void => listener(value)
    this.listeners.add(own)
    return { dispose: () => void this.listeners.delete(own) }
  }

  emit(value: T): void {
    for (const listener of [...this.listeners]) listener(value)
  }

  get size(): number {
    return this.listeners.size
  }
}
