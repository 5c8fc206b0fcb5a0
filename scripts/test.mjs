// npm test: sets up what is missing, then runs every check there is; the last line counts them.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { findChromium } from './lib/chromium.mjs'
import { ensureBuild, ensureModules, requireNode } from './lib/setup.mjs'
import { root, runTool, seconds } from './lib/steps.mjs'

const say = (text) => process.stdout.write(`${text}\n`)
const results = join(root, '.cache/test-results')
const begin = performance.now()
const total = { passed: 0, failed: 0 }

requireNode()
await ensureModules()
rmSync(results, { recursive: true, force: true })
mkdirSync(results, { recursive: true })

const typescript = (project, tool = 'typescript/bin/tsc') => ({ name: `types ${project}`, tool, args: ['-p', `tsconfig.${project}.json`] })
const unitArguments = ['run', '--maxWorkers=2', '--reporter=dot', '--reporter=json', `--outputFile=${join(results, 'unit.json')}`]
// The unit tests do not wait for lint, which keeps one processor busy longer than all the others together.
await inPairs([
  () => check({ name: 'lint', tool: 'eslint/bin/eslint.js', args: ['.', '--max-warnings', '0'], env: { NODE_OPTIONS: '--max-old-space-size=6144' } }),
  ...[typescript('core'), typescript('node'), typescript('web', 'vue-tsc/bin/vue-tsc.js'), typescript('test'), { name: 'unused code', tool: 'knip/bin/knip.js', args: [] }].map((one) => () => check(one)),
  () => counted('unit', 'vitest/vitest.mjs', unitArguments, {}, ({ numPassedTests, numFailedTests }) => ({ passed: numPassedTests, failed: numFailedTests })),
])

await ensureBuild()
const chromium = findChromium()
if (chromium) {
  const env = { CHROME: chromium, PLAYWRIGHT_JSON_OUTPUT_FILE: join(results, 'e2e.json') }
  await counted('e2e', '@playwright/test/cli.js', ['test', '-c', 'e2e/playwright.config.ts', '--reporter=line,json'], env, ({ stats }) => ({ passed: stats.expected, failed: stats.unexpected + stats.flaky }))
} else if (process.env.CI) {
  report('e2e', false, begin, 'There is no Chromium, Chrome or Edge to run the end-to-end tests in; set CHROME to the program.\n')
} else {
  say('skipped  e2e: no Chromium, Chrome or Edge was found (set CHROME to the program)')
}

say(`all in ${seconds(begin)}`)
say(`${total.passed} passed, ${total.failed} failed`)
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1

/** Does the tasks two at a time, in the given order. */
async function inPairs(tasks) {
  const queue = [...tasks]
  const next = async () => {
    for (let task = queue.shift(); task; task = queue.shift()) await task()
  }
  await Promise.all([next(), next()])
}

/** A check that passes or fails as a whole. */
async function check({ name, tool, args, env = {} }) {
  const since = performance.now()
  const { code, output } = await runTool(tool, args, { env })
  report(name, code === 0, since, output)
}

/** A runner that counts its own tests in a JSON file; a runner that fails otherwise counts as one failure. */
async function counted(name, tool, args, env, count) {
  const since = performance.now()
  const file = join(results, `${name}.json`)
  const { code, output } = await runTool(tool, args, { env })
  const { passed, failed } = existsSync(file) ? count(JSON.parse(readFileSync(file, 'utf8'))) : { passed: 0, failed: 0 }
  total.passed += passed
  total.failed += Math.max(failed, code === 0 ? 0 : 1)
  say(`${code === 0 ? 'passed' : 'FAILED'}   ${name}: ${passed} passed, ${failed} failed (${seconds(since)})`)
  if (code !== 0) say(output)
}

function report(name, ok, since, output) {
  total[ok ? 'passed' : 'failed'] += 1
  say(`${ok ? 'passed' : 'FAILED'}   ${name} (${seconds(since)})`)
  if (!ok) say(output)
}
