/**
 * `npm run equivalence -- [--count N] [--seed S] [--first N]`: so many random kernels on bare metal, under hardware assist and under binary translation, until one ends differently.
 * The one that did is printed with seed and number: `--first NUMBER --count 1` runs it again. Ends with 1 where there is one.
 */
import { parseArgs } from 'node:util'
import { bundled } from './lib/bundled.mjs'
import { ensureModules } from './lib/setup.mjs'

const { values } = parseArgs({ options: { count: { type: 'string', default: '20000' }, seed: { type: 'string', default: 'million' }, first: { type: 'string', default: '0' } } })
const [count, first] = [values.count, values.first].map(Number)
if (!Number.isInteger(count) || count < 1 || !Number.isInteger(first) || first < 0) {
  console.error('--count and --first are whole numbers.')
  process.exit(2)
}

await ensureModules()
const { checkEquivalence } = await bundled('src/core/hypervisor/testing/equivalence/check.ts')
const begin = performance.now()
const say = ({ kernels, runs, instructions, deliveries, ends }) => {
  const of = (counts) => Object.entries(counts).map(([name, number]) => `${name} ${number}`).join(', ')
  console.log(`${kernels} kernels in ${Math.round((performance.now() - begin) / 1000)} s; runs: ${of(runs)}; ${instructions} instructions, ${deliveries} deliveries; ends: ${of(ends)}`)
}
const report = checkEquivalence({ seed: values.seed, count, first, onProgress: (so) => so.kernels % 10_000 === 0 && say(so) })
say(report)
const found = report.counterexample
if (found) {
  console.log(`Kernel ${found.number} of seed ${found.seed} ends differently under ${found.technique}:\n  ${found.differences.join('\n  ')}\nIts parts:\n${found.parts.join('\n')}`)
  process.exitCode = 1
} else console.log('No kernel ended differently.')
