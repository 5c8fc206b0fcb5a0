import { SECTOR_SIZE } from './disk.ts'

/** Default translation of cylinders, heads and sectors (ATA/ATAPI-6, 6.2.1). */
export const HEADS = 16
export const SECTORS_PER_TRACK = 63
/** Largest block of READ and WRITE MULTIPLE. */
export const MOST_MULTIPLE = 16
/** Sectors that 28 bits can address. */
export const MOST_SECTORS = 0x1000_0000

/** The answer to IDENTIFY DEVICE (ATA/ATAPI-6, 8.15.8): a fixed disk with LBA and PIO, without DMA. */
export function identity(sectors: number, multiple: number, serial: string): Uint8Array {
  const words = new Uint16Array(SECTOR_SIZE / 2)
  const capacity = Math.min(sectors, MOST_SECTORS)
  const cylinders = Math.min(16_383, Math.floor(capacity / (HEADS * SECTORS_PER_TRACK)))
  const chsCapacity = cylinders * HEADS * SECTORS_PER_TRACK
  words.set([0x0040, cylinders, 0, HEADS, 0, 0, SECTORS_PER_TRACK])
  // Text is stored with the first character of each pair in the high byte.
  const text = (at: number, length: number, value: string): void => {
    const padded = value.padEnd(length * 2)
    for (let i = 0; i < length; i++) words[at + i] = (padded.charCodeAt(i * 2) << 8) | padded.charCodeAt(i * 2 + 1)
  }
  text(10, 10, serial)
  text(23, 4, '1.0')
  text(27, 20, 'GLASSHOUSE DISK')
  words[47] = 0x8000 | MOST_MULTIPLE
  words[48] = 1
  words[49] = 0x0200
  words[51] = 0x0200
  words.set([1, cylinders, HEADS, SECTORS_PER_TRACK, chsCapacity & 0xffff, chsCapacity >>> 16, multiple === 0 ? 0 : 0x100 | multiple, capacity & 0xffff, capacity >>> 16], 53)
  // ATA-1 to ATA-6; FLUSH CACHE is there and enabled.
  words[80] = 0x7e
  words.set([0x4000, 0x5000, 0x4000, 0x4000, 0x1000, 0x4000], 82)
  return new Uint8Array(words.buffer)
}
