import type { Program, ProgramTable } from '../runtime/program.ts'
import { SHELLS } from '../shell/shell-program.ts'
import { FILE_PROGRAMS } from './files.ts'

const PROGRAMS: readonly Program[] = [...SHELLS, ...FILE_PROGRAMS]

/** Every program the kernel can run, by the name in its marker file. */
export const USERLAND: ProgramTable = new Map(PROGRAMS.map((program) => [program.name, program]))
