import type { ProgramEnd } from './program/end.ts'
import { GuestMemory, memorySize } from './program/guest-memory.ts'
import { Interpreter } from './program/interpreter.ts'
import { Kernel } from './program/kernel.ts'
import { loadProgram, type Program, type RegisterFile } from './program/program.ts'

export interface RunOptions {
  /** 1 to 64; 4 if not said. */
  readonly memoryMiB?: number
  readonly input?: Uint8Array
  /** Is given what the program writes, as it writes it. */
  readonly output?: (bytes: Uint8Array) => void
}

/** A program that runs, by whichever way: what both ways have in common, and must agree on. */
export interface RiscvRun {
  readonly memory: GuestMemory
  readonly registers: RegisterFile
  /** Of the next instruction; of the one at fault. */
  readonly pc: number
  /** Instructions completed. */
  readonly instructions: number
  /** Runs at most `most` instructions more, exactly so many unless the program ends. */
  run(most: number): ProgramEnd
}

export const NO_INPUT = new Uint8Array(0)
export const DEFAULT_MIB = 4

/** Puts a program into a memory of its own, to be interpreted. */
export function interpret(program: Program, { memoryMiB = DEFAULT_MIB, input = NO_INPUT, output = () => undefined }: RunOptions = {}): RiscvRun {
  const memory = new GuestMemory(memorySize(memoryMiB))
  const interpreter = new Interpreter(memory)
  interpreter.kernel = new Kernel(memory, loadProgram(program, memory, interpreter.registers), input, output)
  interpreter.pc = program.entry
  return {
    memory,
    registers: interpreter.registers,
    get pc() { return interpreter.pc },
    get instructions() { return interpreter.instructions },
    run: (most) => interpreter.run(most),
  }
}
