/** Parked continuations, woken all at once; each re-checks its condition. */
export class WaitQueue {
  private waiters: (() => void)[] = []

  add(wake: () => void): void {
    this.waiters.push(wake)
  }

  wakeAll(): void {
    const woken = this.waiters
    this.waiters = []
    for (const wake of woken) wake()
  }
}
