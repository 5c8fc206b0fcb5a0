import type { Readable } from 'node:stream'
import type { SerialOrder } from '../workers/serial-line.ts'

/** Ctrl-C, where the terminal hands it through. */
const INTERRUPT = 3

/** All that a stream has if it ends before `patience` is over, otherwise what has come so far: the rest is to be forwarded. */
export async function gather(stream: Readable, patience: Promise<void>): Promise<{ readonly bytes: Uint8Array; readonly ended: boolean }> {
  const chunks: Buffer[] = []
  const gathering = (chunk: Buffer): void => void chunks.push(chunk)
  stream.on('data', gathering)
  const end = new Promise<boolean>((resolve) => stream.once('end', () => resolve(true)))
  const ended = await Promise.race([end, patience.then(() => false)])
  stream.off('data', gathering)
  // Otherwise what comes before somebody forwards it is lost.
  stream.pause()
  return { bytes: Buffer.concat(chunks), ended }
}

/** Tells a machine what comes in a stream. From a terminal in raw mode Ctrl-C stops it. */
export function forward(stream: Readable, terminal: boolean, post: (order: SerialOrder) => void): void {
  stream.on('data', (chunk: Buffer) => {
    const stop = terminal ? chunk.indexOf(INTERRUPT) : -1
    const bytes = stop < 0 ? chunk : chunk.subarray(0, stop)
    if (bytes.length > 0) post({ type: 'typed', bytes: Uint8Array.from(bytes) })
    if (stop >= 0) post({ type: 'stop' })
  })
  stream.once('end', () => post({ type: 'ended' }))
  stream.resume()
}
