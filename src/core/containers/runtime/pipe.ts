import type { Bytes } from '../../base/bytes.ts'
import { FileError } from '../filesystem/file-system.ts'
import type { OpenFile } from './open-file.ts'
import type { Process } from './process.ts'
import { WaitQueue } from './wait-queue.ts'

/** pipe(7): 16 pages. */
const PIPE_CAPACITY = 65_536

/** A bounded byte queue between processes: writers wait when it is full, readers when it is empty. */
export class Pipe {
  readonly readEnd: OpenFile
  readonly writeEnd: OpenFile
  private readonly chunks: Bytes[] = []
  private buffered = 0
  private readers = true
  private writers = true
  private readonly readable = new WaitQueue()
  private readonly writable = new WaitQueue()

  constructor(inode: number, kind: 'pipe' | 'socket' = 'pipe') {
    const path = `${kind}:[${inode}]`
    const refuse = async (): Promise<never> => {
      throw new FileError('EBADF', path)
    }
    this.readEnd = { kind, path, read: (process, max) => this.read(process, max), write: refuse, close: () => this.closeReader() }
    this.writeEnd = { kind, path, read: refuse, write: (process, bytes) => this.write(process, bytes), close: () => this.closeWriter() }
  }

  /** Puts bytes in without a writing process (a terminal's host side, a socket's peer); never waits, so it may overfill. */
  push(bytes: Bytes): void {
    if (bytes.length === 0 || !this.readers) return
    this.chunks.push(bytes)
    this.buffered += bytes.length
    this.readable.wakeAll()
  }

  get readerGone(): boolean {
    return !this.readers
  }

  closeWriter(): void {
    this.writers = false
    this.readable.wakeAll()
  }

  async read(process: Process, max: number): Promise<Bytes> {
    while (this.chunks.length === 0) {
      if (!this.writers) return new Uint8Array(0)
      await process.block(this.readable)
    }
    const first = this.chunks[0]!
    const taken = first.length <= max ? first : first.subarray(0, max)
    if (taken === first) this.chunks.shift()
    else this.chunks[0] = first.subarray(max)
    this.buffered -= taken.length
    this.writable.wakeAll()
    return taken
  }

  private async write(process: Process, bytes: Bytes): Promise<void> {
    let rest = bytes.slice()
    while (rest.length > 0) {
      if (!this.readers) {
        process.deliver('PIPE')
        process.checkAlive()
        throw new FileError('EPIPE', this.writeEnd.path)
      }
      const room = PIPE_CAPACITY - this.buffered
      if (room > 0) {
        this.push(rest.subarray(0, room))
        rest = rest.subarray(room)
      } else {
        await process.block(this.writable)
      }
    }
  }

  private closeReader(): void {
    this.readers = false
    this.chunks.length = 0
    this.writable.wakeAll()
  }
}
