/** `npm run bench [-- NAME…]`: every benchmark, or those named. Results as JSON on stdout and in bench-results/. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { benchLaunch } from './bench/launch.mjs'
import { benchMachine } from './bench/machine.mjs'
import { benchState } from './bench/state.mjs'
import { benchTechniques } from './bench/techniques.mjs'
import { benchTopology } from './bench/topology.mjs'
import { ensureBuild, ensureModules } from './lib/setup.mjs'
import { root } from './lib/steps.mjs'

const BENCHES = { state: benchState, topology: benchTopology, launch: benchLaunch, machine: benchMachine, techniques: benchTechniques }
const wanted = process.argv.slice(2)
const unknown = wanted.find((name) => !(name in BENCHES))
if (unknown) {
  console.error(`There is no benchmark "${unknown}". There are: ${Object.keys(BENCHES).join(', ')}.`)
  process.exit(2)
}

await ensureModules()
await ensureBuild()
const results = []
for (const name of wanted.length > 0 ? wanted : Object.keys(BENCHES)) results.push(await BENCHES[name]())
const report = JSON.stringify({ node: process.version, cores: cpus().length, results }, null, 2)
mkdirSync(join(root, 'bench-results'), { recursive: true })
writeFileSync(join(root, 'bench-results/latest.json'), `${report}\n`)
console.log(report)
process.exitCode = results.every((result) => result.ok) ? 0 : 1
