export type CodeTokenKind = 'mnemonic' | 'register' | 'number' | 'plain'

export interface CodeToken {
  readonly text: string
  readonly kind: CodeTokenKind
}

const PREFIXES = /^(?:(?:rep|repe|repne|repz|repnz|lock|[cdefgs]s|[ao]16|[ao]32)\s+)*[a-z][a-z0-9]*/i
const PART = /0x[0-9a-f]+|\b[0-9][0-9a-f]*h?\b|\b(?:e?(?:[abcd]x|[sd]i|[sb]p|ip)|[abcd][lh]|[cdefgs]s|cr[0-8]|dr[0-7])\b|[^\w]+|\w+/gi
const REGISTER = /^(?:e?(?:[abcd]x|[sd]i|[sb]p|ip)|[abcd][lh]|[cdefgs]s|cr[0-8]|dr[0-7])$/i

/** An instruction as the disassembler prints it, in pieces that are coloured. Together they are the text. */
export function codeTokens(text: string): readonly CodeToken[] {
  const mnemonic = PREFIXES.exec(text)?.[0] ?? ''
  const tokens: CodeToken[] = mnemonic === '' ? [] : [{ text: mnemonic, kind: 'mnemonic' }]
  for (const [part] of text.slice(mnemonic.length).matchAll(PART)) {
    tokens.push({ text: part, kind: /^[0-9]/.test(part) ? 'number' : REGISTER.test(part) ? 'register' : 'plain' })
  }
  return tokens
}
