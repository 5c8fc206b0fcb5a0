/** Width of a text in pixels, in the font the caller has in mind. */
export type Measure = (text: string) => number

const ELLIPSIS = '…'
/** A stump this short says less than nothing. */
const LEAST_LETTERS = 2

/**
 * The longest of the variants that fits; failing that, the shortest one cut with an ellipsis; '' when not even a stump
 * of it fits. The font is never made smaller.
 */
export function fitText(variants: readonly string[], width: number, measure: Measure): string {
  for (const variant of variants) if (measure(variant) <= width) return variant
  const last = variants.at(-1) ?? ''
  let low = 0
  let high = last.length - 1
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (measure(cut(last, middle)) <= width) low = middle
    else high = middle - 1
  }
  return low >= LEAST_LETTERS ? cut(last, low) : ''
}

/** A name that does not fit loses its middle and keeps its number: `no…12`, since neighbours often differ only there. */
export function fitName(name: string, width: number, measure: Measure): string {
  const number = /[^\d]?\d{1,4}$/.exec(name)?.[0] ?? ''
  if (number === '' || number === name || measure(name) <= width) return fitText([name], width, measure)
  for (let letters = name.length - number.length - 1; letters >= 1; letters--) {
    const shortened = `${name.slice(0, letters)}${ELLIPSIS}${number.replace(/^\D/, '')}`
    if (measure(shortened) <= width) return shortened
  }
  return fitText([name], width, measure)
}

const cut = (text: string, length: number): string => text.slice(0, length).trimEnd() + ELLIPSIS

/** Breaks a text at spaces into at most `lines` lines; the last one is cut when there is more. */
export function wrapText(text: string, width: number, lines: number, measure: Measure): string[] {
  const words = text.split(' ')
  const found: string[] = []
  while (words.length > 0 && found.length < lines) {
    let line = words.shift() ?? ''
    if (found.length === lines - 1) line = [line, ...words.splice(0)].join(' ')
    else while (words.length > 0 && measure(`${line} ${words[0] ?? ''}`) <= width) line += ` ${words.shift() ?? ''}`
    const fitted = fitText([line], width, measure)
    if (fitted !== '') found.push(fitted)
  }
  return found
}
