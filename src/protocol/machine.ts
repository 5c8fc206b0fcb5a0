import * as v from 'valibot'
import { costChoice, type CostSummary, type MachineCosts } from './costs.ts'
import { CLASSIFIER_REQUESTS, type ClassifierRequestResults } from './classifier.ts'
import { COMPARISON_REQUESTS, type ComparisonRequestResults } from './comparison.ts'
import { type MachineId, machineId as machine } from './machine-id.ts'
import { type Ahead, MONITOR_EVENT_KINDS, MONITOR_REQUESTS, type MonitorEventKind, type MonitorEventParts, type MonitorRequestResults, type Prediction } from './monitor.ts'
import type { RecordId, VmRecord } from './records.ts'
import { TECHNIQUES, type TechniqueName } from './techniques.ts'

/**
 * What is asked about a machine under the microscope, and what is shown of it. A machine runs in a worker of its own; it is a VM's, or one made for
 * a program that somebody typed or loaded. Addresses and register values are unsigned 32-bit numbers. Its time is counted in *ticks*: one retired
 * instruction, the delivery of one fault or interrupt, or as long a wait in `hlt`; ticks never repeat, so a tick names a moment of the run.
 */

export type { MachineId } from './machine-id.ts'

export { TECHNIQUES, type TechniqueName }

export type MachineEventKind =
  /** An exception was raised and delivered. */
  | 'fault'
  /** A device's interrupt was accepted. */
  | 'interrupt'
  /** `int n`, `int3`, `into`, or a far call through a gate. */
  | 'gate'
  /** `iret` or a far return. */
  | 'return'
  | 'io'
  /** A control register, or a descriptor table register, was written. */
  | 'control'
  | 'halt'
  | 'end'
  | MonitorEventKind

export type MachineEnd =
  /** The guest said so, through the exit port; `code` is what it wrote. */
  | { readonly kind: 'exit'; readonly code: number }
  /** A fault while a double fault was delivered. */
  | { readonly kind: 'shutdown' }
  /** Halted, and nothing is left that could wake it. */
  | { readonly kind: 'dead' }
  /** It could not be started: no disk, no system on it, not enough memory. */
  | { readonly kind: 'boot-failed'; readonly message: string }

/** Why a machine that was running is paused. `present`: it is a VM's, where that is now. `ahead`: before something that is asked about. */
export type PauseReason = 'asked' | 'done' | 'event' | 'address' | 'predicate' | 'end' | 'start' | 'seek' | 'present' | 'ahead'

const uint32 = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffff_ffff))
const tick = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER))
const count = (most: number) => v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(most))
const eventKind = v.picklist(['fault', 'interrupt', 'gate', 'return', 'io', 'control', 'halt', 'end', ...MONITOR_EVENT_KINDS])
/** All, if not said. */
const kinds = v.optional(v.pipe(v.array(eventKind), v.minLength(1), v.maxLength(20)))
const source = v.pipe(v.string(), v.maxLength(1_000_000))
/** Bare metal, if not said. */
const technique = v.optional(v.picklist(TECHNIQUES))
const predicate = v.pipe(v.string(), v.minLength(1), v.maxLength(200))

const runUntil = v.variant('kind', [
  v.object({ kind: v.literal('instruction'), count: v.optional(count(1_000_000_000)) }),
  /** A called routine, a repeated string instruction or an interrupt handler counts as one step. */
  v.object({ kind: v.literal('over') }),
  /** To the caller of the present routine. */
  v.object({ kind: v.literal('out') }),
  v.object({ kind: v.literal('event'), event: v.optional(eventKind) }),
  /** The step that brings the next event is not taken: `ahead` of the state asks what it will be. */
  v.object({ kind: v.literal('before-event'), event: v.optional(eventKind) }),
  v.object({ kind: v.literal('address'), address: uint32 }),
  /** A comparison over registers and memory, e.g. `eax == 0x10 && [0x104000] > 3`, looked at after each instruction. */
  v.object({ kind: v.literal('predicate'), text: predicate }),
  v.object({ kind: v.literal('pause') }),
])
export type RunUntil = v.InferOutput<typeof runUntil>

const back = v.variant('kind', [
  v.object({ kind: v.literal('instruction'), count: v.optional(count(1_000_000_000)) }),
  v.object({ kind: v.literal('event'), event: v.optional(eventKind) }),
])

const vm = v.custom<RecordId<'vm'>>((value) => typeof value === 'string' && /^vm:[A-Za-z0-9._:-]{1,100}$/.test(value), 'not the id of a VM')

