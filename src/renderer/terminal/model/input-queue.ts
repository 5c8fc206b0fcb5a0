/** The most one message may carry; longer pastes go in pieces. */
const LARGEST = 64 * 1024

/**
 * Sends what is typed in order and one message at a time. While one is under way, further keys gather and go together.
 * A refused message drops what waits behind it: it was meant for a shell that is no longer there.
 */
export class InputQueue {
  private waiting = ''
  private busy = false
  private readonly send: (data: string) => Promise<unknown>
  private readonly failed: (error: unknown) => void

  constructor(send: (data: string) => Promise<unknown>, failed: (error: unknown) => void) {
    this.send = send
    this.failed = failed
  }

  push(data: string): void {
    this.waiting += data
    if (!this.busy) void this.drain()
  }

  private async drain(): Promise<void> {
    this.busy = true
    try {
      while (this.waiting !== '') {
        const piece = this.waiting.slice(0, LARGEST)
        this.waiting = this.waiting.slice(LARGEST)
        await this.send(piece)
      }
    } catch (error) {
      this.waiting = ''
      this.failed(error)
    }
    this.busy = false
  }
}
