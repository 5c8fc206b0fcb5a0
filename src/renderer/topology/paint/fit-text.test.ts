import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitName, fitText, wrapText } from './fit-text.ts'

/** Every letter seven pixels wide, as in a monospaced font. */
const measure = (text: string) => text.length * 7

describe('fitText', () => {
  it('takes the longest variant that fits', () => {
    const variants = ['Ubuntu 22.04, 2 vCPU, 4 GiB', 'Ubuntu 22.04, 2 vCPU', 'Ubuntu 22.04']
    expect(fitText(variants, 300, measure)).toBe('Ubuntu 22.04, 2 vCPU, 4 GiB')
    expect(fitText(variants, 150, measure)).toBe('Ubuntu 22.04, 2 vCPU')
    expect(fitText(variants, 90, measure)).toBe('Ubuntu 22.04')
  })

  it('cuts the shortest variant with an ellipsis and never ends in a space before it', () => {
    expect(fitText(['eager hopper'], 49, measure)).toBe('eager…')
  })

  it('says nothing rather than one letter', () => {
    expect(fitText(['eager_hopper'], 14, measure)).toBe('')
    expect(fitText(['a'], 7, measure)).toBe('a')
    expect(fitText([''], 0, measure)).toBe('')
  })

  it('never returns more than fits', () => {
    fc.assert(fc.property(fc.array(fc.string(), { minLength: 1 }), fc.integer({ min: 0, max: 400 }), (variants, width) => {
      expect(measure(fitText(variants, width, measure))).toBeLessThanOrEqual(width)
    }))
  })
})

describe('fitName', () => {
  it('keeps the number at the end of a name', () => {
    expect(fitName('search-12', 49, measure)).toBe('sear…12')
    expect(fitName('search-12', 63, measure)).toBe('search-12')
    expect(fitName('charminar', 49, measure)).toBe('charmi…')
    expect(fitName('search-12', 21, measure)).toBe('se…')
  })

  it('never returns more than fits', () => {
    fc.assert(fc.property(fc.string(), fc.nat(9999), fc.integer({ min: 0, max: 200 }), (head, number, width) => {
      expect(measure(fitName(`${head}-${number}`, width, measure))).toBeLessThanOrEqual(width)
    }))
  })
})

describe('wrapText', () => {
  it('breaks at spaces and cuts the last line', () => {
    expect(wrapText('Triple fault: no handler for the page fault', 110, 3, measure)).toEqual(['Triple fault:', 'no handler for', 'the page fault'])
    expect(wrapText('Triple fault: no handler for the page fault', 110, 2, measure)).toEqual(['Triple fault:', 'no handler for…'])
  })

  it('keeps every line within the width and the number of lines', () => {
    fc.assert(fc.property(fc.lorem({ maxCount: 12 }), fc.integer({ min: 40, max: 300 }), fc.integer({ min: 1, max: 4 }), (text, width, lines) => {
      const found = wrapText(text, width, lines, measure)
      expect(found.length).toBeLessThanOrEqual(lines)
      for (const line of found) expect(measure(line)).toBeLessThanOrEqual(width)
    }))
  })
})
