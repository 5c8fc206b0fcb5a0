import { LIMITS, TooMuch } from './problem.ts'

/** A section of the output and what its line says about its place (NASM manual 8.1.3, format `bin`). */
export class Section {
  readonly name: string
  /** Name of its base in values. */
  readonly base: string
  /** Space without bytes in the file. */
  reserved: boolean
  align = 4
  start: number | null = null
  virtualStart: number | null = null
  follows: string | null = null
  virtualFollows: string | null = null
  /** Where the next byte goes; bytes written so far. */
  offset = 0
  #bytes = new Uint8Array(4096)
  /** Addresses, once laid out: in the file's image, and at run time. */
  loadAddress = 0
  address = 0

  constructor(name: string, index: number) {
    this.name = name
    this.base = `@${index}`
    this.reserved = name === '.bss'
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.offset)
  }

  /** Throws `TooMuch` beyond the limit of an image. */
  reserve(count: number): void {
    const end = this.offset + count
    if (end > LIMITS.output) throw new TooMuch(`the output would be larger than ${LIMITS.output / 1024 / 1024} MiB`)
    if (!this.reserved && end > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(end, this.#bytes.length * 2))
      larger.set(this.#bytes)
      this.#bytes = larger
    }
    this.offset = end
  }

  write(bytes: ArrayLike<number>): void {
    const at = this.offset
    this.reserve(bytes.length)
    if (!this.reserved) this.#bytes.set(bytes, at)
  }

  /** Writes the last `length` bytes again, `times` times. */
  repeat(length: number, times: number): void {
    const at = this.offset
    this.reserve(length * times)
    if (this.reserved) return
    // Each copy is as long as all that is there already.
    for (let done = length; done < length * (times + 1);) {
      const count = Math.min(done, length * (times + 1) - done)
      this.#bytes.copyWithin(at - length + done, at - length, at - length + count)
      done += count
    }
  }

  /** Begins a pass. */
  rewind(): void {
    this.#bytes.fill(0, 0, this.reserved ? 0 : this.offset)
    this.offset = 0
  }
}

const alignUp = (value: number, align: number): number => Math.ceil(value / align) * align

/** Gives each section its addresses: `.text` at the origin, the others behind one another, those without bytes last. Returns what is wrong. */
export function layOut(sections: readonly Section[], origin: number): string[] {
  const problems: string[] = []
  const placed = new Map<string, Section>()
  const place = (section: Section, address: number): void => {
    section.loadAddress = section.address = address
    placed.set(section.name, section)
  }
  const ordered = [...sections].sort((a, b) => rank(a) - rank(b))
  let end = origin
  for (const section of ordered) {
    const before = section.follows === null ? undefined : placed.get(section.follows)
    if (section.follows !== null && !before) problems.push(`section \`${section.name}' follows \`${section.follows}', which is not placed before it`)
    if (section.start !== null) place(section, section.start)
    else if (before) place(section, alignUp(before.loadAddress + before.offset, section.align))
    else place(section, section.name === '.text' ? origin : alignUp(end, section.align))
    end = Math.max(section.start === null ? end : 0, section.loadAddress + section.offset)
    if (section.virtualStart !== null) section.address = section.virtualStart
    const behind = section.virtualFollows === null ? undefined : placed.get(section.virtualFollows)
    if (behind) section.address = alignUp(behind.address + behind.offset, section.align)
  }
  return [...problems, ...overlaps(sections)]
}

const rank = (section: Section): number => (section.name === '.text' ? 0 : section.reserved ? 2 : 1)

function overlaps(sections: readonly Section[]): string[] {
  const filled = sections.filter(({ reserved, offset }) => !reserved && offset > 0).sort((a, b) => a.loadAddress - b.loadAddress)
  return filled.slice(1).flatMap((section, n) => {
    const before = filled[n]!
    return before.loadAddress + before.offset > section.loadAddress ? [`section \`${section.name}' overlaps section \`${before.name}'`] : []
  })
}

/** The image from the lowest section with bytes to the end of the highest; gaps are zero. Throws `TooMuch`. */
export function imageOf(sections: readonly Section[], origin: number): Uint8Array {
  const filled = sections.filter(({ reserved, offset }) => !reserved && offset > 0)
  const first = Math.min(origin, ...filled.map(({ loadAddress }) => loadAddress))
  const size = Math.max(0, ...filled.map(({ loadAddress, offset }) => loadAddress + offset - first))
  if (size > LIMITS.output) throw new TooMuch(`the output would be larger than ${LIMITS.output / 1024 / 1024} MiB`)
  const image = new Uint8Array(size)
  for (const section of filled) image.set(section.bytes, section.loadAddress - first)
  return image
}
