import { codeParts, type Opcode } from '../../machine/cpu/opcode.ts'
import { CLOSED_VECTOR, CONFORMING, DATA, GATE, GATE_OF_RING_0, OPEN_VECTOR, SMALL_DATA, SPARE_LOCAL, SPARE_TASK, TARGET, codeAt, dataAt, RAISED_DATA } from './world.ts'

/**
 * What every instruction is given, whatever it makes of it: in EAX (the register that an r/m operand names), as an immediate, at the memory operand and on the stack. `far`: there, an offset comes first
 * and `value` is the selector behind it, as far transfers and returns want it, and the arithmetic flags are set; otherwise `value` comes first, and they are clear.
 */
export interface Input {
  readonly name: string
  readonly value: number
  readonly far: boolean
  readonly vector: number
}

const ring = [0, 1, 2, 3]
const plain = (name: string, value: number): Input => ({ name, value, far: false, vector: OPEN_VECTOR })
const far = (name: string, value: number): Input => ({ name, value, far: true, vector: CLOSED_VECTOR })

export const INPUTS: readonly Input[] = [
  ...ring.map((r) => far(`code of ring ${r}`, codeAt(0, r))),
  ...ring.map((r) => plain(`data of ring ${r}`, dataAt(1, r))), ...ring.map((r) => far(`data of ring ${r}`, dataAt(1, r))),
  far('conforming code', CONFORMING), far('a call gate for all', GATE), far('a call gate for ring 0', GATE_OF_RING_0),
  plain('a small segment', SMALL_DATA), plain('a segment that a monitor changes', RAISED_DATA), plain('a TSS', SPARE_TASK), plain('an LDT', SPARE_LOCAL), plain('null', 0),
  plain('flags with IOPL 3', 0x3002), plain('CR0 with TS', 0x8000_0019 | 0),
]

export const flagsOf = ({ far }: Input): number => (far ? 0x8d5 : 0)

/** The words at the memory operand and on the stack: EFLAGS with IF = 0 where `iret` looks for them, and behind them the stack of an outer ring. */
export function wordsOf({ value, far }: Input): readonly number[] {
  return far ? [TARGET, value, 2, ...Array<number>(13).fill(value + 8)] : [value, 0x7fff_ffff, ...Array<number>(14).fill(value)]
}

/** One way to write an instruction: the bytes before its immediates, which an input fills in. */
export interface Form {
  readonly row: Opcode
  readonly head: readonly number[]
  readonly immediates: readonly string[]
}

const EAX = 0
const ECX = 1
const little = (value: number, bytes: number): number[] => Array.from({ length: bytes }, (_, i) => (value >>> (8 * i)) & 0xff)
const MEMORY = [5, ...little(DATA, 4)]

/** Every form of a row by its operand words (opcode.ts): register and memory where both can be, and every segment, control or debug register. */
export function formsOf(row: Opcode): readonly Form[] {
  const parts = codeParts(row.code)
  const bytes = [...(parts.prefix === 0 ? [] : [parts.prefix]), ...parts.bytes, ...(parts.modrm < 0 ? [] : [parts.modrm])]
  const words = row.operands === '' ? [] : row.operands.split(' ')
  const immediates = words.filter((word) => /^[IJPO]/.test(word))
  const first = (letter: string): boolean => words.some((word) => word.startsWith(letter) && word.length === 2 && word !== 'DX' && word !== 'CL')
  const form = (modrm: readonly number[]): Form => ({ row, head: [...bytes, ...modrm], immediates })
  if (parts.modrm >= 0 || (parts.group < 0 && !['E', 'M', 'R', 'G', 'S', 'C', 'D'].some(first))) return [form([])]
  const registers = first('S') ? [0, 1, 2, 3, 4, 5] : first('C') ? [0, 2, 3, 4] : first('D') ? [0, 1, 2, 3, 6, 7] : [parts.group < 0 ? ECX : parts.group]
  return registers.flatMap((reg) => [
    ...(first('M') ? [] : [form([0xc0 | (reg << 3) | EAX])]),
    ...(first('R') ? [] : [form([(reg << 3) | MEMORY[0]!, ...MEMORY.slice(1)])]),
  ])
}

/** A form's bytes with an input's immediates. */
export function bytesOf({ head, immediates }: Form, { value, vector }: Input): Uint8Array {
  return Uint8Array.from([...head, ...immediates.flatMap((word) => immediate(word, value, vector))])
}

function immediate(word: string, value: number, vector: number): readonly number[] {
  if (word.startsWith('J')) return little(0x10, word === 'Jb' ? 1 : 4)
  if (word.startsWith('P')) return [...little(TARGET, 4), ...little(value, 2)]
  if (word.startsWith('O')) return little(DATA, 4)
  return word === 'Ib' || word === 'Is' ? [vector] : little(value, word === 'Iw' ? 2 : 4)
}
