import type { Interpreter } from '../interpreter.ts'

export interface Builtin {
  /** Resolves with the exit status. `words[0]` is the builtin's name. */
  run(shell: Interpreter, words: readonly string[]): Promise<number>
  /** dash and busybox do not have it. */
  readonly bashOnly?: boolean
}
