import { describe, expect, test } from 'vitest'
import { encodeUtf8 } from '../../base/bytes.ts'
import { hasTool } from '../../machine/guests/testing/real-tools.ts'
import { assembleRiscv } from './assembler/assemble.ts'
import type { Program } from './program/program.ts'
import { interpret } from './run-program.ts'
import { RISCV_SAMPLES } from './samples.ts'
import { runInQemu } from './testing/gnu-tools.ts'
import { MEMORY_MIB, randomProgram } from './testing/random-program.ts'

const PROGRAMS = process.env['GLASSHOUSE_THOROUGH'] === '1' ? 500 : 10

function here(program: Program, input = ''): { output: string; code: number } {
  let output = ''
  const end = interpret(program, { memoryMiB: MEMORY_MIB, input: encodeUtf8(input), output: (bytes) => (output += Buffer.from(bytes).toString('hex')) }).run(1e7)
  return { output, code: end.kind === 'exit' ? end.code : -1 }
}

function there(program: Program, input = ''): { output: string; code: number } {
  const { output, code } = runInQemu(program, input)
  return { output: Buffer.from(output).toString('hex'), code }
}

describe.runIf(hasTool('qemu-riscv32'))('beside the genuine QEMU', () => {
  test.each(RISCV_SAMPLES.map((sample) => [sample.key, sample] as const))('%s writes the same', (_, { source, input }) => {
    const { program } = assembleRiscv(source)
    expect(here(program!, input)).toEqual(there(program!, input))
  })

  test('random programs leave the same registers and memory', () => {
    for (let n = 0; n < PROGRAMS; n++) {
      const program = randomProgram(`judged-${n}`, { judged: true })
      const expected = there(program)
      expect(expected.output.length).toBe(2047 * 2)
      expect({ n, ...here(program) }).toEqual({ n, ...expected })
    }
  })
})
