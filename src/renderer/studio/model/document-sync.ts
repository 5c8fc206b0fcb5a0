import { mergeTexts } from './text-edit.ts'

export interface DocumentSyncOptions {
  readonly text: string
  /** Sends a text to be kept; settles when it was taken, rejects when it was refused. */
  readonly write: (text: string) => Promise<unknown>
  /** The text changed elsewhere: show this one. */
  readonly show: (text: string) => void
  readonly failed: (error: unknown) => void
  /** `dirty` may be another: something was typed, came back, or was taken or refused. */
  readonly changed: () => void
  readonly delayMs: number
}

/**
 * Keeps one file of a build folder in step with what is typed. Sends at most one write at a time, `delayMs` after the
 * latest key; knows its own writes when they come back as records; merges what others wrote meanwhile.
 */
export class DocumentSync {
  private local: string
  /** The latest text known to be in the record. */
  private base: string
  /** Texts sent whose records have not come back, oldest first. */
  private echoes: string[] = []
  private timer: ReturnType<typeof setTimeout> | null = null
  private writing: Promise<boolean> | null = null
  private readonly options: DocumentSyncOptions

  constructor(options: DocumentSyncOptions) {
    this.options = options
    this.local = options.text
    this.base = options.text
  }

  /** What was typed is not yet in the record. */
  get dirty(): boolean {
    return this.local !== this.base || this.writing !== null
  }

  typed(text: string): void {
    if (text === this.local) return
    this.local = text
    this.schedule()
    this.options.changed()
  }

  /** The record came with this text: an echo of an own write, or somebody else's. */
  received(text: string): void {
    this.merge(text)
    this.options.changed()
  }

  /** Sends what is pending now. Settles with true when everything typed so far was taken, false when it was refused. */
  async flush(): Promise<boolean> {
    this.cancelTimer()
    if (this.writing !== null) await this.writing
    return this.local === this.latestSent() || this.send()
  }

  /** The file is gone: nothing more is sent, else it would come back. */
  forget(): void {
    this.cancelTimer()
    this.local = this.latestSent()
  }

  dispose(): void {
    this.cancelTimer()
    if (this.local !== this.latestSent()) void this.send()
  }

  private merge(text: string): void {
    const echo = this.echoes.indexOf(text)
    if (echo >= 0) {
      this.echoes = this.echoes.slice(echo + 1)
      this.base = text
      return
    }
    if (text === this.base) return
    const merged = mergeTexts(this.base, this.local, text)
    this.base = text
    if (merged !== this.local) {
      this.local = merged
      this.options.show(merged)
    }
    if (merged !== text) this.schedule()
  }

  private latestSent(): string {
    return this.echoes.at(-1) ?? this.base
  }

  private schedule(): void {
    this.cancelTimer()
    this.timer = setTimeout(() => void this.flush(), this.options.delayMs)
  }

  private cancelTimer(): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
  }

  private async send(): Promise<boolean> {
    const text = this.local
    this.echoes.push(text)
    this.writing = this.options.write(text).then(
      () => true,
      (error: unknown) => {
        this.echoes = this.echoes.filter((echo) => echo !== text)
        this.options.failed(error)
        return false
      },
    )
    const taken = await this.writing
    this.writing = null
    this.options.changed()
    return taken
  }
}
