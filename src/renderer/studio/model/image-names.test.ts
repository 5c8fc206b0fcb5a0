import { expect, test } from 'vitest'
import { proposePorts, proposeTag, readPorts, splitCommand } from './image-names.ts'

test.each([['Course: Java 7', 'course-java-7:latest'], ['web', 'web:latest'], ['…', 'image:latest']])('%s is tagged %s', (name, tag) => {
  expect(proposeTag(name)).toBe(tag)
})

test('port mappings are read, or refused as a whole', () => {
  expect(readPorts('')).toEqual([])
  expect(readPorts('8080:80, 53:53/udp')).toEqual([
    { hostPort: 8080, containerPort: 80, protocol: 'tcp' },
    { hostPort: 53, containerPort: 53, protocol: 'udp' },
  ])
  for (const text of ['80', '0:80', '70000:80', '80:80 x']) expect(readPorts(text)).toBeNull()
})

test('what an image exposes is proposed where no root is needed', () => {
  expect(proposePorts(['80/tcp', '5432', '53/udp'])).toBe('8080:80, 5432:5432, 8053:53/udp')
})

test.each([
  ['', []], ['  bash  ', ['bash']], ['sh -c "echo $HOME; ls"', ['sh', '-c', 'echo $HOME; ls']],
  ['a\\ b \'\' "x\\"y"', ['a b', '', 'x"y']], ['echo "open', null],
])('%j splits into %j', (line, words) => {
  expect(splitCommand(line)).toEqual(words)
})
