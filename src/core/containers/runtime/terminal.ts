import { concatBytes, encodeUtf8, type Bytes } from '../../base/bytes.ts'
import { Pipe } from './pipe.ts'
import type { OpenFile } from './open-file.ts'
import type { Process } from './process.ts'
import type { Signal } from './signals.ts'
import { MICROSECOND } from '../../simulation/units.ts'

const [CTRL_C, CTRL_D, BACKSPACE, TAB_STOP, LINE_FEED, CARRIAGE_RETURN, CTRL_U, CTRL_W, CTRL_Z, CTRL_BACKSLASH, DELETE] =
  [3, 4, 8, 9, 10, 13, 21, 23, 26, 28, 127]

const SIGNAL_KEYS: Readonly<Record<number, Signal>> = { [CTRL_C]: 'INT', [CTRL_BACKSLASH]: 'QUIT', [CTRL_Z]: 'TSTP' }

/** A pseudo-terminal with its line discipline: echo, editing of the current line, signal keys, CR LF on output (termios(3)). */
export class Terminal implements OpenFile {
  readonly kind = 'terminal'
  readonly path = '/dev/pts/0'
  columns: number
  rows: number
  /** Raw: no echo, no line editing, no signal keys; a line-editing shell sees every byte. */
  raw = false
  echo = true
  /** The process group that gets the signal keys. */
  foreground = 0
  private line: number[] = []
  private readonly input = new Pipe(0)
  private readonly emit: (bytes: Bytes) => void
  private readonly signalGroup: (group: number, signal: Signal) => void

  constructor(size: { columns: number; rows: number }, emit: (bytes: Bytes) => void, signalGroup: (group: number, signal: Signal) => void) {
    this.columns = size.columns
    this.rows = size.rows
    this.emit = emit
    this.signalGroup = signalGroup
  }

  /** Bytes typed at the terminal. */
  type(bytes: Bytes): void {
    for (const byte of bytes) {
      if (this.raw) this.input.push(Uint8Array.of(byte))
      else this.typeCooked(byte)
    }
  }

  hangUp(): void {
    this.input.closeWriter()
  }

  resize(columns: number, rows: number): void {
    this.columns = columns
    this.rows = rows
    this.signalGroup(this.foreground, 'WINCH')
  }

  async read(process: Process, max: number): Promise<Bytes> {
    const bytes = await this.input.read(process, max)
    return bytes.length === 1 && bytes[0] === CTRL_D && !this.raw ? new Uint8Array(0) : bytes
  }

  async write(process: Process, bytes: Bytes): Promise<void> {
    await process.use(20 * MICROSECOND)
    this.print(bytes)
  }

  close(): void {
    this.line = []
  }

  private typeCooked(byte: number): void {
    const signal = SIGNAL_KEYS[byte]
    if (signal) {
      this.line = []
      if (this.echo) this.print(encodeUtf8(`^${String.fromCharCode(byte + 64)}`))
      if (signal !== 'TSTP') this.print(encodeUtf8('\n'))
      this.signalGroup(this.foreground, signal)
    } else if (byte === BACKSPACE || byte === DELETE) this.erase(1)
    else if (byte === CTRL_U) this.erase(this.line.length)
    else if (byte === CTRL_W) this.erase(this.wordLength())
    else if (byte === CTRL_D) this.endOfInput()
    else this.accept(byte === CARRIAGE_RETURN ? LINE_FEED : byte)
  }

  private accept(byte: number): void {
    this.line.push(byte)
    if (this.echo) this.print(byte < 32 && byte !== LINE_FEED && byte !== TAB_STOP ? encodeUtf8(`^${String.fromCharCode(byte + 64)}`) : Uint8Array.of(byte))
    if (byte !== LINE_FEED) return
    this.input.push(Uint8Array.from(this.line))
    this.line = []
  }

  private endOfInput(): void {
    if (this.line.length > 0) this.input.push(Uint8Array.from(this.line))
    else this.input.push(Uint8Array.of(CTRL_D))
    this.line = []
  }

  private erase(count: number): void {
    for (let i = 0; i < count && this.line.length > 0; i++) {
      // A UTF-8 character goes as a whole: its continuation bytes first.
      while (this.line.length > 1 && ((this.line.at(-1) ?? 0) & 0xc0) === 0x80) this.line.pop()
      this.line.pop()
      if (this.echo) this.print(encodeUtf8('\b \b'))
    }
  }

  private wordLength(): number {
    const text = String.fromCharCode(...this.line)
    return text.length - text.replace(/\S+\s*$/, '').length
  }

  private print(bytes: Bytes): void {
    if (!bytes.includes(LINE_FEED)) return this.emit(bytes)
    const parts: Bytes[] = []
    let start = 0
    for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) {
      parts.push(bytes.subarray(start, at), Uint8Array.of(CARRIAGE_RETURN, LINE_FEED))
      start = at + 1
    }
    this.emit(concatBytes([...parts, bytes.subarray(start)]))
  }
}
