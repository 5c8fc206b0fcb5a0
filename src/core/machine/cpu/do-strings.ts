import { linearForRead, linearForWrite, probeWrite, read, readLinear, write, writeLinear } from './access.ts'
import type { Cpu } from './cpu.ts'
import { setSub } from './flags.ts'
import type { Handler } from './handler.ts'
import {
  ATTENTION, DF, EAX, ECX, EDI, EDX, EIP, ES, ESI, FLAGS, ITERATIONS, PREFIX_ADDRESS16, PREFIX_REP, PREFIX_REPNE, R_PREFIX, START, ZERO,
} from './layout.ts'
import { checkPort, portIn, portOut } from './ports.ts'
import { register, segmentOf, setRegister, sizeOf } from './operands.ts'

/** Iterations of one repeated instruction before the interpreter looks around for interrupts. */
const MOST_ITERATIONS = 4096

type Step = (c: Cpu, p: number, size: number, mask: number) => void

/** `base` register with the address size's mask, and how it moves on. */
const at = (c: Cpu, number: number, mask: number): number => c.s[number]! & mask
function advance(c: Cpu, number: number, size: number, mask: number): void {
  const by = (c.s[FLAGS]! & DF) === 0 ? size : -size
  c.s[number] = (c.s[number]! & ~mask) | ((c.s[number]! + by) & mask)
}

/**
 * One step, or with a repeat prefix as many as the count register says: registers move after each step, so a fault or an interrupt
 * leaves the progress made and EIP at the instruction. `compares`: the prefix also looks at ZF.
 */
const repeated = (step: Step, compares: boolean): Handler => (c, p) => {
  const prefix = c.records[p + R_PREFIX]!
  const size = sizeOf(c, p)
  const mask = (prefix & PREFIX_ADDRESS16) === 0 ? -1 : 0xffff
  if ((prefix & (PREFIX_REP | PREFIX_REPNE)) === 0) return step(c, p, size, mask)
  const { s } = c
  const untilEqual = (prefix & PREFIX_REPNE) !== 0
  for (let n = 0; n < MOST_ITERATIONS; n++) {
    if ((s[ECX]! & mask) === 0) return
    step(c, p, size, mask)
    s[ECX] = (s[ECX]! & ~mask) | ((s[ECX]! - 1) & mask)
    s[ITERATIONS]! += 1
    if (compares && (s[ZERO] === 0) === untilEqual) return
  }
  if ((s[ECX]! & mask) === 0) return
  s[EIP] = s[START]!
  s[ATTENTION] = 1
}

const movs: Step = (c, p, size, mask) => {
  const value = read(c, segmentOf(c, p), at(c, ESI, mask), size)
  write(c, ES, at(c, EDI, mask), value, size)
  advance(c, ESI, size, mask)
  advance(c, EDI, size, mask)
}

const stos: Step = (c, _p, size, mask) => {
  write(c, ES, at(c, EDI, mask), register(c, EAX, size), size)
  advance(c, EDI, size, mask)
}

const lods: Step = (c, p, size, mask) => {
  setRegister(c, EAX, read(c, segmentOf(c, p), at(c, ESI, mask), size), size)
  advance(c, ESI, size, mask)
}

const cmps: Step = (c, p, size, mask) => {
  const a = read(c, segmentOf(c, p), at(c, ESI, mask), size)
  const b = read(c, ES, at(c, EDI, mask), size)
  setSub(c.s, a, b, (a - b) | 0, size)
  advance(c, ESI, size, mask)
  advance(c, EDI, size, mask)
}

const scas: Step = (c, _p, size, mask) => {
  const a = register(c, EAX, size)
  const b = read(c, ES, at(c, EDI, mask), size)
  setSub(c.s, a, b, (a - b) | 0, size)
  advance(c, EDI, size, mask)
}

/** The store is probed before the port is read: reading a port cannot be undone. */
const ins: Step = (c, _p, size, mask) => {
  const port = c.s[EDX]! & 0xffff
  checkPort(c, port, size)
  const linear = linearForWrite(c, ES, at(c, EDI, mask), size)
  probeWrite(c, linear, size)
  writeLinear(c, linear, portIn(c, port, size), size)
  advance(c, EDI, size, mask)
}

const outs: Step = (c, p, size, mask) => {
  const port = c.s[EDX]! & 0xffff
  checkPort(c, port, size)
  const linear = linearForRead(c, segmentOf(c, p), at(c, ESI, mask), size)
  portOut(c, port, readLinear(c, linear, size), size)
  advance(c, ESI, size, mask)
}

/** As many whole steps of 1, 2 or 4 bytes forward as lie in RAM on both pages, at most `most`; 0: take single steps. */
function wholePage(c: Cpu, size: number, most: number, destination: number, from: number | null): number {
  if ((c.s[FLAGS]! & DF) !== 0 || (c.checks[ES]! & 2) !== 0) return 0
  const entry = c.writeTlb[destination >>> 12]! ^ 0xfff
  if ((entry & 0xfff) !== 0) return 0
  let steps = Math.min(most, Math.floor((0x1000 - (destination & 0xfff)) / size))
  if (from !== null) {
    if (((c.readTlb[from >>> 12]! ^ 0xfff) & 0xfff) !== 0) return 0
    steps = Math.min(steps, Math.floor((0x1000 - (from & 0xfff)) / size))
  }
  return steps
}

/** `rep movs` and `rep stos`: the part within a page at once where nothing can be noticed in between, else step by step. */
const fast = (step: Step, copies: boolean): Handler => {
  const slowly = repeated(step, false)
  return (c, p) => {
    const prefix = c.records[p + R_PREFIX]!
    const { s } = c
    if (prefix !== PREFIX_REP && prefix !== PREFIX_REPNE) return slowly(c, p)
    const size = sizeOf(c, p)
    const segment = segmentOf(c, p)
    const to = (s[EDI]! + c.bases[ES]!) | 0
    const from = copies && c.checks[segment] === 0 ? (s[ESI]! + c.bases[segment]!) | 0 : null
    const steps = copies && from === null ? 0 : wholePage(c, size, s[ECX]! >>> 0, to, from)
    const length = steps * size
    const target = to + (c.writeTlb[to >>> 12]! ^ 0xfff)
    const begin = from === null ? 0 : from + (c.readTlb[from >>> 12]! ^ 0xfff)
    // A destination shortly behind its source repeats the pattern; copying at once would not.
    if (steps < 2 || (from !== null && target > begin && target < begin + length)) return slowly(c, p)
    if (from === null) fill(c, target, length, size)
    else {
      c.memory.bytes.copyWithin(target, begin, begin + length)
      s[ESI]! += length
    }
    s[EDI]! += length
    s[ECX]! -= steps
    s[ITERATIONS]! += steps
    if (s[ECX] === 0) return
    s[EIP] = s[START]!
    s[ATTENTION] = 1
  }
}

function fill(c: Cpu, target: number, length: number, size: number): void {
  const { bytes, view } = c.memory
  const value = register(c, EAX, size)
  if (size === 1) bytes.fill(value, target, target + length)
  else {
    if (size === 2) view.setUint16(target, value, true)
    else view.setInt32(target, value, true)
    for (let done = size; done < length; done *= 2) bytes.copyWithin(target + done, target, target + Math.min(done, length - done))
  }
}

export const STRING_HANDLERS: Readonly<Record<string, Handler>> = {
  movs: fast(movs, true), stos: fast(stos, false), lods: repeated(lods, false), cmps: repeated(cmps, true), scas: repeated(scas, true),
  ins: repeated(ins, false), outs: repeated(outs, false),
}
