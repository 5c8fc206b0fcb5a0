import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { Failure } from '../core/base/failure.ts'
import { Lockstep } from '../core/hypervisor/comparison/lockstep.ts'
import { findLockstepGuest, plansOfGuest, plansOfProgram } from '../core/hypervisor/comparison/programs.ts'
import { programOfImage, programOfSource } from '../core/machine/desk/open-program.ts'
import type { MachineProgram } from '../core/machine/desk/program.ts'
import type { Divergence } from '../protocol/comparison.ts'
import type { MachineEnd, TechniqueName } from '../protocol/machine.ts'
import { nativeSha256 } from './platform.ts'

export interface LockstepParams {
  /** A guest of the catalogue, or a file: a kernel, a disk that boots, or NASM source (`.asm`). */
  readonly program: string
  readonly techniques: readonly TechniqueName[]
  readonly maxTicks: number
}

export interface LockstepReport {
  readonly title: string
  /** Nothing that was compared differed. */
  readonly equal: boolean
  /** The first is the reference. */
  readonly columns: readonly {
    readonly technique: TechniqueName
    /** The guest that ran; for paravirtualization its port, where there is one. */
    readonly title: string
    readonly compared: 'state' | 'output'
    readonly end: MachineEnd | { readonly kind: 'waiting' } | { readonly kind: 'limit' }
    readonly ticks: number
    readonly endHash: string | null
    readonly divergence: Divergence | null
  }[]
}

/** Runs a program under several techniques to its end, and finds where they first differ. */
export async function runLockstep({ program, techniques, maxTicks }: LockstepParams): Promise<LockstepReport> {
  const guest = findLockstepGuest(program)
  const { title, plans } = guest === null ? fromFile(program, techniques) : plansOfGuest(guest, techniques)
  const lockstep = new Lockstep(title, plans, { limit: maxTicks, hash: nativeSha256 })
  lockstep.run({ kind: 'end' })
  const columns = lockstep.state().columns.map(({ technique, title: name, compared, end, waits, tick, endHash, divergence }) => ({
    technique, title: name, compared, end: end ?? { kind: waits ? 'waiting' as const : 'limit' as const }, ticks: tick, endHash, divergence,
  }))
  return { title, equal: columns.every(({ divergence }) => divergence === null), columns }
}

function fromFile(file: string, techniques: readonly TechniqueName[]): ReturnType<typeof plansOfGuest> {
  const program = programOf(file)
  return { title: program.title, plans: plansOfProgram(program, techniques) }
}

function programOf(file: string): MachineProgram {
  const bytes = read(file)
  return file.endsWith('.asm') ? programOfSource(bytes.toString('utf8'), basename(file)) : programOfImage(basename(file), new Uint8Array(bytes))
}

function read(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    throw new Failure('file', `${file} is no guest of the catalogue, and cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
}
