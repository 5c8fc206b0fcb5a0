import { CACHE_LINEAR, EXTRA } from './cache-layout.ts'

export const INT3 = 0xcc
const GS = 0x65
const ECX = 1

/** Translated bytes, in the order of their addresses. */
export class Emitter {
  readonly bytes: number[] = []
  readonly #from: number

  /** @param from offset in the cache. */
  constructor(from: number) {
    this.#from = from
  }

  /** Offset in the cache of the next byte. */
  get at(): number {
    return this.#from + this.bytes.length
  }

  put(...bytes: number[]): void {
    this.bytes.push(...bytes)
  }

  word(value: number): void {
    this.put(value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24)
  }

  /** `jmp`, to an offset in the cache. */
  jump(to: number): void {
    this.put(0xe9)
    this.word((to - this.at - 4) | 0)
  }

  /** `xchg ecx, [gs:offset]` */
  exchange(offset: number): void {
    this.#door(0x87, ECX, offset)
  }

  /** `mov ecx, [gs:offset]` */
  load(offset: number): void {
    this.#door(0x8b, ECX, offset)
  }

  /** `mov [gs:offset], ecx` */
  store(offset: number): void {
    this.#door(0x89, ECX, offset)
  }

  /** `lea ecx, [ecx + value]`: adds and leaves the flags alone. */
  add(value: number): void {
    this.put(0x8d, 0x89)
    this.word(value)
  }

  #door(opcode: number, register: number, offset: number): void {
    this.put(GS, opcode, (register << 3) | 5)
    this.word(offset)
  }
}

/** Bytes of a sequence that adds to a word of the monitor's data, by default that of extra instructions: three instructions, flags and registers as they were. */
export function emitBooking(out: Emitter, count: number, mark: () => void, word = EXTRA): void {
  out.exchange(word)
  mark()
  out.add(count)
  mark()
  out.exchange(word)
  mark()
}

export const linearOf = (offset: number): number => (CACHE_LINEAR + offset) | 0
