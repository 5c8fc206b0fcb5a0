import { expect, test } from 'vitest'
import { Failure } from '../../base/failure.ts'
import { IdSource } from '../../store/id-source.ts'
import { Store } from '../../store/store.ts'
import { contextHandlers } from './contexts.ts'

test('folders have names of their own and hold files by relative path', async () => {
  const store = new Store()
  const handlers = contextHandlers(store, new IdSource())
  const { context } = await handlers['context.create']({ sample: 'course' })
  await handlers['context.create']({ sample: 'course' })
  expect(store.all('context').map(({ name }) => name)).toEqual(['course', 'course-2'])
  for (const path of ['', '/etc/passwd', '../x', 'a/../../b', 'a\\b', 'folder/', '.', '__proto__']) {
    expect(() => handlers['context.write-file']({ context, path, text: '' }), path).toThrow(Failure)
  }
  await handlers['context.write-file']({ context, path: 'b/c.txt', text: 'x' })
  expect(() => handlers['context.write-file']({ context, path: 'b', text: '' })).toThrow('one of them would have to be a folder')
  expect(() => handlers['context.write-file']({ context, path: 'big', text: 'x'.repeat(1_000_001) })).toThrow('larger than 1 MB')
  expect(Object.keys(store.require(context).files)).toEqual(['Dockerfile', 'b/c.txt'])
  await handlers['context.delete-file']({ context, path: 'b/c.txt' })
  expect(() => handlers['context.delete-file']({ context, path: 'b/c.txt' })).toThrow('There is no file')
  await handlers['context.remove']({ context })
  expect(store.count('context')).toBe(1)
})
