import { expect, test } from 'vitest'
import { parsePorts, splitCommand } from './command-line.ts'

test.each([['', []], ['nginx -g "daemon off;"', ['nginx', '-g', 'daemon off;']], ["sh -c 'echo \"hi\"'", ['sh', '-c', 'echo "hi"']], ['echo ""', ['echo', '']], ['a  b', ['a', 'b']]])('splits %j', (text, words) => {
  expect(splitCommand(text)).toEqual(words)
})

test('reads port mappings and refuses what is none', () => {
  expect(parsePorts('8080:80, 53:53/udp')).toEqual([{ hostPort: 8080, containerPort: 80, protocol: 'tcp' }, { hostPort: 53, containerPort: 53, protocol: 'udp' }])
  expect(parsePorts('')).toEqual([])
  expect(['80', '0:80', '80:70000', 'a:b'].map(parsePorts)).toEqual([null, null, null, null])
})
