import { expect, test } from 'vitest'
import { proposeTag } from './image-names.ts'

test.each([['Course: Java 7', 'course-java-7:latest'], ['web', 'web:latest'], ['The course\'s file', 'the-courses-file:latest'], ['…', 'image:latest']])('%s is tagged %s', (name, tag) => {
  expect(proposeTag(name)).toBe(tag)
})
