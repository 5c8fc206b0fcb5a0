/** Where variables come from; undefined when a variable is not set. */
export type Environment = (name: string) => string | undefined

interface ExpandOptions {
  readonly escape?: string
  /** Keep quotes in the result. */
  readonly rawQuotes?: boolean
  /** Keep escape characters in the result. */
  readonly rawEscapes?: boolean
  /** Leave references to unset variables as they are written. */
  readonly keepUnset?: boolean
}

interface Expansion {
  readonly text: string
  /** The text split at unquoted white space, also at that which came out of variables. */
  readonly words: readonly string[]
  /** Variables that were referred to but are not set. */
  readonly unset: readonly string[]
}

/**
 * Quotes, escapes and `$NAME`, `${NAME}`, `${NAME:-word}` … as Dockerfile instructions other than RUN understand them
 * (docs.docker.com/reference/dockerfile, "Environment replacement"). Throws an Error with BuildKit's message.
 */
export function expandWord(word: string, environment: Environment, options: ExpandOptions = {}): Expansion {
  return new Expander(word, environment, options).run()
}

class WordList {
  readonly done: string[] = []
  private word = ''
  private inWord = false

  addText(text: string): void {
    for (const char of text) {
      if (!isSpace(char)) this.addRaw(char)
      else if (this.inWord) this.finish()
    }
  }

  addRaw(text: string): void {
    this.word += text
    this.inWord = true
  }

  finish(): void {
    if (this.word.length > 0) this.done.push(this.word)
    this.word = ''
    this.inWord = false
  }
}

const END = ''
const isSpace = (char: string): boolean => /\s/u.test(char)

class Expander {
  private readonly chars: readonly string[]
  private at = 0
  private readonly unset: string[] = []
  private readonly environment: Environment
  private readonly options: ExpandOptions
  private readonly escape: string

  constructor(word: string, environment: Environment, options: ExpandOptions) {
    this.chars = [...word]
    this.environment = environment
    this.options = options
    this.escape = options.escape ?? '\\'
  }

  run(): Expansion {
    const { text, words } = this.until(END, false)
    return { text, words, unset: this.unset }
  }

  private peek(): string {
    return this.chars[this.at] ?? END
  }

  private next(): string {
    return this.chars[this.at++] ?? END
  }

  private until(stop: string, rawEscapes: boolean): { text: string; words: readonly string[] } {
    const words = new WordList()
    let text = ''
    while (this.peek() !== END) {
      const char = this.peek()
      if (char === stop) {
        this.next()
        words.finish()
        return { text, words: words.done }
      }
      const special = this.special(char)
      if (special !== undefined) {
        text += special
        if (char === '$') words.addText(special)
        else words.addRaw(special)
        continue
      }
      this.next()
      if (char !== this.escape) {
        words.addText(char)
        text += char
        continue
      }
      if (this.options.rawEscapes || rawEscapes) {
        words.addRaw(char)
        text += char
      }
      const escaped = this.next()
      if (escaped === END) break
      words.addRaw(escaped)
      text += escaped
    }
    if (stop !== END) throw new Error(`unexpected end of statement while looking for matching ${stop}`)
    words.finish()
    return { text, words: words.done }
  }

  private special(char: string): string | undefined {
    if (char === "'") return this.singleQuoted()
    if (char === '"') return this.doubleQuoted()
    if (char === '$') return this.dollar()
    return undefined
  }

  private singleQuoted(): string {
    const quote = this.options.rawQuotes ? this.peek() : ''
    this.next()
    let text = quote
    for (;;) {
      const char = this.next()
      if (char === END) throw new Error('unexpected end of statement while looking for matching single-quote')
      if (char === "'") return text + quote
      text += char
    }
  }

  private doubleQuoted(): string {
    const quote = this.options.rawQuotes ? this.peek() : ''
    this.next()
    let text = quote
    for (;;) {
      let char = this.peek()
      if (char === END) throw new Error('unexpected end of statement while looking for matching double-quote')
      if (char === '$') {
        text += this.dollar()
        continue
      }
      this.next()
      if (char === '"') return text + quote
      if (char === this.escape) {
        if (this.options.rawEscapes) text += char
        const escaped = this.peek()
        if (escaped === END) continue
        // Only these can be escaped here; before any other character the escape stands for itself.
        if (escaped === '"' || escaped === '$' || escaped === this.escape) char = this.next()
      }
      text += char
    }
  }

