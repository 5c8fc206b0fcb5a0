import { closeSync, openSync, writeSync } from 'node:fs'
import { Failure } from '../core/base/failure.ts'
import type { Machine } from '../core/machine/board/machine.ts'
import { TraceRing } from '../core/machine/history/trace-ring.ts'
import { nativeSha256 } from './platform.ts'

const CAPACITY = 1 << 14

/** A file with a line for the registers before each instruction, as `TraceRing.line` writes them. */
export class MachineTrace {
  private readonly ring: TraceRing
  private readonly file: number
  private readonly hash = nativeSha256()
  private written = 0

  /** Throws a `Failure` when the file cannot be made. */
  constructor(machine: Machine, path: string) {
    this.ring = new TraceRing(machine.cpu, CAPACITY)
    machine.cpu.ring = this.ring
    try {
      this.file = openSync(path, 'w')
    } catch (error) {
      throw new Failure('file', `${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  /** Instructions that may run until `write` has to be called. */
  get room(): number {
    return CAPACITY
  }

  /** Writes what has run since the last call. */
  write(): void {
    let text = ''
    for (; this.written < this.ring.total; this.written++) text += `${this.ring.line(this.written)}\n`
    const bytes = Buffer.from(text, 'latin1')
    this.hash.update(bytes)
    for (let at = 0; at < bytes.length;) at += writeSync(this.file, bytes, at)
  }

  /** The SHA-256 of the whole file. */
  close(): string {
    closeSync(this.file)
    return this.hash.hex()
  }
}
