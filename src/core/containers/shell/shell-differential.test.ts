import { describe, expect, test } from 'vitest'
import { TestMachine } from '../runtime/testing/test-machine.ts'
import bash from './testing/bash-recorded.json' with { type: 'json' }
import dash from './testing/dash-recorded.json' with { type: 'json' }
import { KNOWN_DIFFERENCES } from './testing/known-differences.ts'

async function answer(shell: string, script: string): Promise<{ readonly stdout: string; readonly code: number }> {
  const { stdout, status } = await new TestMachine().run([shell, '-c', script], { cwd: '/tmp' })
  return { stdout, code: status.code }
}

// The recordings come from the real shells (scripts/record-shell-fixtures.mjs); they are never edited by hand.
describe.each([dash, bash])('$shell $version', ({ shell, cases }) => {
  test.each(cases.filter(({ script }) => !(script in KNOWN_DIFFERENCES)))('$script', async ({ script, stdout, code }) => {
    expect(await answer(shell, script)).toEqual({ stdout, code })
  })
})

test.each(Object.keys(KNOWN_DIFFERENCES))('still differs: %s', async (script) => {
  const ours = await Promise.all([dash, bash].flatMap(({ shell, cases }) => cases.filter((known) => known.script === script).map(async ({ stdout, code }) => {
    const { stdout: printed, code: status } = await answer(shell, script)
    return printed === stdout && status === code
  })))
  expect(ours).toContain(false)
})
