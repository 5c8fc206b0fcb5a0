import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type LineState, START, tokenizeLine } from './dockerfile-tokens.ts'

/** Colours a text; pieces without a kind of their own are left out. */
function coloured(text: string): readonly (readonly [string, string])[] {
  let state: LineState = START
  return text.split('\n').flatMap((line) => {
    const { tokens, state: next } = tokenizeLine(line, state)
    state = next
    return tokens.map(({ start, kind }, index) => [line.slice(start, tokens[index + 1]?.start).trim(), kind] as const)
  }).filter(([piece, kind]) => kind !== '' && piece !== '')
}

describe('the course file', () => {
  test.each([
    ['FROM ubuntu:12.04', [['FROM', 'keyword'], ['ubuntu:12.04', 'string']]],
    ['# Auto-accept the license', [['# Auto-accept the license', 'comment']]],
    ['RUN apt-get -y install oracle-java7-installer', [['RUN', 'keyword'], ['-y', 'number']]],
    ['RUN add-apt-repository -y ppa:webupd8team/java', [['RUN', 'keyword'], ['-y', 'number'], ['ppa:webupd8team/java', 'string']]],
    ['ENV JAVA_HOME /usr/lib/jvm/java-7-oracle', [['ENV', 'keyword'], ['/usr/lib/jvm/java-7-oracle', 'string']]],
  ])('%s', (line, pieces) => {
    expect(coloured(line)).toEqual(pieces)
  })
})

test('a backslash carries the instruction on, over comments', () => {
  expect(coloured('run a \\\n# why\n  --flag "x y" $HOME\ncopy --from=build /a /b')).toEqual([
    ['run', 'keyword'], ['# why', 'comment'], ['--flag', 'number'], ['"x y"', 'string'], ['$HOME', 'variable'],
    ['copy', 'keyword'], ['--from', 'number'],
  ])
})

test('stages and assignments', () => {
  expect(coloured('FROM --platform=$P golang:1.22 AS build\nENV A=b C="d"')).toEqual([
    ['FROM', 'keyword'], ['--platform', 'number'], ['=', 'string'], ['$P', 'variable'], ['golang:1.22', 'string'], ['AS', 'keyword'], ['build', 'string'],
    ['ENV', 'keyword'], ['A', 'type'], ['b', 'string'], ['C', 'type'], ['"d"', 'string'],
  ])
})

test('a here-document ends at its word, then instructions begin again', () => {
  expect(coloured('RUN <<EOF\nFROM inside\nEOF\nFROM a')).toEqual([['RUN', 'keyword'], ['EOF', 'number'], ['FROM', 'keyword'], ['a', 'string']])
})

test('an unknown word where an instruction must stand is marked', () => {
  expect(coloured('RUM x')).toEqual([['RUM', 'invalid']])
})

test('tokens start in order inside the line, whatever is typed', () => {
  fc.assert(fc.property(fc.array(fc.string({ maxLength: 40 }), { maxLength: 6 }), (lines) => {
    let state: LineState = START
    for (const line of lines.map((text) => text.replaceAll('\n', ''))) {
      const { tokens, state: next } = tokenizeLine(line, state)
      state = next
      tokens.forEach(({ start }, index) => expect(start).toBeGreaterThanOrEqual(index === 0 ? 0 : (tokens[index - 1]?.start ?? 0) + 1))
      expect(tokens.every(({ start }) => start <= line.length)).toBe(true)
    }
  }))
})
