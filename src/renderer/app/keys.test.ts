// @vitest-environment happy-dom
import { expect, test } from 'vitest'
import { chordOf, chordText, isSingleKey } from './keys.ts'

const press = (key: string, init: KeyboardEventInit = {}) => new KeyboardEvent('keydown', { key, ...init })

test('chords are spelled as in the action table', () => {
  expect(chordOf(press('k', { ctrlKey: true }), false)).toBe('Mod+K')
  expect(chordOf(press('k', { metaKey: true }), true)).toBe('Mod+K')
  expect(chordOf(press('Z', { metaKey: true, shiftKey: true }), true)).toBe('Mod+Shift+Z')
  expect(chordOf(press('F6', { shiftKey: true }), false)).toBe('Shift+F6')
  expect(chordOf(press('?', { shiftKey: true }), false)).toBe('?')
})

test('they are shown as the keys of the machine', () => {
  expect(chordText('Mod+Shift+Z', false)).toBe('Ctrl Shift Z')
  expect(chordText('Mod+Shift+Z', true)).toBe('⌘⇧Z')
})

test('only letters without a modifier are single keys', () => {
  expect(['O', '?', '+', 'Shift+O'].map(isSingleKey)).toEqual([true, true, true, true])
  expect(['Mod+O', 'F6', 'Delete', 'Alt+O'].map(isSingleKey)).toEqual([false, false, false, false])
})
