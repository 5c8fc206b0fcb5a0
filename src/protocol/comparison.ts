import * as v from 'valibot'
import { costChoice, type CostParameter, type CycleAccount } from './costs.ts'
import { machineId } from './machine-id.ts'
import type { CpuState, DisassemblyRow, MachineEnd, MachineState } from './machine.ts'
import { type TechniqueName, TECHNIQUES } from './techniques.ts'

/**
 * What is asked about several machines of one program, run side by side. They stand at the same moment of the guest's time, in ticks (see machine.ts): under
 * every technique that keeps its promise the same instruction is then next.
 */

export type LockstepId = `lockstep:${number}`

const id = v.custom<LockstepId>((value) => typeof value === 'string' && /^lockstep:\d{1,9}$/.test(value), 'not the id of a comparison')
const tick = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER))
const techniques = v.pipe(v.array(v.picklist(TECHNIQUES)), v.minLength(2), v.maxLength(4), v.check((names) => new Set(names).size === names.length, 'each technique once'))

const goal = v.variant('kind', [
  /** So many instructions and deliveries. */
  v.object({ kind: v.literal('step'), count: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000_000))) }),
  /** To the last moment before the next machine goes a way of its own. */
  v.object({ kind: v.literal('divergence') }),
  v.object({ kind: v.literal('end') }),
  v.object({ kind: v.literal('back'), count: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000_000))) }),
  v.object({ kind: v.literal('seek'), tick }),
])
export type LockstepGoal = v.InferOutput<typeof goal>

/** What a kernel with three processes does: it computes, asks for system calls, or touches new pages and switches page tables. */
export const WORKLOADS = ['compute', 'calls', 'pages'] as const
export type WorkloadName = (typeof WORKLOADS)[number]

const address = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffff_ffff))
const place = v.union([v.object({ register: v.picklist(['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi', 'eip', 'eflags']) }), v.object({ address })])
/** A register, or a doubleword of memory at a linear address. */
export type PokePlace = v.InferOutput<typeof place>

export const COMPARISON_REQUESTS = {
  /** Changes a value at the machine's present moment: what followed is forgotten, and whoever goes back and on again finds it changed. */
  'machine.poke': v.object({ machine: machineId, place, value: address }),
  /** What came into a machine up to its present moment. */
  'machine.inputs': v.object({ machine: machineId }),
  /** A second machine of the same program that was given the same, at the same moment: another future may begin there. */
  'machine.branch': v.object({ machine: machineId, name: v.optional(v.pipe(v.string(), v.maxLength(60))) }),
  /** Two to four open machines, with what came into them, held against each other from their start. */
  'lockstep.machines': v.object({ machines: v.pipe(v.array(machineId), v.minLength(2), v.maxLength(4)) }),
  /** A program of `lockstep.guests` under two to four techniques. The first is what the others are held against. */
  'lockstep.open': v.object({ guest: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9/-]{0,40}$/)), techniques }),
  /** A piece of the way, some ten milliseconds of work: while the answer is `busy`, `lockstep.on` goes on. */
  'lockstep.go': v.object({ lockstep: id, goal }),
  'lockstep.on': v.object({ lockstep: id }),
  'lockstep.close': v.object({ lockstep: id }),
  'lockstep.guests': v.object({}),
  /** Runs one workload under one technique to its end: a second or less. */
  'scoreboard.run': v.object({ workload: v.picklist(WORKLOADS), technique: v.picklist(TECHNIQUES), costs: costChoice }),
  /** The table of costs of a choice. */
  'scoreboard.costs': v.object({ costs: costChoice }),
  /** What is under way is not wanted any more. */
  'scoreboard.cancel': v.object({}),
} as const

export type ComparisonRequestName = keyof typeof COMPARISON_REQUESTS
export type ComparisonRequestParams<N extends ComparisonRequestName> = v.InferOutput<(typeof COMPARISON_REQUESTS)[N]>

export interface ComparisonRequestResults {
  'lockstep.open': LockstepState
  'lockstep.go': LockstepState
  'lockstep.on': LockstepState
  'lockstep.close': null
  'lockstep.guests': { readonly guests: readonly LockstepGuest[] }
  'scoreboard.run': ScoreCell
  'machine.poke': MachineState
  'machine.inputs': MachineInputs
  'machine.branch': MachineState
  'lockstep.machines': LockstepState
  'scoreboard.costs': { readonly parameters: readonly CostParameter[] }
  'scoreboard.cancel': null
}

