/**
 * Seeded random numbers (sfc32, Chris Doty-Humphrey's "Small Fast Counter", as tested in PractRand).
 * Streams are forked by name, so that a new consumer never shifts the numbers another one sees.
 */
export class Random {
  private a: number
  private b: number
  private c: number
  private counter = 1
  private readonly seed: string

  constructor(seed: string) {
    this.seed = seed
    ;[this.a, this.b, this.c] = [hash32(`${seed}/a`), hash32(`${seed}/b`), hash32(`${seed}/c`)]
    for (let i = 0; i < 12; i++) this.uint32()
  }

  /** An independent stream that depends only on this one's seed and the name. */
  fork(name: string): Random {
    return new Random(`${this.seed}/${name}`)
  }

  uint32(): number {
    const sum = (((this.a + this.b) | 0) + this.counter) | 0
    this.counter = (this.counter + 1) | 0
    this.a = this.b ^ (this.b >>> 9)
    this.b = (this.c + (this.c << 3)) | 0
    this.c = ((this.c << 21) | (this.c >>> 11)) + sum | 0
    return sum >>> 0
  }

  /** Uniform in [0, bound). */
  below(bound: number): number {
    return Math.floor((this.uint32() / 0x1_0000_0000) * bound)
  }

  /** `digits` lower-case hexadecimal digits. */
  hex(digits: number): string {
    let text = ''
    while (text.length < digits) text += this.uint32().toString(16).padStart(8, '0')
    return text.slice(0, digits)
  }
}

/** FNV-1a, 32 bits. */
function hash32(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash | 0
}
