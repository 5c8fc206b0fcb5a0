import { describe, expect, test } from 'vitest'
import { TestMachine } from '../runtime/testing/test-machine.ts'
import bash from './testing/bash-recorded.json' with { type: 'json' }
import dash from './testing/dash-recorded.json' with { type: 'json' }

// The recordings come from the real shells (scripts/record-shell-fixtures.mjs); they are never edited by hand.
describe.each([dash, bash])('$shell $version', ({ shell, cases }) => {
  test.each(cases)('$script', async ({ script, stdout, code }) => {
    const ended = await new TestMachine().run([shell, '-c', script], { cwd: '/tmp' })
    expect({ stdout: ended.stdout, code: ended.status.code }).toEqual({ stdout, code })
  })
})
