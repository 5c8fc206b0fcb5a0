import { Utf8StreamDecoder } from '../../base/bytes.ts'
import type { Interpreter } from './interpreter.ts'
import { complete } from './completion.ts'

export type EditedLine = { readonly text: string } | 'end' | 'interrupted'

const HISTORY_LIMIT = 500
/** Escape sequences of the keys a terminal sends. */
const KEYS: Readonly<Record<string, string>> = {
  '\x1b[D': 'left', '\x1b[C': 'right', '\x1b[A': 'up', '\x1b[B': 'down', '\x1b[H': 'home', '\x1b[F': 'end', '\x1bOH': 'home', '\x1bOF': 'end',
  '\x1b[1~': 'home', '\x1b[4~': 'end', '\x1b[3~': 'delete', '\x1bOD': 'left', '\x1bOC': 'right', '\x1bOA': 'up', '\x1bOB': 'down',
  '\x02': 'left', '\x06': 'right', '\x10': 'up', '\x0e': 'down', '\x01': 'home', '\x05': 'end', '\x7f': 'backspace', '\b': 'backspace',
  '\x03': 'interrupt', '\x04': 'eof', '\x0c': 'clear', '\x15': 'kill-start', '\x0b': 'kill-end', '\x17': 'kill-word', '\t': 'complete', '\r': 'enter', '\n': 'enter',
}

/** Reads lines at a terminal in raw mode with the everyday keys of readline. Without a terminal it reads plain lines. */
export class LineEditor {
  private readonly shell: Interpreter
  private readonly history: string[] = []
  private readonly decoder = new Utf8StreamDecoder()
  private line: string[] = []
  private cursor = 0
  private recall = 0
  private draft = ''
  private pendingTab = false

  constructor(shell: Interpreter) {
    this.shell = shell
  }

  async readLine(prompt: string): Promise<EditedLine> {
    const { terminal } = this.shell.context
    this.line = []
    this.cursor = 0
    this.recall = this.history.length
    await this.shell.context.warn(prompt)
    if (!terminal) return this.readPlain()
    terminal.raw = true
    try {
      for (;;) {
        const result = await this.handle(await this.readKey(), prompt.split('\n').at(-1) ?? '')
        if (result) return result
      }
    } finally {
      terminal.raw = false
    }
  }

  private async readPlain(): Promise<EditedLine> {
    let text = ''
    for (;;) {
      const byte = await this.shell.context.read(0, 1)
      if (byte.length === 0) return text === '' ? 'end' : { text }
      const char = this.decoder.push(byte)
      if (char === '\n') return { text }
      text += char
    }
  }

  private async readKey(): Promise<string> {
    let key = ''
    for (;;) {
      const bytes = await this.shell.context.read(0, 1)
      if (bytes.length === 0) return '\x04'
      key += this.decoder.push(bytes)
      if (key === '' || key === '\x1b' || /^\x1b[[O][\d;]*$/.test(key)) continue
      return key
    }
  }

  private async handle(key: string, prompt: string): Promise<EditedLine | undefined> {
    const action = KEYS[key]
    if (action !== 'complete') this.pendingTab = false
    switch (action) {
      case 'enter': return this.accept()
      case 'interrupt':
        await this.put('^C\n')
        return 'interrupted'
      case 'eof':
        if (this.line.length === 0) return 'end'
        return this.edit(this.cursor, this.cursor + 1, '', prompt)
      case 'left': return this.move(this.cursor - 1)
      case 'right': return this.move(this.cursor + 1)
      case 'home': return this.move(0)
      case 'end': return this.move(this.line.length)
      case 'backspace': return this.edit(this.cursor - 1, this.cursor, '', prompt)
      case 'delete': return this.edit(this.cursor, this.cursor + 1, '', prompt)
      case 'kill-start': return this.edit(0, this.cursor, '', prompt)
      case 'kill-end': return this.edit(this.cursor, this.line.length, '', prompt)
      case 'kill-word': return this.edit(this.line.slice(0, this.cursor).join('').replace(/\S+\s*$/, '').length, this.cursor, '', prompt)
      case 'up': return this.fromHistory(this.recall - 1, prompt)
      case 'down': return this.fromHistory(this.recall + 1, prompt)
      case 'clear':
        await this.put('\x1b[H\x1b[2J')
        return this.redraw(prompt)
      case 'complete': return this.completeWord(prompt)
      case undefined:
        return key.startsWith('\x1b') || key < ' ' ? undefined : this.edit(this.cursor, this.cursor, key, prompt)
      default: return undefined
    }
  }

  private async accept(): Promise<EditedLine> {
    const text = this.line.join('')
    if (text.trim() !== '' && this.history.at(-1) !== text) this.history.push(text)
    if (this.history.length > HISTORY_LIMIT) this.history.shift()
    await this.put('\n')
    return { text }
  }

  private async move(to: number): Promise<undefined> {
    const target = Math.max(0, Math.min(this.line.length, to))
    const distance = target - this.cursor
    this.cursor = target
    if (distance !== 0) await this.put(distance < 0 ? `\x1b[${-distance}D` : `\x1b[${distance}C`)
    return undefined
  }

  private async edit(from: number, to: number, text: string, prompt: string): Promise<undefined> {
    if (from < 0) return undefined
    const added = [...text]
    const atEnd = from === this.line.length && to <= this.line.length
    this.line.splice(from, Math.max(0, to - from), ...added)
    this.cursor = from + added.length
    if (atEnd && added.length > 0) await this.put(text)
    else await this.redraw(prompt)
    return undefined
  }

  private async fromHistory(index: number, prompt: string): Promise<undefined> {
    if (index < 0 || index > this.history.length) return undefined
    if (this.recall === this.history.length) this.draft = this.line.join('')
    this.recall = index
    this.line = [...(this.history[index] ?? this.draft)]
    this.cursor = this.line.length
    await this.redraw(prompt)
    return undefined
  }

  private async completeWord(prompt: string): Promise<undefined> {
    const before = this.line.slice(0, this.cursor).join('')
    const { insert, candidates } = complete(this.shell, before)
    if (insert !== '') return this.edit(this.cursor, this.cursor, insert, prompt)
    if (candidates.length > 1 && this.pendingTab) {
      await this.put(`\n${candidates.join('  ')}\n`)
      await this.redraw(prompt)
    }
    this.pendingTab = true
    return undefined
  }

  private async redraw(prompt: string): Promise<undefined> {
    const back = this.line.length - this.cursor
    await this.put(`\r\x1b[K${prompt}${this.line.join('')}${back > 0 ? `\x1b[${back}D` : ''}`)
    return undefined
  }

  private async put(text: string): Promise<void> {
    await this.shell.context.warn(text)
  }
}
