import { expect, test } from 'vitest'
import samplePython from '../../../../../resources/samples/python.json' with { type: 'json' }
import { TestMachine } from '../../runtime/testing/test-machine.ts'

test('the sample runs', async () => {
  const machine = new TestMachine()
  machine.write('/primes.py', samplePython.files['primes.py'])
  const { stdout, stderr } = await machine.run(['python3', 'primes.py', '30'])
  expect(stderr).toBe('')
  expect(stdout).toBe('Primes up to 30\n[2, 3, 5, 7, 11, 13, 17, 19, 23, 29]\n')
})

test.each([
  ['print(7 / 2, 7 // 2, -7 // 2, -7 % 3, 2 ** 70, 4 / 2)', '3.5 3 -4 2 1180591620717411303424 2.0\n'],
  ["x = {'a': 1}\nx['b'] = [1, 2]\nprint(x, len(x), 'a' in x)", "{'a': 1, 'b': [1, 2]} 2 True\n"],
  ["for i, c in enumerate('ab'):\n    print(f'{i}: {c!r:}|{3.14159:.2f}|{i:>4}')", "0: 'a'|3.14|   0\n1: 'b'|3.14|   1\n"],
  ['def f(n, k=1):\n    return n if n < 2 else f(n - 1) + f(n - 2)\nprint([f(i) for i in range(10) if i % 2])', '[1, 2, 5, 13, 34]\n'],
  ["try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    print('caught', e)\nfinally:\n    print('end')", 'caught division by zero\nend\n'],
  ["import os, sys\n".replace(', ', '\nimport ') + "print(os.getpid(), sys.platform, os.environ['HOME'])", '1 linux /root\n'],
  ["print('a,b'.split(','), ' x '.strip(), '-'.join(['p', 'q']), 'abc'[::-1], 'abc'[1:])", "['a', 'b'] x p-q cba bc\n"],
])('%s', async (text, expected) => {
  const { stdout, stderr } = await new TestMachine().run(['python3', '-c', text])
  expect(stderr).toBe('')
  expect(stdout).toBe(expected)
})

test('an error ends with a traceback and status 1, exit with its own', async () => {
  const machine = new TestMachine()
  const failed = await machine.run(['python3', '-c', 'x = 1\nprint(y)'])
  expect(failed.stderr).toMatch(/Traceback[\s\S]*line 2[\s\S]*NameError: name 'y' is not defined\n$/)
  expect(failed.status.code).toBe(1)
  expect((await machine.run(['python3', '-c', 'import sys\nsys.exit(3)'])).status.code).toBe(3)
})

test('what is not modelled is named', async () => {
  expect((await new TestMachine().run(['python3', '-c', 'class A:\n    pass'])).stderr).toContain("'class' is not modelled in Glasshouse's Python")
})