/** What came into a machine, with the ticks at which it did, and where it stands. */
export interface MachineInputs {
  readonly tick: number
  readonly inputs: readonly { readonly tick: number; readonly input: MachineInput }[]
}

export type MachineInput =
  /** Bytes on the serial line. */
  | { readonly kind: 'serial'; readonly bytes: readonly number[] }
  | { readonly kind: 'key'; readonly code: number; readonly down: boolean }
  | { readonly kind: 'poke'; readonly place: PokePlace; readonly value: number }

/** Whether a technique brought a workload to the same end as bare metal: in all that the guest can see, or, of a port, in what it printed. */
export const sameEnd = (cell: ScoreCell, native: ScoreCell): boolean => (cell.ported ? cell.outputHash === native.outputHash : cell.stateHash === native.stateHash)

/** What one workload cost under one technique, and where it ended. Cycles, entries and instructions are those of the work, without start and end of its kernel. */
export interface ScoreCell {
  readonly workload: WorkloadName
  readonly technique: TechniqueName
  readonly account: CycleAccount
  /** The sum of the four parts. */
  readonly cycles: number
  /** How often the monitor was entered. */
  readonly entries: number
  readonly instructions: number
  readonly end: MachineEnd | null
  /** SHA-256 of all that the guest can see, and of what it printed and how it ended. */
  readonly stateHash: string
  readonly outputHash: string
  /** The guest's kernel was changed for this technique: only what it printed can be compared with bare metal. */
  readonly ported: boolean
  /** What was counted, but costs nothing, because the preset has no figure for it. */
  readonly missing: readonly string[]
}

export interface LockstepGuest {
  readonly key: string
  readonly title: string
  readonly description: string
  /** One of the guests that show a sensitive instruction. */
  readonly sensitive: boolean
}

/** Something that is not the same in two machines; values as text, words in hexadecimal. */
export interface StateDifference {
  readonly kind: 'end' | 'register' | 'memory' | 'device' | 'disk' | 'count' | 'output'
  /** `eflags`, `cs.limit`, `[00104000]` (guest-physical), `pic.master.mask`. */
  readonly name: string
  readonly reference: string
  readonly other: string
}

/** Where a machine went a way of its own. */
export interface Divergence {
  /** The last moment at which it was as the reference. */
  readonly tick: number
  /** Instructions and deliveries by then. */
  readonly moment: number
  /** What came next: an instruction, the delivery of a fault or interrupt, an idle wait; or they did not even start alike. `input`: something else came in, or a value was changed. `output`: only what they print can be compared. */
  readonly step: 'start' | 'instruction' | 'delivery' | 'idle' | 'input' | 'output'
  /** The instruction that was next, as the reference has it. */
  readonly instruction: DisassemblyRow | null
  /** The entry of Robin and Irvine's list of sensitive, unprivileged instructions that it belongs to. */
  readonly entry: string | null
  /** Why it went wrong, where that is known. */
  readonly explanation: string | null
  readonly differences: readonly StateDifference[]
  /** All that differed, also what is not listed. */
  readonly total: number
}

export interface LockstepColumn {
  readonly technique: TechniqueName
  readonly title: string
  /** What can be held against the reference: all that a guest sees, or, of a program that was changed, only what it prints and how it ends. */
  readonly compared: 'state' | 'output'
  readonly tick: number
  readonly moment: number
  readonly end: MachineEnd | null
  /** Halted until an input comes. */
  readonly waits: boolean
  readonly cpu: CpuState
  readonly code: readonly DisassemblyRow[]
  /** The latest of what it sent on its serial line, one character for each byte. */
  readonly output: string
  readonly outputLength: number
  /** Names of the registers (as in `CpuState`) that differ from the reference now. */
  readonly differs: readonly string[]
  /** Not the reference's state now. */
  readonly different: boolean
  readonly divergence: Divergence | null
  /** SHA-256 of what is compared; once it has ended, or waits. */
  readonly endHash: string | null
  /** Once it and the reference have ended: whether they are the same in what is compared. Null before, and for the reference. */
  readonly equalEnd: boolean | null
}

export interface LockstepState {
  readonly lockstep: LockstepId
  /** What the machines differ in. */
  readonly of: 'techniques' | 'branches'
  readonly title: string
  /** Work is left: ask `lockstep.on`. */
  readonly busy: boolean
  readonly tick: number
  /** Up to here all machines that were compared are known to have been the same, but for their divergences. */
  readonly known: number
  /** The most that may be run: a guest without an end is left there. */
  readonly limit: number
  readonly columns: readonly LockstepColumn[]
}
