import { type Format, INSTRUCTIONS, type Instruction } from './instructions.ts'

/** One instruction with its fields; those that its format has not are 0. */
export interface Decoded {
  readonly instruction: Instruction
  readonly rd: number
  readonly rs1: number
  readonly rs2: number
  /** Sign-extended; of U the upper 20 bits in place, of B and J the distance in bytes, of shifts the amount. */
  readonly imm: number
}

/** Rows by opcode and funct3. */
const ROWS: readonly (readonly Instruction[])[] = Array.from({ length: 128 * 8 }, (_, place) =>
  INSTRUCTIONS.filter(({ opcode, funct3 }) => opcode === place >>> 3 && (funct3 === -1 || funct3 === (place & 7))))

const IMMEDIATE: Readonly<Record<Format, (word: number) => number>> = {
  R: () => 0,
  I: (word) => word >> 20,
  shift: (word) => (word >>> 20) & 31,
  S: (word) => ((word >> 25) << 5) | ((word >>> 7) & 31),
  B: (word) => ((word >> 31) << 12) | ((word << 4) & 0x800) | ((word >>> 20) & 0x7e0) | ((word >>> 7) & 0x1e),
  U: (word) => word & ~0xfff,
  J: (word) => ((word >> 31) << 20) | (word & 0xf_f000) | ((word >>> 9) & 0x800) | ((word >>> 20) & 0x7fe),
  fence: () => 0,
  word: () => 0,
}

const WITHOUT_RD: readonly Format[] = ['S', 'B', 'fence', 'word']
const WITHOUT_RS1: readonly Format[] = ['U', 'J', 'fence', 'word']
const WITH_RS2: readonly Format[] = ['R', 'S', 'B']

/** The instruction in a word (int32 or unsigned); null: illegal. Fields that the manual reserves in `fence` and `fence.i` are ignored, as it demands. */
export function decode(word: number): Decoded | null {
  const instruction = ROWS[((word & 127) << 3) | ((word >>> 12) & 7)]!.find((row) => isOne(row, word))
  if (!instruction) return null
  const { format } = instruction
  return {
    instruction,
    rd: WITHOUT_RD.includes(format) ? 0 : (word >>> 7) & 31,
    rs1: WITHOUT_RS1.includes(format) ? 0 : (word >>> 15) & 31,
    rs2: WITH_RS2.includes(format) ? (word >>> 20) & 31 : 0,
    imm: IMMEDIATE[format](word),
  }
}

function isOne({ format, opcode, funct7 }: Instruction, word: number): boolean {
  if (format === 'word') return word >>> 0 === ((funct7 << 20) | opcode) >>> 0
  return funct7 === -1 || word >>> 25 === funct7
}
