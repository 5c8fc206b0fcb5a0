import { beforeEach, describe, expect, test } from 'vitest'
import { Ata } from './ata.ts'
import { Disk } from './disk.ts'
import { Line, ManualClock, portsOf } from './testing/bench.ts'

const SECTORS = 2000
let clock: ManualClock
let line: Line
let ata: Ata
let image: Uint8Array

/** Each sector begins with its number. */
function numbered(sectors: number): Uint8Array {
  const bytes = new Uint8Array(sectors * 512)
  for (let i = 0; i < sectors; i++) new DataView(bytes.buffer).setUint32(i * 512, i, true)
  return bytes
}

beforeEach(() => {
  clock = new ManualClock()
  line = new Line()
  image = numbered(SECTORS)
  ata = new Ata([new Disk(image), null], line, clock)
})

const io = () => portsOf(ata, 0x1f0)
const control = () => portsOf(ata.control, 0x3f6)

function command(code: number, lba: number, count: number, device = 0xe0): void {
  io().out(0x1f6, device | (lba >>> 24))
  io().out(0x1f2, count)
  io().out(0x1f3, lba & 0xff)
  io().out(0x1f4, (lba >> 8) & 0xff)
  io().out(0x1f5, (lba >> 16) & 0xff)
  io().out(0x1f7, code)
}
const status = (): number => control().in(0x3f6)
/** Lets the drive work until it is not busy. */
function wait(): void {
  for (let i = 0; i < 1000 && (status() & 0x80) !== 0; i++) clock.pass(1000)
}
const readWords = (bytes: number): number[] => Array.from({ length: bytes / 4 }, () => io().in(0x1f0, 4))

describe('an ATA drive', () => {
  test('reads sectors, each announced by an interrupt', () => {
    command(0x20, 7, 2)
    expect([status(), line.level]).toEqual([0x80, false])
    wait()
    expect([status(), line.level]).toEqual([0x58, true])
    expect(io().in(0x1f7)).toBe(0x58)
    expect(line.level).toBe(false)
    expect(readWords(512)[0]).toBe(7)
    expect(status()).toBe(0x80)
    wait()
    expect([line.level, io().in(0x1f0, 2)]).toEqual([true, 8])
    for (let i = 0; i < 255; i++) io().in(0x1f0, 2)
    expect(status()).toBe(0x50)
    expect(line.rises).toBe(2)
  })

  test('writes sectors: the first is asked for at once, each is acknowledged by an interrupt', () => {
    command(0x30, 100, 2)
    expect([status(), line.level]).toEqual([0x58, false])
    for (const n of [1, 2]) {
      for (let i = 0; i < 128; i++) io().out(0x1f0, n * 1000 + i, 4)
      expect(status()).toBe(0x80)
      wait()
      expect([status(), line.level]).toEqual([n === 1 ? 0x58 : 0x50, true])
      io().in(0x1f7)
    }
    const view = new DataView(ata.disks[0]!.bytes.buffer)
    expect([view.getUint32(100 * 512 + 4, true), view.getUint32(101 * 512 + 508, true)]).toEqual([1001, 2127])
    expect(ata.disks[0]!.takeDirty()).toEqual([100, 101])
    expect(ata.disks[0]!.takeDirty()).toEqual([])
    expect(new DataView(image.buffer).getUint32(100 * 512, true)).toBe(100)
  })

  test('reads and writes blocks of several sectors with one interrupt', () => {
    command(0xc6, 0, 4)
    wait()
    command(0xc4, 10, 6)
    wait()
    expect(readWords(4 * 512).filter((_, i) => i % 128 === 0)).toEqual([10, 11, 12, 13])
    wait()
    expect(readWords(2 * 512).filter((_, i) => i % 128 === 0)).toEqual([14, 15])
    expect([status(), line.rises]).toEqual([0x50, 2])
    command(0xc5, 20, 3)
    for (let i = 0; i < 3 * 128; i++) io().out(0x1f0, i, 4)
    wait()
    expect([status(), ata.disks[0]!.takeDirty()]).toEqual([0x50, [20, 21, 22]])
    command(0xc6, 0, 3)
    wait()
    expect([status(), io().in(0x1f1)]).toEqual([0x51, 4])
    command(0xc6, 0, 0)
    wait()
    command(0xc4, 0, 1)
    wait()
    expect([status(), io().in(0x1f1)]).toEqual([0x51, 4])
  })

  test('takes a count of 0 as 256', () => {
    command(0x20, 0, 0)
    for (let n = 0; n < 256; n++) {
      wait()
      expect(readWords(512)[0]).toBe(n)
    }
    expect(status()).toBe(0x50)
  })

  test('says what it is', () => {
    command(0xec, 0, 0)
    wait()
    const words = Array.from({ length: 256 }, () => io().in(0x1f0, 2))
    expect(words[60]! | (words[61]! << 16)).toBe(SECTORS)
    expect([words[0], words[47], words[49]! & 0x300]).toEqual([0x40, 0x8010, 0x200])
    expect(String.fromCharCode(...words.slice(27, 35).flatMap((word) => [word >> 8, word & 255]))).toBe('GLASSHOUSE DISK ')
    expect(status()).toBe(0x50)
  })

  test('addresses by cylinder, head and sector', () => {
    // Cylinder 1, head 2, sector 3.
    command(0x20, 3 | (1 << 8), 1, 0xa2)
    wait()
    expect(readWords(512)[0]).toBe((16 + 2) * 63 + 2)
    command(0x20, 0, 1, 0xa0)
    wait()
    expect([status(), io().in(0x1f1)]).toEqual([0x51, 0x10])
  })

  test('refuses sectors that it does not have, and commands that it does not know', () => {
    command(0x20, SECTORS - 1, 2)
    wait()
    expect([status(), io().in(0x1f1), line.level]).toEqual([0x51, 0x10, true])
    command(0x30, 0xfff_ffff, 1)
    wait()
    expect([status(), io().in(0x1f1)]).toEqual([0x51, 0x10])
    command(0xa1, 0, 0)
    wait()
    expect([status(), io().in(0x1f1)]).toEqual([0x51, 4])
    command(0x20, SECTORS - 1, 1)
    wait()
    expect(status()).toBe(0x58)
  })

  test('acknowledges what needs nothing', () => {
    for (const code of [0x10, 0x40, 0x70, 0x91, 0xe7, 0xef]) {
      command(code, 0, 1)
      wait()
      expect([status(), line.level]).toEqual([0x50, true])
      io().in(0x1f7)
    }
  })

  test('keeps its interrupt to itself while nIEN is set', () => {
    control().out(0x3f6, 2)
    command(0x20, 0, 1)
    wait()
    expect([status(), line.level]).toEqual([0x58, false])
    control().out(0x3f6, 0)
    expect(line.level).toBe(true)
  })

  test('forgets everything by a software reset', () => {
    command(0x20, 5, 4)
    control().out(0x3f6, 4)
    expect(status()).toBe(0x80)
    clock.passSeconds(1)
    expect(status()).toBe(0x80)
    control().out(0x3f6, 0)
    wait()
    expect([status(), line.level]).toEqual([0x50, false])
    expect([1, 2, 3, 4, 5].map((offset) => io().in(0x1f0 + offset))).toEqual([1, 1, 1, 0, 0])
  })

  test('ignores the registers while it is busy', () => {
    command(0x20, 5, 1)
    io().out(0x1f3, 99)
    expect(io().in(0x1f3)).toBe(0x80)
    wait()
    expect(io().in(0x1f3)).toBe(5)
  })
})

