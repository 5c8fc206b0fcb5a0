import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SECOND } from '../../simulation/units.ts'
import { TestMachine } from '../runtime/testing/test-machine.ts'

const TOKENS = [
  'echo', 'a', '"b c"', "'q'", '$x', '${x:-d}', '${#x}', '$(echo in)', '`echo old`', '$((1+2))', '$((x++))', '*', '?', '~', '{a,b}', 'x=1', 'x=', 'export x=2', 'unset x', '|', '||', '&&', ';', '\n', '&', '!',
  'if', 'then', 'else', 'fi', 'while', 'until', 'do', 'done', 'for i in 1 2', 'case $x in', 'a)', ';;', 'esac', '(', ')', '{', '}', 'f() {', 'f', 'true', 'false', ':', 'return', 'break', 'continue', 'exit 3', 'set -e', 'set -u', 'set -x',
  '>o', '<o', '2>&1', '>&2', '>>o', '<<E\nhere\nE\n', 'cat', 'read y', 'wait', 'kill $$', 'trap "echo t" EXIT', 'exec', 'eval', '.', 'cd /', 'test', '[', ']', '[[', ']]', 'printf %d x', 'shift', 'sleep 1', '"', "'", '\\', '#', '$', '<(', '((', '))',
]
const shellText = fc.array(fc.constantFrom(...TOKENS), { maxLength: 14 }).map((tokens) => tokens.join(' '))

/** Ends, or is still running after ten virtual seconds and can be killed; never fails inside. */
async function endsOrIsKilled(shell: string, text: string): Promise<void> {
  const machine = new TestMachine({ limits: { processes: 60, cpuTime: SECOND } })
  const started = machine.start([shell, '-c', text])
  const until = machine.simulation.now + 10 * SECOND
  while (!started.status() && machine.simulation.now < until) if (!(await machine.simulation.step())) break
  if (!started.status()) machine.kernel.destroyNamespace(machine.namespace)
  while (!started.status() && (await machine.simulation.step())) continue
  expect(started.status()?.code, text).toBeTypeOf('number')
  expect(started.errors()).not.toContain('internal error')
}

describe.each(['dash', 'bash', 'ash'])('%s', (shell) => {
  test('any text ends, with an exit code', async () => {
    await fc.assert(fc.asyncProperty(shellText, (text) => endsOrIsKilled(shell, text)), { numRuns: 150 })
  })
})
