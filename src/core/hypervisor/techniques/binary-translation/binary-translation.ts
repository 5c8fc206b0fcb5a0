import type { ActualProcessor } from '../../../../protocol/monitor.ts'
import type { Executor, MonitorPlan, MonitorView, Translations } from '../../../machine/board/executor.ts'
import type { EntryDetail } from '../../../machine/board/monitor-entry.ts'
import type { Cpu } from '../../../machine/cpu/cpu.ts'
import { PAGE_FAULT } from '../../../machine/cpu/fault.ts'
import { run as runPhysical, type Stop } from '../../../machine/cpu/interpreter.ts'
import { BASES, CPL, CR0, CR0_PE, CS, EIP, FLAGS, IF, IOPL_SHIFT, LIMITS, RF, RIGHTS, SS, TF, VMX_MODE } from '../../../machine/cpu/layout.ts'
import { gpa } from '../../../machine/memory/addresses.ts'
import { cpuState } from '../../../machine/inspect/cpu-state.ts'
import type { PhysicalMemory } from '../../../machine/memory/physical-memory.ts'
import { deprivilegedState } from '../../cpu/actual-state.ts'
import type { ShadowKind } from '../../memory/guest-translation.ts'
import { DirectExecution } from '../../monitor/direct-execution.ts'
import { emulate } from '../../monitor/emulate.ts'
import { Entries, type EntryCounts } from '../../monitor/entries.ts'
import { FENCE, HOST_INTERRUPT, IDT_OFFSET, MONITOR_BYTES } from '../../monitor/layout.ts'
import { type GuestSteps, runGuest } from '../../monitor/run-loop.ts'
import { type Block, blockOf, covers, unitsOf } from './blocks.ts'
import { BEFORE_MISS, BEFORE_TABLE, CACHE_LINEAR, FIRST_RUN, MISS } from './cache-layout.ts'
import { type CacheStop, CacheSwitch, codeSegments } from './cache-switch.ts'
import { mayLookAhead } from './guest-pages.ts'
import type { Point, Run } from './run-record.ts'
import { type CacheSnapshot, TranslationCache, type TranslationCounts } from './translation-cache.ts'

/** What the monitor did beside translating. */
export interface MonitorCounts {
  /** Call-outs by mnemonic. */
  readonly callOuts: Record<string, number>
  /** Copies that became call-outs because they trapped often, and call-outs that became copies again. */
  adapted: number
  reverted: number
  /** Indirect branches whose target was not in the table. */
  misses: number
  /** Instructions that were interpreted, not translated: of kernels that are not flat or single-step, and of programs that may change IF. */
  interpreted: number
}

/** Where translated code goes on if nothing comes in between. */
interface Place { readonly run: number; readonly at: number; readonly pc: number; readonly cpl: number }

interface Snapshot {
  readonly execution: ReturnType<DirectExecution['save']>
  readonly cache: CacheSnapshot
  readonly exits: EntryCounts
  readonly counts: MonitorCounts
  readonly place: Place | null
}

const BIG = 0x40_0000
const IOPL = 3 << IOPL_SHIFT
const BP = 3
/** DPL 1 of a gate. */
const RING_1 = 0x2000
/** Traps until a copy becomes a call-out, and times that a call-out must have been needless until it is a copy again. */
const HOT = 4
const COOL = 16

/**
 * Binary translation (Adams and Agesen, ASPLOS 2006): the guest's programs run directly, its kernel runs as a translation of itself in ring 1. Most instructions are copies of themselves; what is
 * privileged or sensitive, and all that depends on where code lies, is replaced. What is not clear is interpreted on the virtual processor.
 *
 * Time: the physical processor counts its instructions; sequences that are longer than what they stand for book the difference in the monitor's data. A run that is limited to the rest of the
 * guest's share never goes too far, because no translation is shorter than its original.
 */
export class BinaryTranslation implements Executor, GuestSteps {
  readonly #virtual: Cpu
  readonly #host: PhysicalMemory
  readonly #execution: DirectExecution
  readonly #cache: TranslationCache
  readonly #switch: CacheSwitch
  readonly #entries: Entries
  #counts: MonitorCounts = { callOuts: {}, adapted: 0, reverted: 0, misses: 0, interpreted: 0 }
  #place: Place | null = null
  /** Whose segments the physical processor has: the kernel's, for translated code, or a program's. */
  #translated = false

