import type { ProcessContext } from './process-context.ts'

/** A userland program: what the kernel runs for an executable file that carries its marker. */
export interface Program {
  readonly name: string
  /** The package that brings it on Debian and Ubuntu, for `dpkg -S` and the image catalogue. */
  readonly package: string
  /** Modelled resident memory once it runs; a small C program's if absent. */
  readonly residentBytes?: number
  /** Resolves with the exit code. Throws only `ProcessGone` (never catch it) and `FileError`s it has no better words for. */
  main(process: ProcessContext): Promise<number>
}

export type ProgramTable = ReadonlyMap<string, Program>