export const MACHINE_REQUESTS = {
  /** Attaches to the machine of a VM: one that is open already, as it stands, or a new one, paused, at the VM's present moment, with all of its past. */
  'machine.open': v.object({ machine: vm }),
  /** The same for a machine that is made anew, with the VM's present hardware: what was done in the one before is forgotten. */
  'machine.present': v.object({ machine: vm }),
  /** Assembles NASM source; nothing runs. */
  'machine.assemble': v.object({ source }),
  /** A machine of its own for a program: a guest of the catalogue, NASM source, or an image (multiboot ELF, or a raw disk whose first sector boots), base64. */
  'machine.open-guest': v.object({ guest: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,40}$/)), technique }),
  /** `title`: what the machine is called; “Program”, if not said. */
  'machine.open-source': v.object({ source, title: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(100))), technique }),
  'machine.open-image': v.object({ name: v.pipe(v.string(), v.maxLength(200)), base64: v.pipe(v.string(), v.maxLength(100_000_000)), technique }),
  'machine.close': v.object({ machine }),
  /** Answers at once; the state comes when it stops, and now and then on the way. */
  'machine.run': v.object({ machine, until: runUntil }),
  'machine.pause': v.object({ machine }),
  'machine.back': v.object({ machine, by: back }),
  /** To any moment of the run so far: what follows is forgotten only when something else is done then. */
  'machine.seek': v.object({ machine, tick }),
  'machine.restart': v.object({ machine }),
  'machine.disassemble': v.object({ machine, address: uint32, before: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(200)), count: count(500) }),
  'machine.memory': v.object({ machine, space: v.picklist(['linear', 'physical']), address: uint32, length: count(4096) }),
  'machine.walk': v.object({ machine, address: uint32 }),
  'machine.events': v.object({ machine, from: v.pipe(v.number(), v.integer(), v.minValue(0)), count: count(1000), kinds }),
  /** What the run cost so far, with the table by which events are priced. */
  'machine.costs': v.object({ machine }),
  /** Prices the same counts by other figures, at once. The time stamp counter, which the guest has seen, goes by them from the next restart on. */
  'machine.calibrate': v.object({ machine, costs: costChoice }),
  /** The text that its lines are those of. */
  'machine.source': v.object({ machine }),
  /** The events of the whole run, condensed for a bar of so many equal pieces. */
  'machine.marks': v.object({ machine, buckets: count(1000), kinds }),
  /** Text for the serial line, as typed. */
  'machine.type': v.object({ machine, text: v.pipe(v.string(), v.maxLength(10_000)) }),
  /** A key of the keyboard: its scan code (set 1), pressed and let go. */
  'machine.key': v.object({ machine, code: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(0x7f)), down: v.boolean() }),
  /** What the catalogue of guests offers, with their sources. */
  'machine.guests': v.object({}),
  ...MONITOR_REQUESTS,
  ...CLASSIFIER_REQUESTS,
  ...COMPARISON_REQUESTS,
} as const

export type MachineRequestName = keyof typeof MACHINE_REQUESTS
export type MachineRequestParams<N extends MachineRequestName> = v.InferOutput<(typeof MACHINE_REQUESTS)[N]>

export interface MachineRequestResults extends ClassifierRequestResults, ComparisonRequestResults, MonitorRequestResults {
  'machine.open': MachineState
  'machine.present': MachineState
  'machine.assemble': AssembleAnswer
  'machine.open-guest': MachineState
  'machine.open-source': MachineState
  'machine.open-image': MachineState
  'machine.close': null
  'machine.run': null
  'machine.pause': MachineState
  'machine.back': MachineState
  'machine.seek': MachineState
  'machine.restart': MachineState
  'machine.disassemble': { readonly rows: readonly DisassemblyRow[] }
  'machine.memory': MemoryAnswer
  'machine.walk': WalkAnswer
  'machine.events': { readonly total: number; readonly events: readonly MachineEvent[] }
  'machine.costs': MachineCosts
  'machine.calibrate': MachineState
  'machine.source': { readonly source: string | null }
  'machine.marks': { readonly marks: readonly MachineMark[] }
  'machine.type': null
  'machine.key': null
  'machine.ask': MachineState
  'machine.reveal': MachineState
  'machine.guests': { readonly guests: readonly GuestInfo[] }
}

export interface SegmentState {
  readonly selector: number
  readonly base: number
  /** Highest offset; a 4 GiB segment has 0xFFFFFFFF. */
  readonly limit: number
  /** The access byte of its descriptor; 0 for a null selector. */
  readonly access: number
}

/** All registers of the processor, as they stand between two instructions. */
export interface CpuState {
  readonly eax: number, readonly ecx: number, readonly edx: number, readonly ebx: number
  readonly esp: number, readonly ebp: number, readonly esi: number, readonly edi: number
  readonly eip: number, readonly eflags: number
  readonly cr0: number, readonly cr2: number, readonly cr3: number, readonly cr4: number
  readonly cs: SegmentState, readonly ss: SegmentState, readonly ds: SegmentState
  readonly es: SegmentState, readonly fs: SegmentState, readonly gs: SegmentState
  readonly ldtr: SegmentState, readonly tr: SegmentState
  readonly gdtr: { readonly base: number; readonly limit: number }
  readonly idtr: { readonly base: number; readonly limit: number }
  readonly cpl: number
  readonly halted: boolean
}

/** One line about a device, for the list of devices. `rows`: what a data sheet calls them, as text. */
export interface DeviceState {
  readonly key: 'pic' | 'pit' | 'uart' | 'ata' | 'keyboard' | 'screen' | 'cmos'
  readonly rows: readonly { readonly name: string; readonly value: string }[]
}