  constructor(virtual: Cpu, host: PhysicalMemory, memory: ShadowKind) {
    this.#virtual = virtual
    this.#host = host
    this.#entries = new Entries(virtual, 1)
    this.#execution = new DirectExecution(virtual, host, 1, this.#entries, memory)
    this.#cache = new TranslationCache(virtual, host, this.#execution.translation)
    this.#switch = new CacheSwitch(virtual, this.#execution.physical)
    // Translated code may come to the monitor by `int3`; the guest's programs may not.
    const gate = gpa(virtual.memory.size + IDT_OFFSET + BP * 8 + 4)
    host.write(gate, host.read(gate, 4) | RING_1, 4)
  }

  get physical(): Cpu {
    return this.#execution.physical
  }

  set onEntry(listener: Executor['onEntry']) {
    this.#entries.onEntry = listener
  }

  set onArrival(listener: Executor['onArrival']) {
    this.#entries.onArrival = listener
  }

  /** Entries of the monitor so far. */
  get exits(): EntryCounts {
    return this.#entries.counts
  }

  get counts(): MonitorCounts & TranslationCounts {
    return { ...this.#counts, ...this.#cache.counts }
  }

  /** What is in the cache: translation units in the order of their addresses, the guest's instructions beside their translations. */
  blocks(): readonly Block[] {
    return unitsOf(this.#cache.runs).map((unit) => blockOf(this.#host, this.#virtual.memory.size, unit))
  }

  /** By guest address. */
  translations(around: number | null, count: number): Translations {
    const { s, memory } = this.#virtual
    const pc = s[EIP]! >>> 0
    const units = unitsOf(this.#cache.runs).toSorted((one, other) => (one.run.units[one.n]!.pc >>> 0) - (other.run.units[other.n]!.pc >>> 0) || one.run.id - other.run.id)
    const current = this.#how === 'translated' ? units.find((unit) => covers(unit, pc, s[CPL]!)) : undefined
    const at = units.findLastIndex(({ run, n }) => run.units[n]!.pc >>> 0 <= (around ?? pc))
    const from = Math.max(0, Math.min(at - (count >> 1), units.length - count))
    return { total: units.length, from, blocks: units.slice(from, from + count).map((unit) => blockOf(this.#host, memory.size, unit)), current: current ? current.run.units[current.n]!.pc >>> 0 : null }
  }

  inspect(): MonitorView {
    const { callOuts, ...counts } = this.counts
    const all = { ...counts, callOuts: Object.values(callOuts).reduce((sum, count) => sum + count, 0) }
    return { actual: this.#actual(), counts: [...this.#entries.list(), ...Object.entries(all).map(([name, value]) => ({ name, value }))], denials: [] }
  }

  run(count: number): Stop {
    return runGuest(this.#virtual, count, this)
  }

  save(): Snapshot {
    const counts = { ...this.#counts, callOuts: { ...this.#counts.callOuts } }
    return { execution: this.#execution.save(), cache: this.#cache.save(), exits: this.#entries.save(), counts, place: this.#place }
  }

  load(snapshot: unknown): void {
    const { execution, cache, exits, counts, place } = snapshot as Snapshot
    this.#execution.load(execution)
    this.#cache.load(cache)
    this.#switch.reset()
    this.#translated = false
    this.#entries.load(exits)
    this.#counts = { ...counts, callOuts: { ...counts.callOuts } }
    this.#place = place
  }

  interrupted(): void {
    this.#entries.arrived()
    this.#entries.note('interrupt', HOST_INTERRUPT)
  }

  looked(raised: number, given: number): void {
    this.#entries.spentOnInterrupts(raised, given)
  }

  step(alone: boolean, most: number): boolean {
    const { s } = this.#virtual
    if ((s[CR0]! & CR0_PE) === 0) return emulate(this.#virtual, this.#entries, 'interpret') !== 'shutdown'
    if (s[CPL] === 3) {
      // What `cli` and `popf` of such a program do to IF must not get lost.
      if ((s[FLAGS]! & (IOPL | IF)) !== IF) return this.#interpret()
      if (this.#translated) this.#execution.forgetSegments()
      this.#translated = false
      const vector = this.#execution.execute(alone ? 1 : most)
      return vector === null || this.#execution.handle(vector)
    }
    if (alone || !this.#canTranslate()) return this.#interpret()
    return this.#translatedCode(most)
  }

  /** What `step` would do. */
  get #how(): ActualProcessor['how'] {
    const { s } = this.#virtual
    if ((s[CR0]! & CR0_PE) === 0) return 'interpreted'
    if (s[CPL] === 3) return (s[FLAGS]! & (IOPL | IF)) === IF ? 'direct' : 'interpreted'
    return this.#canTranslate() ? 'translated' : 'interpreted'
  }

  #actual(): ActualProcessor {
    const how = this.#how
    const { physical } = this.#execution
    if (how === 'interpreted') return { how, cpu: cpuState(physical) }
    const cpu = deprivilegedState(this.#virtual, physical, 1)
    if (how === 'direct') return { how, cpu }
    const { s } = this.#virtual
    const at = this.#place?.pc === s[EIP]! >>> 0 && this.#cache.has(this.#place.run) ? this.#place.at : this.#cache.known(s[EIP]!, s[CPL]!)
    // Where nothing is translated yet, the processor is in the monitor, which does that first.
    return { how, cpu: { ...cpu, eip: at === null ? cpuState(physical).eip : (CACHE_LINEAR + at) >>> 0, ...codeSegments(cpu) } }
  }

  /** Flat, 32 bits wide, in front of the fence, without single steps. */
  #canTranslate(): boolean {
    const { s } = this.#virtual
    const flat = (s[BASES + CS]! | ~s[LIMITS + CS]! | (~s[RIGHTS + CS]! & BIG) | (~s[RIGHTS + SS]! & BIG)) === 0
    return flat && (s[FLAGS]! & (TF | RF)) === 0 && s[VMX_MODE] === 0 && s[EIP]! >>> 0 < FENCE - 0x1000
  }

  #interpret(): boolean {
    this.#counts.interpreted++
    return emulate(this.#virtual, this.#entries, 'interpret') !== 'shutdown'
  }

  #translatedCode(most: number): boolean {
    const virtual = this.#virtual
    const { physical } = this.#execution
    this.#cache.settle(virtual.s[CPL]!)
    const at = this.#resume()
    if (at === null) return this.#interpret()
    if (!this.#translated) this.#switch.reset()
    this.#translated = true
    this.#switch.enter(at)
    this.#execution.useTables()
    const { instructions, iterations } = physical
    runPhysical(physical, most)
    while (physical.s[CPL] !== 0 && !this.#betweenInstructions()) runPhysical(physical, 1)
    const stop = this.#switch.leave()
    virtual.iterations += physical.iterations - iterations
    return this.#stopped(stop, physical.instructions - instructions)
  }

  /** Offset in the cache at which the guest goes on; null: its code cannot be read. */
  #resume(): number | null {
    const { s } = this.#virtual
    const place = this.#place
    this.#place = null
    const pc = s[EIP]! >>> 0
    const cpl = s[CPL]!
    if (place?.pc === pc && place.cpl === cpl && this.#cache.has(place.run)) return place.at
    const entry = this.#cache.find(pc, cpl)
    this.#spentOnTranslation(0)
    if (this.#cache.made > 0) {
      this.#entries.arrived(1, pc)
      this.#entries.tell('translated', -1, this.#block(pc))
    }
    return entry?.at ?? null
  }

  #block(pc: number): EntryDetail {
    const { made } = this.#cache
    this.#cache.made = 0
    return { kind: 'block', pc: pc >>> 0, instructions: made }
  }

  /** @param entries of the monitor that led to it. */
  #spentOnTranslation(entries: number): void {
    this.#entries.spend('resume', entries)
    this.#entries.spend('lookUp', entries)
    this.#entries.spent('translate', this.#cache.counts.instructions)
  }

  /** Whether the guest's state is that between two of its instructions. */
  #betweenInstructions(): boolean {
    const at = (this.#execution.physical.s[EIP]! - CACHE_LINEAR) | 0
    return this.#cache.pointAt(at)?.point.start === at
  }

  #stopped({ vector, at }: CacheStop, executed: number): boolean {
    const virtual = this.#virtual
    const own = executed - this.#switch.extra - (vector === BP ? 1 : 0)
    if (at < FIRST_RUN) {
      virtual.instructions += own - (at === MISS ? BEFORE_TABLE : BEFORE_MISS) + 1
      return this.#missed(this.#switch.target >>> 0)
    }
    const found = this.#cache.pointAt(at)
    if (!found) throw new Error(`Translated code stopped at ${at}, where nothing begins.`)
    const { run, point } = found
    virtual.instructions += own - point.pending
    this.#switch.resumeAt(point.pc, point.torn)
    this.#goOn(run.id, point.start, point.pc)
    if (vector === null) return true
    this.#entries.arrived()
    return vector === BP ? this.#serve(run, point) : this.#trapped(vector, run, point)
  }

  #goOn(run: number, at: number, pc: number): void {
    this.#place = at < 0 ? null : { run, at, pc: pc >>> 0, cpl: this.#virtual.s[CPL]! }
  }

  /** An indirect branch to where none led lately; it is done. */
  #missed(target: number): boolean {
    this.#switch.resumeAt(target, true)
    this.#entries.arrived(0)
    this.#counts.misses++
    const entry = mayLookAhead(this.#virtual, target) ? this.#cache.find(target, this.#virtual.s[CPL]!) : null
    this.#spentOnTranslation(1)
    this.#entries.note('translated', BP, this.#block(target))
    if (entry) {
      this.#cache.learn(target, entry)
      this.#goOn(entry.run, entry.at, target)
    }
    return true
  }

  #serve(run: Run, point: Point): boolean {
    if (point.service !== 'link') return this.#callOut(run, point)
    const ahead = mayLookAhead(this.#virtual, point.target)
    const entry = ahead ? this.#cache.find(point.target, run.cpl) : null
    this.#spentOnTranslation(1)
    this.#entries.note('translated', BP, this.#block(point.target))
    if (entry) this.#cache.link(run, point.at, entry)
    if (entry && point.instruction < 0) this.#goOn(entry.run, entry.at, point.target)
    if (ahead) return true
    // The guest goes there first: an interrupt may come before it fetches anything.
    this.#place = null
    return point.instruction < 0 || emulate(this.#virtual, this.#entries, 'callOut') !== 'shutdown'
  }

  #callOut(run: Run, point: Point): boolean {
    const { pc, length, end, mnemonic } = run.instructions[point.instruction]!
    this.#counts.callOuts[mnemonic] = (this.#counts.callOuts[mnemonic] ?? 0) + 1
    this.#forgetWrites()
    this.#place = null
    this.#entries.note(point.service === 'adapted' ? 'traced write' : 'emulated', BP)
    this.#entries.spend('resume')
    if (emulate(this.#virtual, this.#entries, point.service === 'adapted' ? 'tracedStore' : 'callOut') === 'shutdown') return false
    if (point.service === 'adapted') {
      point.heat = this.#hasWritten ? 0 : point.heat + 1
      if (point.heat === COOL && this.#cache.has(run.id)) {
        this.#cache.adapt(point, false)
        this.#counts.reverted++
      }
    }
    this.#behind(run, pc + length, end)
    return true
  }

  /** Whether the guest has written to a traced page since. */
  get #hasWritten(): boolean {
    return this.#cache.touched || this.#execution.translation.touched
  }

  #forgetWrites(): void {
    this.#cache.touched = this.#execution.translation.touched = false
  }

  #trapped(vector: number, run: Run, point: Point): boolean {
    this.#forgetWrites()
    if (!this.#execution.handle(vector)) return false
    const instruction = run.instructions[point.instruction]
    if (!instruction || (this.#entries.last !== 'emulated' && this.#entries.last !== 'traced write')) return true
    this.#place = null
    this.#behind(run, instruction.pc + instruction.length, instruction.end)
    if (vector !== PAGE_FAULT || !this.#hasWritten || !instruction.ident) return true
    point.heat++
    if (point.heat < HOT || !this.#cache.has(run.id)) return true
    this.#cache.adapt(point, true)
    this.#counts.adapted++
    return true
  }

  /** Translated code goes on behind an instruction that was done for it, if that is where the guest is and the run does not end there. */
  #behind(run: Run, next: number, at: number): void {
    if (this.#virtual.s[EIP]! >>> 0 !== next >>> 0) return
    const point = this.#cache.pointAt(at)?.point
    if (point?.start === at && point.pc >>> 0 === next >>> 0) this.#goOn(run.id, at, next)
  }
}

interface BinaryTranslationPlan extends MonitorPlan {
  make(cpu: Cpu, host: PhysicalMemory): BinaryTranslation
}

export interface BinaryTranslationOptions { readonly memory?: ShadowKind }

export const binaryTranslation = ({ memory = 'virtual-tlb' }: BinaryTranslationOptions = {}): BinaryTranslationPlan => ({
  hostBytes: (guestBytes) => guestBytes + MONITOR_BYTES,
  make: (cpu, host) => new BinaryTranslation(cpu, host, memory),
})
