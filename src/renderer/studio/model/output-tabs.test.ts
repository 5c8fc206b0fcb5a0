import fc from 'fast-check'
import { expect, test } from 'vitest'
import { studioLayout } from './output-tabs.ts'
import { universeOf } from './universes.ts'

test('every part is somewhere exactly once, at any size', () => {
  fc.assert(fc.property(fc.nat(4000), fc.nat(3000), (width, height) => {
    const { problemsBeside, layersBelow, tabs } = studioLayout(width, height)
    expect(tabs.includes('problems')).toBe(!problemsBeside)
    expect(tabs.includes('layers')).toBe(!layersBelow)
    expect(tabs).toEqual(expect.arrayContaining(['steps', 'log']))
  }))
})

test('the panel of a 1280 by 720 window keeps its text free of columns', () => {
  expect(studioLayout(776, 448)).toMatchObject({ problemsBeside: false, layersBelow: false, filesBeside: false })
})

test('a date is one of the universes, or another one', () => {
  expect(universeOf('2014-06-01', '2026-11-22')).toBe('2014')
  expect(universeOf('2026-11-22', '2026-11-22')).toBe('today')
  expect(universeOf('2020-01-01', '2026-11-22')).toBeNull()
})
