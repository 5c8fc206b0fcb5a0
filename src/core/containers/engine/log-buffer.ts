import { Utf8StreamDecoder, type Bytes } from '../../base/bytes.ts'
import { Emitter } from '../../base/emitter.ts'

export interface LogPart {
  readonly stream: 'stdout' | 'stderr'
  readonly text: string
}

const LIMIT = 1_000_000

/** What a container printed, in order, both streams; the oldest goes when there is too much. */
export class LogBuffer {
  readonly onPart = new Emitter<LogPart>()
  private parts: LogPart[] = []
  private length = 0
  private decoders = { stdout: new Utf8StreamDecoder(), stderr: new Utf8StreamDecoder() }

  push(stream: LogPart['stream'], bytes: Bytes): void {
    const text = this.decoders[stream].push(bytes)
    if (text === '') return
    const part = { stream, text }
    this.parts.push(part)
    this.length += text.length
    while (this.length > LIMIT && this.parts.length > 1) this.length -= this.parts.shift()!.text.length
    this.onPart.emit(part)
  }

  /** What was printed so far, in a buffer of its own. */
  copy(): LogBuffer {
    const copy = new LogBuffer()
    copy.parts = [...this.parts]
    copy.length = this.length
    return copy
  }

  all(): readonly LogPart[] {
    return this.parts
  }

  /** Both streams as one text: all of it, or its last `tail` lines. */
  text(tail?: number): string {
    const whole = this.parts.map((part) => part.text).join('')
    if (tail === undefined) return whole
    const lines = whole.split('\n')
    const ended = lines.at(-1) === ''
    return lines.slice(-(tail + (ended ? 1 : 0))).join('\n')
  }
}