  private dollar(): string {
    this.next()
    if (this.peek() !== '{') {
      const name = this.name()
      if (name === '') return '$'
      return this.lookup(name) ?? (this.options.keepUnset ? `$${name}` : '')
    }
    this.next()
    const first = this.peek()
    if (first === END) throw new Error("syntax error: missing '}'")
    if (first === '{' || first === '}' || first === ':') throw new Error('syntax error: bad substitution')
    const name = this.name()
    const char = this.next()
    if (char === '}') return this.lookup(name) ?? (this.options.keepUnset ? `\${${name}}` : '')
    if (char === '/') return this.replaced(name)
    const modifier = char === ':' ? this.next() : char
    return this.modified(name, modifier, char === ':')
  }

  private modified(name: string, modifier: string, nullIsUnset: boolean): string {
    const written = nullIsUnset ? `:${modifier}` : modifier
    const isTrim = modifier === '#' || modifier === '%'
    if (!['+', '-', '?', '#', '%'].includes(modifier) || (nullIsUnset && isTrim)) throw new Error(`unsupported modifier (${written}) in substitution`)
    const word = this.inner('}', isTrim, "syntax error: missing '}'")
    const value = modifier === '-' || modifier === '+' || modifier === '?' ? this.environment(name) : this.lookup(name)
    if (value === undefined && this.options.keepUnset) return `\${${name}${written}${word}}`
    const missing = value === undefined || (nullIsUnset && value === '')
    if (modifier === '-') return missing ? word : value
    if (modifier === '+') return missing ? '' : word
    if (modifier === '?') {
      if (missing) throw new Error(`${name}: ${word || `is not allowed to be ${value === undefined ? 'unset' : 'empty'}`}`)
      return value
    }
    const greedy = word.startsWith(modifier)
    return trimmed(value ?? '', greedy ? word.slice(1) : word, modifier === '#', greedy)
  }

  private replaced(name: string): string {
    const all = this.peek() === '/'
    if (all) this.next()
    const pattern = this.inner('/', true, "syntax error: missing '/' in ${}")
    const replacement = this.inner('}', true, "syntax error: missing '}'")
    const value = this.lookup(name)
    if (value === undefined && this.options.keepUnset) return `\${${name}/${all ? '/' : ''}${pattern}/${replacement}}`
    return (value ?? '').replace(new RegExp(globSource(pattern, true), all ? 'gsu' : 'su'), () => replacement)
  }

  private inner(stop: string, rawEscapes: boolean, atEnd: string): string {
    try {
      return this.until(stop, rawEscapes).text
    } catch (error) {
      if (this.peek() === END) throw new Error(atEnd, { cause: error })
      throw error
    }
  }

  private lookup(name: string): string | undefined {
    const value = this.environment(name)
    if (value === undefined) this.unset.push(name)
    return value
  }

  private name(): string {
    let name = ''
    for (;;) {
      const char = this.peek()
      if (name === '' && /[0-9]/.test(char)) {
        while (/[0-9]/.test(this.peek())) name += this.next()
        return name
      }
      if (name === '' && /^[@*#?$!-]$/.test(char)) return this.next()
      if (!/^[\p{L}\p{Nd}_]$/u.test(char)) return name
      name += this.next()
    }
  }
}

/** A shell pattern as the source of a regular expression. */
function globSource(pattern: string, greedy: boolean): string {
  let source = ''
  const chars = [...pattern]
  for (let i = 0; i < chars.length; i++) {
    const char = chars[i]!
    if (char === '*') source += greedy ? '.*' : '.*?'
    else if (char === '?') source += '.'
    else if (char === '\\' && i + 1 < chars.length) source += quoted(chars[++i]!)
    else if (char === '\\') throw new Error('invalid escape sequence')
    else source += quoted(char)
  }
  return source
}

const quoted = (char: string): string => char.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&')

function trimmed(value: string, pattern: string, prefix: boolean, greedy: boolean): string {
  if (prefix) return value.replace(new RegExp(`^${globSource(pattern, greedy)}`, 'su'), '')
  const matcher = new RegExp(`^${globSource(pattern, true)}$`, 'su')
  const chars = [...value]
  const starts = chars.map((_, i) => i).concat(chars.length)
  if (!greedy) starts.reverse()
  const start = starts.find((at) => matcher.test(chars.slice(at).join('')))
  return start === undefined ? value : chars.slice(0, start).join('')
}
