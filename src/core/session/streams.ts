import type { StreamId } from '../../protocol/messages.ts'

/** Characters of a stream that are kept for whoever follows late. */
const STREAM_HISTORY = 1_000_000
/** Characters of one message: a window draws them within a frame. */
export const STREAM_CHUNK = 64 * 1024

interface History {
  /** Offset of the first character that is still kept. */
  start: number
  text: string
}

interface StreamChunk {
  /** Where the text begins; later than asked for when the beginning is gone. */
  readonly offset: number
  readonly text: string
}

/**
 * The latest text of every stream, by offset in characters since its beginning. When the head is cut, a note takes the place
 * of the first characters that are left, so that offsets stay what they are.
 */
export class Streams {
  private readonly histories = new Map<StreamId, History>()
  private readonly limit: number

  constructor(limit = STREAM_HISTORY) {
    this.limit = limit
  }

  append(stream: StreamId, text: string): void {
    const history = this.histories.get(stream) ?? { start: 0, text: '' }
    this.histories.set(stream, history)
    history.text += text
    // A quarter over before cutting, so that long streams are not copied at every line.
    if (history.text.length > this.limit * 1.25) this.cut(history)
  }

  /** At most `STREAM_CHUNK` characters from `offset` on; undefined when there is nothing new. */
  read(stream: StreamId, offset: number): StreamChunk | undefined {
    const history = this.histories.get(stream)
    if (!history) return undefined
    const from = Math.max(offset, history.start)
    const at = from - history.start
    if (at >= history.text.length) return undefined
    let end = Math.min(at + STREAM_CHUNK, history.text.length)
    if (end < history.text.length && end - at > 1 && isHighSurrogate(history.text.charCodeAt(end - 1))) end--
    return { offset: from, text: history.text.slice(at, end) }
  }

  /** Where the next character will be; 0 for a stream that nothing was added to. */
  end(stream: StreamId): number {
    const history = this.histories.get(stream)
    return history ? history.start + history.text.length : 0
  }

  /** Forgets what lies at `offset` and behind it, as when a machine goes back in time. */
  rewind(stream: StreamId, offset: number): void {
    const history = this.histories.get(stream)
    if (!history || offset >= this.end(stream)) return
    history.text = history.text.slice(0, Math.max(0, offset - history.start))
    history.start = Math.min(history.start, offset)
  }

  private cut(history: History): void {
    const dropped = history.text.length - this.limit
    history.start += dropped
    const note = `[the first ${history.start} characters are no longer kept]\r\n`
    history.text = note + history.text.slice(dropped + note.length)
  }
}

const isHighSurrogate = (code: number): boolean => code >= 0xd800 && code < 0xdc00
