import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ImageHistoryEntry, ImageLayer } from '../../../protocol/records.ts'
import { historyText, imageStack, layerRows } from './layer-segments.ts'

const layer = (size: number, line: number | null = null): ImageLayer => ({ diffId: `sha256:${size}`, size, createdBy: `RUN ${size}`, line })
const entry = (createdBy: string, emptyLayer = false): ImageHistoryEntry => ({ createdBy, created: '2014-06-01T00:00:00Z', emptyLayer })

describe('layerRows', () => {
  test('draws to the scale of the largest and sums from the base up', () => {
    const rows = layerRows({ layers: [layer(100), layer(400), layer(1)] })
    expect(rows.map((row) => row.ofLargest)).toEqual([0.25, 1, 0.0025])
    expect(rows.map((row) => row.cumulative)).toEqual([100, 500, 501])
    expect(rows.map((row) => row.colour)).toEqual([1, 2, null])
  })

  test('an image of empty layers is drawn without dividing by zero', () => {
    expect(layerRows({ layers: [layer(0)] })[0]).toMatchObject({ ofLargest: 0, cumulative: 0 })
  })

  test('the last cumulative size is the sum of all', () => {
    fc.assert(fc.property(fc.array(fc.nat(1e9), { minLength: 1, maxLength: 30 }), (sizes) => {
      const rows = layerRows({ layers: sizes.map((size) => layer(size)) })
      expect(rows.at(-1)?.cumulative).toBe(sizes.reduce((sum, size) => sum + size, 0))
      expect(rows.every((row) => row.ofLargest >= 0 && row.ofLargest <= 1)).toBe(true)
    }))
  })
})

describe('imageStack', () => {
  test('puts the newest on top and config entries between the layers they stood between', () => {
    const stack = imageStack({
      layers: [layer(1), layer(2)],
      history: [entry('/bin/sh -c #(nop) ADD file:1 in / '), entry('/bin/sh -c #(nop)  CMD ["bash"]', true), entry('RUN /bin/sh -c apt-get update # buildkit')],
    })
    expect(stack.map((row) => [row.kind, row.title])).toEqual([['layer', 'RUN apt-get update'], ['config', 'CMD ["bash"]'], ['layer', 'ADD file:1 in /']])
  })

  test('an image whose history does not match its layers still shows every layer', () => {
    expect(imageStack({ layers: [layer(1), layer(2)], history: [] })).toHaveLength(2)
  })
})

test('historyText leaves a plain instruction alone', () => {
  expect(historyText('ENV JAVA_HOME=/usr/lib/jvm')).toBe('ENV JAVA_HOME=/usr/lib/jvm')
})
