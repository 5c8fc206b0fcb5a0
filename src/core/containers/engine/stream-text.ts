import type { StreamId } from '../../../protocol/messages.ts'
import { Emitter } from '../../base/emitter.ts'

const LIMIT = 1_000_000

/** What came out of each stream so far; the oldest part of a long one is dropped. */
export class StreamTexts {
  readonly onStream = new Emitter<{ readonly stream: StreamId; readonly text: string }>()
  private readonly texts = new Map<StreamId, string>()

  append(stream: StreamId, text: string): void {
    if (text === '') return
    const whole = (this.texts.get(stream) ?? '') + text
    this.texts.set(stream, whole.length > 1.25 * LIMIT ? whole.slice(-LIMIT) : whole)
    this.onStream.emit({ stream, text })
  }

  text(stream: StreamId): string {
    return this.texts.get(stream) ?? ''
  }
}
