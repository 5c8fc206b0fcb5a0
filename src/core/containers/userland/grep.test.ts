import { describe, expect, test } from 'vitest'
import { SECOND } from '../../simulation/units.ts'
import { TestMachine } from '../runtime/testing/test-machine.ts'

function machine(): TestMachine {
  const made = new TestMachine()
  made.write('/tmp/f', 'alpha\nBeta beta\ngamma a+b\n\nfoo_bar foo\n')
  made.root.makeDirectory('/tmp/d')
  made.write('/tmp/d/g', 'beta\n')
  return made
}

describe('grep', () => {
  // Expected values are GNU grep 3.8's.
  test.each([
    ['grep beta f', 'Beta beta\n', 0], ['grep -i BETA f', 'Beta beta\n', 0], ['grep -o -i beta f', 'Beta\nbeta\n', 0], ['grep -c a f', '4\n', 0], ['grep -n "^$" f', '4:\n', 0], ['grep -vn a f', '4:\n', 0],
    ['grep -w foo f', 'foo_bar foo\n', 0], ['grep -x alpha f', 'alpha\n', 0], ['grep -F a+b f', 'gamma a+b\n', 0], ['grep a+b f', 'gamma a+b\n', 0], ['grep -E "a+b" f', '', 1], ['grep -E "^(alpha|gamma)" f', 'alpha\ngamma a+b\n', 0],
    ['grep "^\\(alpha\\|gamma\\)" f', 'alpha\ngamma a+b\n', 0], ['grep "o\\{2\\}" f', 'foo_bar foo\n', 0], ['grep "[[:upper:]]" f', 'Beta beta\n', 0], ['grep -l beta f d/g', 'f\nd/g\n', 0], ['grep beta f d/g', 'f:Beta beta\nd/g:beta\n', 0],
    ['grep -r beta d', 'd/g:beta\n', 0], ['grep -hr beta d', 'beta\n', 0], ['grep -q beta f', '', 0], ['grep nothing f', '', 1], ['grep -m 1 a f', 'alpha\n', 0], ['grep -e alpha -e foo f', 'alpha\nfoo_bar foo\n', 0], ['grep -A 1 alpha f', 'alpha\nBeta beta\n', 0],
    ['grep --color=never "\\<bar" f', '', 1], ['grep "*" f', '', 1], ['grep -c "" f', '5\n', 0], ['fgrep . f', '', 1], ['egrep "a{2}|m{2}" f', 'gamma a+b\n', 0], ['grep x f missing', '', 2], ['cat f | grep -n foo -', '5:foo_bar foo\n', 0], ['grep "a*" f | wc -l', '5\n', 0],
  ])('%s', async (command, stdout, code) => {
    const ended = await machine().sh(command, { cwd: '/tmp' })
    expect({ stdout: ended.stdout, code: ended.status.code }).toEqual({ stdout, code })
  })

  test('complains as grep does', async () => {
    expect((await machine().sh('grep x missing; grep x d; grep "[" f', { cwd: '/tmp' })).stderr).toBe('grep: missing: No such file or directory\ngrep: d: Is a directory\ngrep: Invalid regular expression\n')
  })

  test('gives lines as they come, and stops a writer that never ends', async () => {
    const made = machine()
    const started = made.start(['sh', '-c', 'tail -f /tmp/f | grep --line-buffered foo'])
    await made.simulation.runUntil(made.simulation.now + 3 * SECOND)
    expect(started.output()).toBe('foo_bar foo\n')
    expect((await made.sh('yes | grep -m 2 y; yes | grep -q y; echo $?')).stdout).toBe('y\ny\n0\n')
  })
})
