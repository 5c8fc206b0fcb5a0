import fc from 'fast-check'
import { expect, test } from 'vitest'
import { InputQueue } from './input-queue.ts'

test('the first key goes at once; keys typed while it is under way go together, in order', async () => {
  const sent: string[] = []
  let release = (): void => undefined
  const queue = new InputQueue((data) => {
    sent.push(data)
    return new Promise<void>((done) => (release = done))
  }, () => undefined)
  queue.push('l')
  queue.push('s')
  queue.push('\r')
  expect(sent).toEqual(['l'])
  release()
  await Promise.resolve()
  await Promise.resolve()
  expect(sent).toEqual(['l', 's\r'])
})

test('whatever is pasted arrives whole and in order', async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.string({ maxLength: 50 }), { maxLength: 20 }), async (pieces) => {
    let arrived = ''
    const queue = new InputQueue(async (data) => { arrived += data }, () => undefined)
    pieces.forEach((piece) => queue.push(piece))
    queue.push('x'.repeat(200_000))
    for (let turn = 0; turn < 40; turn++) await Promise.resolve()
    expect(arrived).toBe(pieces.join('') + 'x'.repeat(200_000))
  }))
})

test('after a refusal nothing that waited is sent, but typing goes on', async () => {
  const sent: string[] = []
  const errors: unknown[] = []
  let refuse = true
  const queue = new InputQueue(async (data) => {
    sent.push(data)
    await Promise.resolve()
    if (refuse) throw new Error('closed')
  }, (error) => errors.push(error))
  queue.push('a')
  queue.push('b')
  for (let turn = 0; turn < 10; turn++) await Promise.resolve()
  refuse = false
  queue.push('c')
  expect(sent).toEqual(['a', 'c'])
  expect(errors).toHaveLength(1)
})
