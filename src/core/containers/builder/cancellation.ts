import { BuildCancelled } from './build-failure.ts'

/** Lets work in virtual time be stopped between two events, wherever it waits. */
export class Cancellation {
  private readonly listeners = new Set<() => void>()
  cancelled = false

  cancel(): void {
    if (this.cancelled) return
    this.cancelled = true
    for (const listener of [...this.listeners]) listener()
  }

  /** Waits for the promise; throws `BuildCancelled` as soon as the work is cancelled. */
  wait<T>(promise: Promise<T>): Promise<T> {
    if (this.cancelled) return Promise.reject(new BuildCancelled())
    return new Promise((resolve, reject) => {
      const stop = (): void => reject(new BuildCancelled())
      this.listeners.add(stop)
      promise.then(resolve, reject).finally(() => this.listeners.delete(stop))
    })
  }
}
