import { linearForRead, linearForWrite, probeWrite, read, readLinear, write, writeLinear } from './access.ts'
import type { Cpu } from './cpu.ts'
import { setSub } from './flags.ts'
import type { Handler } from './handler.ts'
import {
  ATTENTION, DF, EAX, ECX, EDI, EDX, EIP, ES, ESI, FLAGS, ITERATIONS, PREFIX_ADDRESS16, PREFIX_REP, PREFIX_REPNE, R_PREFIX, START, ZERO,
} from './layout.ts'
import { checkPort, portIn, portOut } from './ports.ts'
import { register, segmentOf, setRegister, sizeOf } from './operands.ts'

/**
 * Iterations of one repeated instruction that count as one instruction: time goes on for devices and for whoever wants to pause. A longer
 * repetition comes back to itself, as after an interrupt. By count and not by page, so that it is the same however the memory is reached.
 */
const MOST_ITERATIONS = 1 << 16

type Step = (c: Cpu, p: number, size: number, mask: number) => void

/** `base` register with the address size's mask, and how it moves on. */
const at = (c: Cpu, number: number, mask: number): number => c.s[number]! & mask
function advance(c: Cpu, number: number, size: number, mask: number): void {
  const by = (c.s[FLAGS]! & DF) === 0 ? size : -size
  c.s[number] = (c.s[number]! & ~mask) | ((c.s[number]! + by) & mask)
}

/** Does at most `most` steps at once where nothing can be noticed in between, and says how many; 0: take a single step. */
type Bulk = (c: Cpu, p: number, size: number, most: number) => number

/**
 * One step, or with a repeat prefix as many as the count register says: registers move with each step, so a fault or an interrupt
 * leaves the progress made and EIP at the instruction. `compares`: the prefix also looks at ZF.
 */
const repeated = (step: Step, compares: boolean, bulk: Bulk | null = null): Handler => (c, p) => {
  const prefix = c.records[p + R_PREFIX]!
  const size = sizeOf(c, p)
  const mask = (prefix & PREFIX_ADDRESS16) === 0 ? -1 : 0xffff
  if ((prefix & (PREFIX_REP | PREFIX_REPNE)) === 0) return step(c, p, size, mask)
  const { s } = c
  const untilEqual = (prefix & PREFIX_REPNE) !== 0
  const inBulk = bulk && mask === -1 && (s[FLAGS]! & DF) === 0 ? bulk : null
  for (let left = Math.min((s[ECX]! & mask) >>> 0, MOST_ITERATIONS); left > 0;) {
    let steps = inBulk ? inBulk(c, p, size, left) : 0
    if (steps === 0) {
      step(c, p, size, mask)
      steps = 1
    }
    s[ECX] = (s[ECX]! & ~mask) | ((s[ECX]! - steps) & mask)
    s[ITERATIONS]! += steps
    left -= steps
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

/** Whole steps that begin and end in the page of `linear`. */
const inPage = (linear: number, size: number): number => Math.floor((0x1000 - (linear & 0xfff)) / size)

/** What lies in one page at both ends, where both are RAM that nobody watches. */
const copyBulk: Bulk = (c, p, size, most) => {
  const { s } = c
  const segment = segmentOf(c, p)
  if ((c.checks[ES]! & 2) !== 0 || (c.checks[segment]! & 1) !== 0) return 0
  const to = (s[EDI]! + c.bases[ES]!) | 0
  const from = (s[ESI]! + c.bases[segment]!) | 0
  const write = c.writeTlb[to >>> 12]! ^ 0xfff
  const read = c.readTlb[from >>> 12]! ^ 0xfff
  if (((write | read) & 0xfff) !== 0) return 0
  const target = (to + write) | 0
  const begin = (from + read) | 0
  let steps = Math.min(most, inPage(to, size), inPage(from, size))
  // A destination shortly behind its source repeats the pattern: copied in pieces that do not overlap.
  if (target > begin) steps = Math.min(steps, Math.floor((target - begin) / size))
  c.memory.hostBytes.copyWithin(target, begin, begin + steps * size)
  s[ESI]! += steps * size
  s[EDI]! += steps * size
  return steps
}

const fillBulk: Bulk = (c, _p, size, most) => {
  const { s } = c
  if ((c.checks[ES]! & 2) !== 0) return 0
  const to = (s[EDI]! + c.bases[ES]!) | 0
  const write = c.writeTlb[to >>> 12]! ^ 0xfff
  if ((write & 0xfff) !== 0) return 0
  const steps = Math.min(most, inPage(to, size))
  if (steps > 0) fill(c, (to + write) | 0, steps * size, size)
  s[EDI]! += steps * size
  return steps
}

function fill(c: Cpu, target: number, length: number, size: number): void {
  const { hostBytes: bytes, host: view } = c.memory
  const value = register(c, EAX, size)
  if (size === 1) bytes.fill(value, target, target + length)
  else {
    if (size === 2) view.setUint16(target, value, true)
    else view.setInt32(target, value, true)
    for (let done = size; done < length; done *= 2) bytes.copyWithin(target + done, target, target + Math.min(done, length - done))
  }
}

export const STRING_HANDLERS: Readonly<Record<string, Handler>> = {
  movs: repeated(movs, false, copyBulk), stos: repeated(stos, false, fillBulk), lods: repeated(lods, false), cmps: repeated(cmps, true), scas: repeated(scas, true),
  ins: repeated(ins, false), outs: repeated(outs, false),
}
