import { expect, test } from 'vitest'
import { SECOND } from '../../simulation/units.ts'
import { TestMachine } from '../runtime/testing/test-machine.ts'

test.each([
  ['yes abc | cut -c2 | head -n 2', 'b\nb\n'],
  ['yes abc | tr a-c A-C | head -n 2', 'ABC\nABC\n'],
  ["yes abc | sed 's/b/-/g' | head -n 2", 'a-c\na-c\n'],
  ['yes abc | sort; echo $?', '2\n'],
  ['printf "a\\nb" | rev | tr -d "\\n"', 'ab'],
  ['printf "" | cut -c1; echo $?', '0\n'],
])('%s', async (command, stdout) => {
  expect((await new TestMachine().sh(command)).stdout).toBe(stdout)
})

test('a followed file goes through a substitution line by line', async () => {
  const machine = new TestMachine()
  machine.write('/tmp/log', 'one\n')
  const started = machine.start(['sh', '-c', "tail -f /tmp/log | sed 's/^/> /'"])
  await machine.simulation.runUntil(machine.simulation.now + 2 * SECOND)
  await machine.sh('echo two >> /tmp/log')
  await machine.simulation.runUntil(machine.simulation.now + 3 * SECOND)
  expect(started.output()).toBe('> one\n> two\n')
})
