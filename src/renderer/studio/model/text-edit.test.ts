import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mergeTexts, minimalEdit } from './text-edit.ts'

const text = fc.string({ unit: fc.constantFrom('a', 'b', '\n', ' '), maxLength: 30 })

describe('minimalEdit', () => {
  test('names only the part that differs', () => {
    expect(minimalEdit('RUN apt-get update', 'RUN apt-get upgrade')).toEqual({ offset: 14, length: 3, text: 'grad' })
    expect(minimalEdit('aa', 'aaa')).toEqual({ offset: 2, length: 0, text: 'a' })
  })

  test('turns every text into every other', () => {
    fc.assert(fc.property(text, text, (from, to) => {
      const edit = minimalEdit(from, to)
      if (edit === null) expect(to).toBe(from)
      else expect(from.slice(0, edit.offset) + edit.text + from.slice(edit.offset + edit.length)).toBe(to)
    }))
  })
})

describe('mergeTexts', () => {
  test('with one side untouched it is the other side', () => {
    fc.assert(fc.property(text, text, (base, other) => {
      expect(mergeTexts(base, other, base)).toBe(other)
      expect(mergeTexts(base, base, other)).toBe(other)
      expect(mergeTexts(base, other, other)).toBe(other)
    }))
  })

  test('keeps changes of both sides in different lines, whichever comes first', () => {
    const base = 'FROM a\nRUN b\nRUN c\n'
    expect(mergeTexts(base, 'FROM a:1\nRUN b\nRUN c\n', 'FROM a\nRUN b\nRUN d\n')).toBe('FROM a:1\nRUN b\nRUN d\n')
    expect(mergeTexts(base, 'FROM a\nRUN b\nRUN d\n', 'FROM a:1\nRUN b\nRUN c\n')).toBe('FROM a:1\nRUN b\nRUN d\n')
  })

  test('where both changed the same place, what was typed here stays', () => {
    expect(mergeTexts('FROM a\n', 'FROM mine\n', 'FROM theirs\n')).toBe('FROM mine\n')
  })
})
