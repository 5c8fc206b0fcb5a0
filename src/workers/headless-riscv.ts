import { readFileSync } from 'node:fs'
import { Failure } from '../core/base/failure.ts'
import { assembleRiscv } from '../core/hypervisor/cross-isa/assembler/assemble.ts'
import { describeEnd, type ProgramEnd } from '../core/hypervisor/cross-isa/program/end.ts'
import { isElf, readRiscvElf } from '../core/hypervisor/cross-isa/program/elf.ts'
import type { Program } from '../core/hypervisor/cross-isa/program/program.ts'
import { REGISTER_NAMES } from '../core/hypervisor/cross-isa/riscv/registers.ts'
import { interpret, type RunOptions } from '../core/hypervisor/cross-isa/run-program.ts'
import { type HostCounts, TranslatedRun } from '../core/hypervisor/cross-isa/translated-run.ts'
import { listingText } from '../core/hypervisor/cross-isa/translator/listing.ts'
import type { AssembleMessage } from '../protocol/machine.ts'

export interface RiscvParams {
  /** Source in the syntax of GNU as, or a static ELF executable for RV32IM. */
  readonly file: string
  readonly how: 'interpret' | 'translate'
  readonly maxInstructions: number
  readonly memoryMiB: number
  /** What the program finds on its standard input. */
  readonly input: string | null
  /** Whether the translated blocks are wanted. */
  readonly listing: boolean
}

export interface RiscvReport {
  /** Null: the source has errors. */
  readonly end: ProgramEnd | null
  /** `end` in a sentence. */
  readonly text: string
  readonly messages: readonly AssembleMessage[]
  readonly instructions: number
  readonly pc: number
  readonly registers: Readonly<Record<string, number>>
  /** What the simulated x86 did; null where the program was interpreted. */
  readonly host: HostCounts | null
  readonly listing: string | null
}

/** Runs a RISC-V program to its end. `output` gets what it writes, one character for each byte. */
export async function runRiscv(params: RiscvParams, output: (latin1: string) => void): Promise<RiscvReport> {
  const { program, messages } = load(bytesOf(params.file))
  if (!program) return { end: null, text: 'not assembled', messages, instructions: 0, pc: 0, registers: {}, host: null, listing: null }
  const options: RunOptions = {
    memoryMiB: params.memoryMiB, output: (bytes) => output(Buffer.from(bytes).toString('latin1')), ...(params.input !== null && { input: bytesOf(params.input) }),
  }
  const translated = params.how === 'translate' ? new TranslatedRun(program, options) : null
  const run = translated ?? interpret(program, options)
  const end = run.run(params.maxInstructions)
  return {
    end, text: describeEnd(end), messages, instructions: run.instructions, pc: run.pc, host: translated?.host ?? null,
    registers: Object.fromEntries(REGISTER_NAMES.map((name, number) => [name, run.registers.get(number)])),
    listing: translated && params.listing ? translated.cache.blocks.map((block) => listingText(translated.listing(block))).join('\n') : null,
  }
}

function load(bytes: Uint8Array): { readonly program: Program | null; readonly messages: readonly AssembleMessage[] } {
  return isElf(bytes) ? { program: readRiscvElf(bytes), messages: [] } : assembleRiscv(Buffer.from(bytes).toString('utf8'))
}

function bytesOf(file: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(file))
  } catch (error) {
    throw new Failure('file', `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
}
