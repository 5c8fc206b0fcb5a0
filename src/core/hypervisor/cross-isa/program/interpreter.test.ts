import { expect, test } from 'vitest'
import { decodeUtf8, encodeUtf8 } from '../../../base/bytes.ts'
import { assembleRiscv } from '../assembler/assemble.ts'
import { interpret } from '../run-program.ts'
import { RISCV_SAMPLES } from '../samples.ts'

/** What each sample writes, and how many instructions it takes. */
const EXPECTED: Readonly<Record<string, readonly [string, number]>> = {
  hello: ['Hello from RISC-V!\n', 9],
  primes: ['1229 primes below 10000, the last is 9973\n', 123_121],
  fib: ['0\n3\n21\n144\n987\n6765\n', 294_856],
  sort: ['sorted, sum 36629\n', 55_376],
  words: ['3 8 29\n', 656],
}

test.each(RISCV_SAMPLES.map((sample) => [sample.key, sample] as const))('%s', (key, { source, input }) => {
  let output = ''
  const run = interpret(assembleRiscv(source).program!, { input: encodeUtf8(input ?? ''), output: (bytes) => (output += decodeUtf8(bytes)) })
  expect(run.run(1e7)).toEqual({ kind: 'exit', code: 0 })
  expect([output, run.instructions]).toEqual(EXPECTED[key])
})