/** What the record of a machine's VM said when the machine was made: where the record says something else now, the VM has moved on. */
export interface VmSeen extends Pick<VmRecord, 'state' | 'memoryMiB' | 'hasDisk' | 'hasNic'> {
  /** When it was switched on the last time, in simulated nanoseconds; null: never. */
  readonly bootedAt: number | null
}

/** How a machine stands; sent whole at each stop, and at most once per drawn frame while it runs. */
export interface MachineState {
  readonly machine: MachineId
  readonly title: string
  /** How its guest is virtualized. */
  readonly technique: TechniqueName
  /** Null for a machine that is no VM's. */
  readonly vm: VmSeen | null
  readonly running: boolean
  readonly pause: PauseReason | null
  readonly end: MachineEnd | null
  readonly tick: number
  /** The latest moment that was reached: the right end of the scrub bar. */
  readonly lastTick: number
  readonly ticksPerSecond: number
  readonly instructions: number
  readonly iterations: number
  /** What the guest's time stamp counter shows. */
  readonly cycles: number
  readonly costs: CostSummary
  readonly cpu: CpuState
  /** In which ring of the physical processor the guest's next instruction runs; null: the monitor interprets it. Without a monitor, CPL. */
  readonly actualRing: number | null
  /** Around pc, pc among them. */
  readonly code: readonly DisassemblyRow[]
  /** From ESP upwards. */
  readonly stack: readonly StackRow[]
  readonly devices: readonly DeviceState[]
  /** 25 lines of 80 characters; null while the guest has not written to the screen. */
  readonly screen: readonly string[] | null
  readonly eventCount: number
  /** The latest events, newest last. */
  readonly recent: readonly MachineEvent[]
  /** Somebody is asked what comes next; null: nobody. */
  readonly ahead: Ahead | null
  /** What was said of it so far, the latest last. */
  readonly predictions: readonly Prediction[]
}

export interface DisassemblyRow {
  readonly address: number
  /** Hex pairs, `89 e5`. */
  readonly bytes: string
  /** NASM's syntax, `mov ebp,esp`; `(not mapped)` where there is nothing to read. */
  readonly text: string
  /** `kernel_main` or `kernel_main+12`. */
  readonly symbol: string | null
  /** Line of the program's source, counted from 1. */
  readonly line: number | null
  readonly privileged: boolean
  /** Behaves differently by ring, without a trap (Popek and Goldberg's sensitive, not privileged). */
  readonly sensitive: boolean
}

export interface StackRow {
  readonly address: number
  readonly value: number | null
  /** A symbol that the value points to, or what the frame makes of it (`return address`). */
  readonly note: string | null
}

export interface MemoryAnswer {
  readonly address: number
  /** One hex pair for each byte; `..` where there is nothing to read. */
  readonly bytes: readonly string[]
}

/** The page-table walk of one linear address, entry by entry. */
export interface WalkAnswer {
  readonly address: number
  readonly paging: boolean
  readonly steps: readonly {
    readonly level: 'directory' | 'table'
    readonly entryAddress: number
    readonly entry: number
    /** Names of the bits that are set, `P RW US A D PS G`. */
    readonly bits: readonly string[]
  }[]
  /** Null: no such page; the error code would then be `error`. */
  readonly physical: number | null
  readonly pageSize: 4096 | 4194304 | null
  readonly error: number | null
}

/** Something that happened, at a moment of the run. Fields that a kind does not have are absent. */
export interface MachineEvent extends MonitorEventParts {
  readonly index: number
  readonly tick: number
  readonly kind: MachineEventKind
  /** The instruction it happened at. */
  readonly eip: number
  readonly symbol: string | null
  readonly fromCpl: number
  readonly toCpl: number
  readonly cycles: number
  readonly vector?: number
  readonly error?: number
  /** Where it went: handler, target of the gate, return address. */
  readonly target?: number
  /** Page fault: the address. */
  readonly address?: number
  readonly port?: number
  readonly write?: boolean
  readonly size?: number
  readonly value?: number
  readonly before?: number
  /** `cr0`, `cr3`, `gdtr`…; for interrupts the line, `irq0`; of VM exits and hypercalls their name. */
  readonly name?: string
  /** Disassembly of the instruction that caused it. */
  readonly cause?: string
}

/** The most telling event in one of the equal pieces of the run up to `lastTick`, the first of its kind there. Pieces in which nothing happened have none. */
export interface MachineMark {
  readonly kind: MachineEventKind
  readonly index: number
  readonly tick: number
}

export interface AssembleMessage {
  readonly severity: 'error' | 'warning'
  /** Counted from 1. */
  readonly line: number
  readonly column: number
  readonly endColumn: number
  readonly message: string
  /** A replacement of line:column…endColumn that would help. */
  readonly suggestion: string | null
}

export interface AssembleAnswer {
  readonly ok: boolean
  readonly messages: readonly AssembleMessage[]
  readonly size: number
}

export interface GuestInfo {
  readonly key: string
  readonly title: string
  readonly description: string
  readonly source: string
}
