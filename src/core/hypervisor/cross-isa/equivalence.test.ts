import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { encodeUtf8 } from '../../base/bytes.ts'
import { assembleRiscv } from './assembler/assemble.ts'
import { disassembleWord } from './riscv/disassemble.ts'
import { type HostCounts, TranslatedRun } from './translated-run.ts'
import { interpret, type RiscvRun, type RunOptions } from './run-program.ts'
import { MEMORY_MIB, randomProgram } from './testing/random-program.ts'
import type { Program } from './program/program.ts'
import type { ProgramEnd } from './program/end.ts'
import { RISCV_SAMPLES } from './samples.ts'

const THOROUGH = process.env['GLASSHOUSE_THOROUGH'] === '1'
const PROGRAMS = THOROUGH ? 3000 : 100
const BATCHES = 10

/** All that a program could tell, and how long it took. */
interface Outcome { readonly end: ProgramEnd; readonly pc: number; readonly instructions: number; readonly registers: readonly number[]; readonly output: string; readonly memory: string }

function outcome(make: (options: RunOptions) => RiscvRun, legs: readonly number[], input = ''): Outcome {
  const output: number[] = []
  const run = make({ memoryMiB: MEMORY_MIB, input: encodeUtf8(input), output: (bytes) => output.push(...bytes) })
  let end: ProgramEnd = { kind: 'limit' }
  for (const leg of legs) if (end.kind === 'limit') end = run.run(leg)
  const registers = Array.from({ length: 32 }, (_, i) => run.registers.get(i))
  return { end, pc: run.pc, instructions: run.instructions, registers, output: Buffer.from(output).toString('latin1'), memory: createHash('sha1').update(run.memory.bytes).digest('hex') }
}

/** x86 instructions for each of RISC-V, and the ways into the kernel: what translation costs, as reviewed. */
const COSTS: Readonly<Record<string, { readonly ratio: number } & Partial<HostCounts>>> = {
  hello: { ratio: 2.33, entries: 3, translated: 2, links: 1 },
  primes: { ratio: 2.78, entries: 33, translated: 22, links: 24 },
  fib: { ratio: 2.52, entries: 25, translated: 14, links: 14 },
  sort: { ratio: 3.53, entries: 33, translated: 22, links: 27 },
  words: { ratio: 2.97, entries: 27, translated: 18, links: 14 },
}

test.each(RISCV_SAMPLES.map((sample) => [sample.key, sample] as const))('%s ends the same, interpreted and translated', (key, { source, input }) => {
  const program = assembleRiscv(source).program!
  let translated: TranslatedRun | undefined
  const expected = outcome((options) => interpret(program, options), [1e7], input)
  expect(outcome((options) => (translated = new TranslatedRun(program, options)), [1e7], input)).toEqual(expected)
  const { instructions, entries, translated: blocks, links } = translated!.host
  expect({ ratio: Number((instructions / expected.instructions).toFixed(2)), entries, translated: blocks, links }).toEqual(COSTS[key])
})

const textOf = ({ segments }: Program): string => {
  const { address, bytes } = segments[0]!
  const view = new DataView(bytes.buffer)
  return Array.from({ length: bytes.length / 4 }, (_, i) => `${(address + i * 4).toString(16)} ${disassembleWord(view.getUint32(i * 4, true), address + i * 4)}`).join('\n')
}

describe('random programs end the same, whenever they are stopped', () => {
  const ends = new Map<string, number>()
  let flushes = 0

  test.each(Array.from({ length: BATCHES }, (_, batch) => batch))('batch %i', (batch) => {
    for (let n = 0; n < PROGRAMS / BATCHES; n++) {
      const seed = `riscv-${batch}-${n}`
      const program = randomProgram(seed)
      const legs = [n % 3 === 0 ? 1 + n * 2 : 2000, 500]
      const expected = outcome((options) => interpret(program, options), [legs[0]! + legs[1]!])
      let run: TranslatedRun | undefined
      const found = outcome((options) => (run = new TranslatedRun(program, options)), legs)
      if (JSON.stringify(found) !== JSON.stringify(expected)) expect({ seed, ...found, text: textOf(program) }).toEqual({ seed, ...expected, text: '' })
      const kind = expected.end.kind === 'fault' ? expected.end.cause : expected.end.kind
      ends.set(kind, (ends.get(kind) ?? 0) + 1)
      flushes += run!.host.flushes
    }
  })

  test('and they end in every way there is', () => {
    expect([...ends.keys()].sort()).toEqual(['breakpoint', 'exit', 'illegal-instruction', 'instruction-access', 'instruction-misaligned', 'limit', 'load-access', 'store-access'])
    expect(flushes).toBeGreaterThan(20)
  })
})
