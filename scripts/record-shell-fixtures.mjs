// Records what the machine's real dash and bash print for each script of the fixtures, for our shell to be compared with:
//   node scripts/record-shell-fixtures.mjs            writes the answers anew (a new case needs only its `script`)
//   node scripts/record-shell-fixtures.mjs --check    fails when a recorded answer is not what the machine's shell says
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folder = new URL('../src/core/containers/shell/testing/', import.meta.url)
const check = process.argv.includes('--check')

/** The package's version where dpkg knows it. */
function versionOf(shell) {
  try {
    return execFileSync('dpkg-query', ['-W', '-f', '${Version}', shell], { encoding: 'utf8' })
  } catch {
    return 'unknown'
  }
}

function answer(shell, script) {
  const directory = mkdtempSync(join(tmpdir(), 'shell-'))
  try {
    const env = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/root', LC_ALL: 'C' }
    const { stdout, status } = spawnSync(shell, ['-c', script], { cwd: directory, encoding: 'utf8', input: '', env, timeout: 10_000 })
    return { script, stdout, code: status ?? -1 }
  } finally {
    rmSync(directory, { recursive: true })
  }
}

let different = 0
for (const shell of ['dash', 'bash']) {
  const file = new URL(`${shell}-recorded.json`, folder)
  const { cases } = JSON.parse(readFileSync(file, 'utf8'))
  const recorded = cases.map(({ script }) => answer(shell, script))
  const changed = recorded.filter((entry, index) => JSON.stringify(entry) !== JSON.stringify(cases[index]))
  for (const entry of changed) process.stderr.write(`${shell}: ${JSON.stringify(entry)}\n`)
  different += changed.length
  if (!check) writeFileSync(file, `{ "shell": "${shell}", "version": "${versionOf(shell)}", "cases": [\n${recorded.map((entry) => `  ${JSON.stringify(entry)}`).join(',\n')}\n] }\n`)
}
process.stdout.write(`${different} answers ${check ? 'differ from' : 'are new in'} the recording\n`)
process.exitCode = check && different > 0 ? 1 : 0
