/** A two-way channel of JSON-safe messages: a MessagePort, a worker's port or a WebSocket. */
export interface Connection<Out, In> {
  post(message: Out): void
  /** Only one listener; messages that came before it is set are kept for it. */
  onMessage(listener: (message: In) => void): void
  onClose(listener: (reason: string) => void): void
  close(): void
}

/** Joins two channels; when one closes, so does the other. */
export function pipe<A, B>(left: Connection<A, B>, right: Connection<B, A>): void {
  left.onMessage((message) => right.post(message))
  right.onMessage((message) => left.post(message))
  left.onClose(() => right.close())
  right.onClose(() => left.close())
}
