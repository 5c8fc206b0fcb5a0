import { DATA, INSTRUCTION, type Outcome, VectorRig } from './rig.ts'
import type { Vector } from './vector.ts'

export interface VectorFailure {
  readonly i: number
  readonly class: string
  readonly bytes: string
  /** What differs, one sentence each: `eax is 0x5, recorded 0x4`. */
  readonly differences: readonly string[]
}

export interface VectorReport {
  readonly passed: number
  readonly failed: number
  /** Failures by class. */
  readonly classes: Readonly<Record<string, number>>
  /** The first failures, at most as many as asked for. */
  readonly failures: readonly VectorFailure[]
}

const PAGE_FAULT = 14
const REGISTERS = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi']
const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`

/** Runs recorded instructions, each in a fresh state, and compares what the recording defines. @param show failures that are told. @param rig on bare metal, if not said. */
export function runVectors(vectors: readonly Vector[], show = 0, rig = new VectorRig()): VectorReport {
  const expected = new Uint8Array(rig.data.length)
  const failures: VectorFailure[] = []
  const classes: Record<string, number> = {}
  let failed = 0
  for (const vector of vectors) {
    const differences = compare(vector, rig, expected)
    if (differences.length === 0) continue
    failed++
    classes[vector.c] = (classes[vector.c] ?? 0) + 1
    if (failures.length < show) failures.push({ i: vector.i, class: vector.c, bytes: vector.b, differences })
  }
  return { passed: vectors.length - failed, failed, classes, failures }
}

function compare(vector: Vector, rig: VectorRig, expected: Uint8Array): string[] {
  let outcome: Outcome
  try {
    outcome = rig.execute(vector)
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)]
  }
  const differences = compareState(vector, outcome)
  for (let i = 0; i < expected.length; i++) expected[i] = (i * 167 + (i >> 8) * 13 + 5) & 255
  for (const [offset, value] of [...(vector.m ?? []), ...(vector.M ?? [])]) if (offset < expected.length) expected[offset] = value
  for (let i = 0; i < expected.length; i++) {
    if (rig.data[i] !== expected[i]) differences.push(`the byte at data + ${hex(i)} is ${hex(rig.data[i]!)}, recorded ${hex(expected[i]!)}`)
  }
  return differences
}

function compareState(vector: Vector, outcome: Outcome): string[] {
  const differences: string[] = []
  const same = (what: string, is: number, recorded: number): void => {
    if (is >>> 0 !== recorded >>> 0) differences.push(`${what} is ${hex(is)}, recorded ${hex(recorded)}`)
  }
  REGISTERS.forEach((name, n) => same(name, outcome.registers[n]!, vector.R[n] ?? vector.r[n]!))
  same('eip − start', outcome.eip - INSTRUCTION, vector.p)
  const taken = outcome.exception
  if (vector.x === undefined) {
    if (taken) differences.push(`exception ${taken.vector} with error ${hex(taken.error)}, recorded none`)
    same('eflags', outcome.flags & vector.k, vector.F & vector.k)
    same('ds', outcome.segments.ds, vector.ds ?? 0x2b)
    same('es', outcome.segments.es, vector.es ?? 0x2b)
    same('fs', outcome.segments.fs, vector.fs ?? 0)
  } else if (!taken) differences.push(`no exception, recorded ${vector.x}`)
  else {
    same('exception', taken.vector, vector.x)
    same('error code', taken.error, vector.e ?? 0)
    if (vector.x === PAGE_FAULT) same('cr2', taken.cr2, DATA + (vector.cr2 ?? 0))
  }
  return differences
}
