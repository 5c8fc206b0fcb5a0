import type { Bytes } from '../../base/bytes.ts'
import type { Process } from './process.ts'

/** An open file description: what file descriptors, copied by fork and dup, share. */
export interface OpenFile {
  readonly kind: 'file' | 'pipe' | 'terminal' | 'device' | 'socket'
  /** What `/proc/self/fd/N` points at. */
  readonly path: string
  /** At least one byte and at most `max`; an empty array is the end of the file. */
  read(process: Process, max: number): Promise<Bytes>
  write(process: Process, bytes: Bytes): Promise<void>
  /** Called when the last descriptor goes. */
  close(): void
}

/** Counts the descriptors that share an open file, over all processes. */
export class FileReference {
  readonly file: OpenFile
  private count = 1

  constructor(file: OpenFile) {
    this.file = file
  }

  retain(): this {
    this.count++
    return this
  }

  release(): void {
    if (--this.count === 0) this.file.close()
  }
}
