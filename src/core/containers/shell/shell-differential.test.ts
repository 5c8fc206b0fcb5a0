import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { TestMachine } from '../runtime/testing/test-machine.ts'
import { BASH_ONLY, BOTH, DASH_ONLY } from './testing/snippets.ts'

interface Outcome {
  readonly stdout: string
  readonly code: number
}

function real(shell: string, script: string): Outcome {
  const result = spawnSync(shell, ['-c', script], { encoding: 'utf8', input: '', env: { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/root', LC_ALL: 'C' }, timeout: 10_000 })
  return { stdout: result.stdout, code: result.status ?? -1 }
}

async function simulated(shell: string, script: string): Promise<Outcome> {
  const { stdout, status } = await new TestMachine().run([shell, '-c', script])
  return { stdout, code: status.code }
}

const present = (shell: string): boolean => spawnSync(shell, ['-c', ':']).status === 0

describe.each([
  ['dash', [...BOTH, ...DASH_ONLY]],
  ['bash', [...BOTH, ...BASH_ONLY]],
] as const)('%s says what the real one says', (shell, snippets) => {
  test.skipIf(!present(shell)).each(snippets.map((snippet) => [snippet]))('%s', async (snippet) => {
    expect(await simulated(shell, snippet)).toEqual(real(shell, snippet))
  })
})
