import { Expressions, type Names } from './expression.ts'
import type { Field } from './encode.ts'
import { stringBytes } from './lexer.ts'
import { LIMITS, Problem } from './problem.ts'
import { isOp, type Token } from './token.ts'
import { hasRegisters, isScalar } from './value.ts'

/** Bytes of an item of `db` and its kin. */
export const DATA_SIZES: Readonly<Record<string, number>> = { db: 1, dw: 2, dd: 4, dq: 8 }
/** Bytes of an item of `resb` and its kin. */
export const RESERVE_SIZES: Readonly<Record<string, number>> = { resb: 1, resw: 2, resd: 4, resq: 8, rest: 10, reso: 16 }

export type DataPart = readonly number[] | Field

const RANGE: Readonly<Record<number, string>> = { 1: 'byte', 2: 'word', 4: 'dword' }

/** What follows `db`, `dw`, `dd` or `dq`: strings padded to whole items, numbers, `?`, and `n dup (…)`. */
export function readData(tokens: readonly Token[], size: number, names: Names, spend: (work: number) => void): DataPart[] {
  const reader = new Expressions(tokens, 0, names)
  if (tokens.length === 0) throw new Problem('no operand for data declaration')
  const parts = readList(reader, tokens, size, spend)
  if (reader.next) throw new Problem('comma expected after operand', reader.next)
  return parts
}

function readList(reader: Expressions, tokens: readonly Token[], size: number, spend: (work: number) => void): DataPart[] {
  const parts: DataPart[] = []
  do {
    // A comma at the end is allowed.
    if (!reader.next && parts.length > 0) break
    parts.push(...readItem(reader, tokens, size, spend))
  } while (isOp(reader.next, ',') && ++reader.at)
  return parts
}

function readItem(reader: Expressions, tokens: readonly Token[], size: number, spend: (work: number) => void): DataPart[] {
  const token = reader.next
  const after = tokens[reader.at + 1]
  if (isOp(token, '?') && (!after || isOp(after, ',') || isOp(after, ')'))) {
    reader.at++
    return [Array.from({ length: size }, () => 0)]
  }
  if (token?.kind === 'string' && (!after || isOp(after, ',') || isOp(after, ')'))) {
    reader.at++
    const bytes = stringBytes(token.text)
    while (bytes.length % size !== 0) bytes.push(0)
    return [bytes]
  }
  const value = reader.read()
  if (reader.next?.kind === 'id' && reader.next.text.toLowerCase() === 'dup') {
    reader.at++
    const inner = isOp(reader.next, '(')
    if (inner) reader.at++
    const list = inner ? readList(reader, tokens, size, spend) : readItem(reader, tokens, size, spend)
    if (inner && !isOp(reader.next, ')')) throw new Problem("expecting `)'", reader.next ?? token)
    if (inner) reader.at++
    if (!isScalar(value)) throw new Problem('non-constant argument supplied to DUP', token)
    if (value.n < 0n || value.n > BigInt(LIMITS.output)) throw new Problem('DUP count is out of range', token)
    spend(Number(value.n) * list.length)
    return Array.from({ length: Number(value.n) }, () => list).flat()
  }
  if (hasRegisters(value)) throw new Problem('register size specification ignored: data cannot hold a register', token)
  return [{ value, size, relative: false, range: RANGE[size] ?? null, token }]
}
