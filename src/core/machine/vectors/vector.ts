import { Failure } from '../../base/failure.ts'

/** One recorded instruction; the short names are the file's (shared description: the file format of recorded instructions). */
export interface Vector {
  readonly i: number
  readonly c: string
  /** Instruction bytes, hexadecimal. */
  readonly b: string
  /** Registers and EFLAGS before. */
  readonly r: readonly number[]
  readonly f: number
  /** Data bytes that differ from the formula before, and those that changed. */
  readonly m?: readonly (readonly [number, number])[]
  readonly M?: readonly (readonly [number, number])[]
  /** Registers that changed; EIP beyond the instruction's place; EFLAGS after; which of its bits are defined. */
  readonly R: Readonly<Record<string, number>>
  readonly p: number
  readonly F: number
  readonly k: number
  readonly ds?: number
  readonly es?: number
  readonly fs?: number
  /** Exception: vector, error code, CR2 minus the data's address. */
  readonly x?: number
  readonly e?: number
  readonly cr2?: number
}

/** One vector a line. Throws `Failure` that names the first line that is none. */
export function parseVectors(text: string): Vector[] {
  return text.split('\n').filter((line) => line.trim() !== '').map((line, n) => {
    const value = parseLine(line)
    if (!value) throw new Failure('file', `Line ${n + 1} is not a recorded instruction.`)
    return value
  })
}

function parseLine(line: string): Vector | null {
  try {
    const value = JSON.parse(line) as Partial<Vector> | null
    const whole = typeof value?.b === 'string' && Array.isArray(value.r) && value.r.length === 8 && [value.f, value.F, value.k, value.p].every(Number.isInteger)
    return whole && typeof value.R === 'object' ? value as Vector : null
  } catch {
    return null
  }
}
