import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SerialText } from './serial-text.ts'

test('pieces follow each other; going back prints everything again', () => {
  const line = new SerialText()
  expect(line.take('hello ', 0)).toEqual({ again: false, print: 'hello ' })
  expect(line.take('world', 6)).toEqual({ again: false, print: 'world' })
  expect(line.take('', 5)).toEqual({ again: true, print: 'hello' })
  expect(line.take('!', 5)).toEqual({ again: false, print: '!' })
})

test('whatever comes and goes back, the text is what was sent up to now', () => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.string({ maxLength: 20 }), fc.nat(30))), (steps) => {
    const line = new SerialText()
    let sent = ''
    for (const [piece, back] of steps) {
      const offset = Math.max(0, sent.length - back)
      sent = sent.slice(0, offset) + piece
      line.take(piece, offset)
      expect(line.text).toBe(sent)
    }
  }))
})
