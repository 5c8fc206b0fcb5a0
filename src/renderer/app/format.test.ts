import { expect, test } from 'vitest'
import { formatBytes, formatDuration, formatMemory, formatSimTime, formatSpeed } from './format.ts'

const plain = (text: string) => text.replaceAll('\u00a0', ' ')

test.each([[0, '0:00.000 000'], [252_381_520_000, '4:12.381 520'], [3_600_000_000_000, '1:00:00.000 000'], [999, '0:00.000 000'], [61_000_001_000, '1:01.000 001']])('simulated time %d', (time, text) => {
  expect(plain(formatSimTime(time))).toBe(text)
})
test.each([[475, '475 B'], [14_900, '14.9 kB'], [666_500_000, '666.5 MB'], [1e12, '1 TB']])('bytes %d', (bytes, text) => expect(plain(formatBytes(bytes))).toBe(text))
test.each([[512, '512 MiB'], [8192, '8 GiB'], [2_097_152, '2 TiB']])('memory %d', (mebibytes, text) => expect(plain(formatMemory(mebibytes))).toBe(text))
test.each([[900, '900 ns'], [38_000, '38 µs'], [74.6e9, '74.6 s'], [300e9, '5 min']])('span %d', (span, text) => expect(plain(formatDuration(span))).toBe(text))
test.each([[0.1, '×0.1'], [1000, '×1k'], [1_000_000, '×1M']])('speed %d', (speed, text) => expect(formatSpeed(speed)).toBe(text))
