const isSpace = (char: string): boolean => /\s/u.test(char)

/** Splits `name=value "quoted value"` lists; quotes and escapes stay, they are resolved with the variables later. */
export function splitQuotedWords(text: string, escape: string): string[] {
  const words: string[] = []
  const chars = [...text]
  let word = ''
  let quote = ''
  let open = false
  const finish = (): void => {
    if (open || word.length > 0) words.push(word)
    word = ''
    open = false
  }
  for (let i = 0; i < chars.length; i++) {
    const char = chars[i]!
    if (quote === '' && isSpace(char)) {
      finish()
      continue
    }
    if (quote === '' && (char === '"' || char === "'")) {
      quote = char
      open = true
    } else if (char === quote) {
      quote = ''
    }
    const escaping = char === escape && quote !== "'"
    if (escaping && i + 1 === chars.length) {
      quote = ''
      continue
    }
    word += char
    if (escaping) word += chars[++i]!
  }
  finish()
  return words
}

/** Takes the leading `--flag` words off; answers them and the rest. */
export function splitFlags(line: string): { readonly flags: string[]; readonly rest: string } {
  const flags: string[] = []
  let at = 0
  for (;;) {
    while (at < line.length && isSpace(line[at]!)) at++
    if (!line.startsWith('--', at)) return { flags, rest: line.slice(at) }
    const { word, end } = flagWord(line, at)
    at = end
    if (word === '--') return { flags, rest: line.slice(at) }
    if (word.length > 0) flags.push(word)
  }
}

function flagWord(line: string, start: number): { word: string; end: number } {
  let word = ''
  let quote = ''
  let at = start
  for (; at < line.length; at++) {
    const char = line[at]!
    if (quote === '' && isSpace(char)) break
    if (quote === '' && (char === '"' || char === "'")) quote = char
    else if (quote !== '' && char === quote) quote = ''
    else if (char === '\\') word += line[++at] ?? ''
    else word += char
  }
  return { word, end: at }
}
