import type { Token } from './token.ts'

/** What is wrong with a line, in NASM's words where it has some; caught by the assembler, which adds the place. */
export class Problem extends Error {
  readonly token: Token | undefined
  readonly suggestion: string | null

  constructor(message: string, token?: Token, suggestion: string | null = null) {
    super(message)
    this.token = token
    this.suggestion = suggestion
  }
}

/** A limit was reached: the program ends here. */
export class TooMuch extends Error {}

/** Limits of one program, so that none can hold up the app. */
export const LIMITS = {
  /** Bytes of image. */
  output: 64 * 1024 * 1024,
  /** Characters of source. */
  source: 1_000_000,
  /** Macros that call macros. */
  depth: 200,
  /** Times of one %rep. */
  repetitions: 1_000_000,
  /** Tokens that all passes may handle together. */
  work: 6_000_000,
  passes: 100,
  messages: 200,
}
