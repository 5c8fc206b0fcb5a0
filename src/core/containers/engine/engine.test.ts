import { expect, test } from 'vitest'
import { makeWorld } from './testing/make-world.ts'

test('FROM alpine, RUN, and a file in the layer', async () => {
  const world = makeWorld()
  const { record, log, image } = await world.build({ Dockerfile: 'FROM alpine\nRUN echo hi > /x\n' }, { tag: 'hi' })
  expect(record.error).toBeNull()
  expect(record.state).toBe('done')
  const { entries } = await world.containers.queries['image.files']({ image: image!, path: '/', layer: 1 })
  expect(entries.map(({ name, size, change }) => [name, size, change])).toEqual([['x', 3, 'added']])
})