describe('a channel', () => {
  test('without drives floats; a lonely master answers 0 for its slave', () => {
    io().out(0x1f6, 0xf0)
    expect([io().in(0x1f7), status()]).toEqual([0, 0])
    io().out(0x1f7, 0x20)
    clock.passSeconds(1)
    expect(line.level).toBe(false)
    io().out(0x1f6, 0xe0)
    expect(io().in(0x1f7)).toBe(0x50)
    ata = new Ata([null, null], line, clock)
    io().out(0x1f2, 0x55)
    expect([0x1f1, 0x1f2, 0x1f7].map((port) => io().in(port))).toEqual([0xff, 0xff, 0xff])
    control().out(0x3f6, 4)
    control().out(0x3f6, 0)
    clock.passSeconds(1)
    expect(line.rises).toBe(0)
  })

  test('that is a lonely slave answers for its master: ready, but every command is aborted', () => {
    ata = new Ata([null, new Disk(image)], line, clock)
    expect([io().in(0x1f7), status()]).toEqual([0x50, 0x50])
    for (const code of [0x20, 0x30, 0xec]) {
      command(code, 7, 1)
      wait()
      expect([line.level, io().in(0x1f7), io().in(0x1f1)]).toEqual([true, 0x51, 4])
      expect([line.level, io().in(0x1f0, 4)]).toEqual([false, -1])
    }
    command(0x20, 7, 1, 0xf0)
    wait()
    expect([io().in(0x1f7), readWords(512)[0]]).toEqual([0x58, 7])
    io().out(0x1f6, 0xe0)
    expect(io().in(0x1f7)).toBe(0x50)
  })

  test('keeps its drives apart', () => {
    ata = new Ata([new Disk(image), new Disk(numbered(10).fill(7, 512, 1024))], line, clock)
    command(0x20, 1, 1, 0xf0)
    wait()
    expect(readWords(512)[0]).toBe(0x0707_0707)
    command(0x20, 10, 1, 0xf0)
    wait()
    expect(status()).toBe(0x51)
    command(0x20, 10, 1, 0xe0)
    wait()
    expect(readWords(512)[0]).toBe(10)
  })

  test('goes on in the middle of a transfer', () => {
    command(0x30, 3, 1)
    for (let i = 0; i < 100; i++) io().out(0x1f0, i, 4)
    const record = JSON.parse(JSON.stringify(ata.save())) as ReturnType<Ata['save']>
    ata = new Ata([new Disk(image), null], line, clock)
    ata.load(record)
    for (let i = 100; i < 128; i++) io().out(0x1f0, i, 4)
    wait()
    expect(new Uint32Array(ata.disks[0]!.bytes.buffer, 3 * 512, 128)).toEqual(Uint32Array.from({ length: 128 }, (_, i) => i))
  })

  test('an image that is no whole number of sectors is filled up', () => {
    expect(new Disk(new Uint8Array(513)).sectors).toBe(2)
  })
})
