import { escapePattern } from './pattern.ts'

/** A stretch of an expanded word; `break` ends a field (between the words of `"$@"`). */
export type Piece = 'break' | { readonly text: string; readonly quoted: boolean; readonly split: boolean }

export interface Field {
  /** After quote removal. */
  readonly text: string
  /** The same for path-name expansion: quoted characters are escaped. */
  readonly pattern: string
}

/** Splits what expansions gave at the characters of IFS (POSIX 2.6.5); quoted text never splits. */
export function splitFields(pieces: readonly Piece[], separators: string): Field[] {
  const splitter = new Splitter(separators)
  for (const piece of pieces) {
    if (piece === 'break') splitter.endField(true)
    else if (piece.quoted || !piece.split) splitter.add(piece.text, piece.quoted)
    else splitter.split(piece.text)
  }
  splitter.endField(false)
  return splitter.fields
}

class Splitter {
  readonly fields: Field[] = []
  private text = ''
  private pattern = ''
  /** Something is there, even if it is an empty quoted text. */
  private started = false
  private readonly separators: string

  constructor(separators: string) {
    this.separators = separators
  }

  add(text: string, quoted: boolean): void {
    if (text !== '' || quoted) this.started = true
    this.text += text
    this.pattern += quoted ? escapePattern(text) : text
  }

  split(text: string): void {
    for (let at = 0; at < text.length; at++) {
      const char = text[at]!
      if (!this.separators.includes(char)) {
        this.add(char, false)
        continue
      }
      let end = at
      let hard = !isBlank(char)
      while (end + 1 < text.length && this.separators.includes(text[end + 1]!) && (isBlank(text[end + 1]!) || !hard)) {
        end++
        hard ||= !isBlank(text[end]!)
      }
      at = end
      this.endField(hard)
    }
  }

  /** `keepEmpty`: a separator that is not white space delimits even an empty field. */
  endField(keepEmpty: boolean): void {
    if (this.started || keepEmpty) this.fields.push({ text: this.text, pattern: this.pattern })
    this.text = ''
    this.pattern = ''
    this.started = false
  }
}

const isBlank = (char: string): boolean => char === ' ' || char === '\t' || char === '\n'
