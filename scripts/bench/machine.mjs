/** The simulated processor against npm v86, the same kernel in one process: interpreter against interpreter, and the distance to its compiler. */
import { join } from 'node:path'
import { buildKernel } from '../../bench/machine/build.mjs'
import { LOOPS, makeRounds } from '../../bench/machine/rounds.mjs'
import { runV86 } from '../../bench/machine/v86.mjs'
import { bundled } from '../lib/bundled.mjs'
import { root } from '../lib/steps.mjs'

const BOOTS = Number(process.env.BENCH_BOOTS ?? 3)
const ROUNDS = 4
/** Interpreter against interpreter, on every loop. */
const FLOOR = 0.8
const LEAST_TRACE_RATIO = 0.4
const MOST_BACK_MS = 100

export async function benchMachine() {
  const kernel = buildKernel(join(root, '.cache/bench/machine'))
  if (!kernel) return { name: 'machine', ok: !process.env.CI, results: 'skipped' }
  const { runOwn } = await bundled('bench/machine/own.ts')
  const { measureHistory } = await bundled('bench/machine/history.ts')
  const engines = {
    own: async (heard) => runOwn(kernel.image, kernel.entry, heard),
    v86: (heard) => runV86(kernel.image, false, heard),
    v86Jit: (heard) => runV86(kernel.image, true, heard),
  }
  const results = Object.fromEntries(Object.values(LOOPS).map((name) => [name, { checksums: new Set() }]))
  for (let boot = 0; boot < BOOTS; boot++) {
    for (const [engine, run] of Object.entries(engines)) {
      const { heard, loops } = makeRounds(ROUNDS)
      await run(heard)
      for (const [letter, { times, checksums, instructions }] of Object.entries(loops)) {
        const result = results[LOOPS[letter]]
        result[engine] = Math.min(result[engine] ?? Infinity, ...times.slice(1))
        if (instructions > 0) result.instructions = instructions
        for (const checksum of checksums) result.checksums.add(checksum)
      }
    }
  }
  const against = summary(results)
  const history = historySummary(await measureHistory(kernel.image))
  return { name: 'machine', ok: against.ok && history.ok, results: { ...against.results, history: history.results } }
}

function summary(results) {
  let ok = true
  const rows = Object.entries(results).map(([name, { own, v86, v86Jit, instructions, checksums }]) => {
    if (checksums.size !== 1 || v86 / own < FLOOR) ok = false
    return [name, {
      ownMs: round(own), v86Ms: round(v86), v86JitMs: round(v86Jit), ownMips: round(instructions / own / 1000), timesV86: round(v86 / own), timesV86Jit: round(v86Jit / own), sameChecksums: checksums.size === 1,
    }]
  })
  return { ok, results: Object.fromEntries(rows) }
}

/** A run with the trace ring against one without; a step back; the machine while nobody runs it. */
function historySummary(measured) {
  const traceRatio = measured.untracedMs / measured.tracedMs
  const results = Object.fromEntries(Object.entries({ ...measured, traceRatio }).map(([name, value]) => [name, round(value)]))
  return { ok: traceRatio >= LEAST_TRACE_RATIO && measured.firstBackMs <= MOST_BACK_MS && measured.backMs <= MOST_BACK_MS && measured.pausedCpuPercent <= 1, results }
}

const round = (value) => Math.round(value * 100) / 100
