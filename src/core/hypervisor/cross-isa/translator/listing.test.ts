import { expect, test } from 'vitest'
import { assembleRiscv } from '../assembler/assemble.ts'
import { RISCV_SAMPLES } from '../samples.ts'
import { TranslatedRun } from '../translated-run.ts'
import { listingText } from './listing.ts'

test.each(['primes', 'fib'])('the blocks of %s are those that were reviewed', async (key) => {
  const run = new TranslatedRun(assembleRiscv(RISCV_SAMPLES.find((sample) => sample.key === key)!.source).program!, { memoryMiB: 1 })
  expect(run.run(1e6)).toEqual({ kind: 'exit', code: 0 })
  await expect(run.cache.blocks.map((block) => listingText(run.listing(block))).join('\n')).toMatchFileSnapshot(`golden/${key}.txt`)
})
