import { translateRead } from '../../../machine/cpu/access.ts'
import type { Cpu } from '../../../machine/cpu/cpu.ts'
import { FAULT } from '../../../machine/cpu/fault.ts'
import { gpa } from '../../../machine/memory/addresses.ts'
import type { PhysicalMemory } from '../../../machine/memory/physical-memory.ts'
import type { GuestTranslation } from '../../memory/guest-translation.ts'
import { CACHE_BYTES, CACHE_OFFSET } from '../../monitor/layout.ts'
import { FIRST_RUN } from './cache-layout.ts'
import { INT3 } from './emitter.ts'
import { isAccessed } from './guest-pages.ts'
import { Lookups } from './lookups.ts'
import type { Link, Point, Run } from './run-record.ts'
import { MOST_RUN_BYTES, translateRun } from './translate-run.ts'

const JUMP = 0xe9

/** What the translator did so far. */
export interface TranslationCounts {
  /** Translation units and guest instructions translated. */
  units: number
  instructions: number
  /** Jumps that were patched to lead from translation to translation. */
  chained: number
  /** Times that all translations were dropped to make room. */
  evictions: number
  /** Runs dropped because the guest wrote to their code, or because something else lies at their address now. */
  written: number
  remapped: number
}

interface Entry { readonly run: number; readonly at: number }

export interface CacheSnapshot {
  readonly runs: readonly Run[]
  readonly entries: readonly (readonly [number, Entry])[]
  readonly pages: readonly (readonly [number, number])[]
  readonly lookups: ReturnType<Lookups['save']>
  readonly free: number
  readonly nextId: number
  readonly moved: boolean
  readonly counts: TranslationCounts
}

const copyOf = (run: Run): Run => ({ ...run, points: run.points.map((point) => ({ ...point })), links: run.links.map((link) => ({ ...link })) })
const keyOf = (pc: number, cpl: number): number => (pc >>> 0) * 4 + cpl

/** The translated code in the monitor's memory, and what is known about it. Offsets are those of cache-layout.ts. */
export class TranslationCache {
  counts: TranslationCounts = { units: 0, instructions: 0, chained: 0, evictions: 0, written: 0, remapped: 0 }
  /** Guest instructions of the latest translation that was made; cleared by whoever has seen it. */
  made = 0
  /** A page with translated code was written since this was cleared. */
  touched = false
  readonly #virtual: Cpu
  readonly #host: PhysicalMemory
  readonly #translation: GuestTranslation
  readonly #lookups: Lookups
  /** Host-physical address of offset 0. */
  readonly #base: number
  /** In the order of their addresses. */
  #runs: Run[] = []
  #alive = new Set<number>()
  /** By guest-physical page. */
  #byPage = new Map<number, Run[]>()
  #entries = new Map<number, Entry>()
  /** Guest-physical page by linear page, as the runs have it. */
  #pages = new Map<number, number>()
  #doomed = new Set<number>()
  /** The guest flushed translations: other pages may lie at the runs' addresses. */
  #moved = false
  #free = FIRST_RUN
  #nextId = 1

  constructor(virtual: Cpu, host: PhysicalMemory, translation: GuestTranslation) {
    this.#virtual = virtual
    this.#host = host
    this.#translation = translation
    this.#base = virtual.memory.size + CACHE_OFFSET
    this.#lookups = new Lookups(host, virtual.memory.size)
    host.watch({
      codeWritten: (page, offset, size) => this.#written(page, offset, size),
      codeAppeared: () => undefined,
      holdsCode: (page) => this.#byPage.has(page),
      cleaned: () => undefined,
    })
    const { follower } = virtual.tlb
    virtual.tlb.follower = {
      flush: () => {
        this.#moved = true
        follower?.flush()
      },
      flushPage: (linear) => {
        if (this.#pages.has(linear >>> 12)) this.#moved = true
        follower?.flushPage(linear)
      },
    }
  }

  get runs(): readonly Run[] {
    return this.#runs
  }

  /** Drops what is not true any more. Before each entry; nothing of a run is executing. */
  settle(cpl: number): void {
    if (this.#moved) {
      this.#moved = false
      for (const [linear, page] of [...this.#pages]) if (!isAccessed(this.#virtual, linear * 0x1000, page)) this.#drop(this.#runs.filter((run) => run.pc >>> 12 === linear), 'remapped')
    }
    if (this.#doomed.size > 0) {
      this.#drop(this.#runs.filter((run) => this.#doomed.has(run.id)), 'written')
      this.#doomed.clear()
    }
    this.#lookups.use(cpl)
  }

  has(run: number): boolean {
    return this.#alive.has(run)
  }

  /** Offset of the translation that begins at a guest address, made where there is none; null: the guest's fetch faults, or leads to a device. */
  find(pc: number, cpl: number): Entry | null {
    const known = this.#entries.get(keyOf(pc, cpl))
    return known ?? this.#translate(pc, cpl)
  }

  /** Offset of the translation at a guest address, if there is one. */
  known(pc: number, cpl: number): number | null {
    return this.#entries.get(keyOf(pc, cpl))?.at ?? null
  }

  /** The physical instruction at an offset. */
  pointAt(at: number): { readonly run: Run; readonly point: Point } | null {
    const run = last(this.#runs, (one) => one.at <= at)
    const point = run && last(run.points, (one) => one.at <= at)
    return run && point && point.at === at ? { run, point } : null
  }

  /** Chains the jump of an `int3` at this offset to a translation. */
  link(run: Run, at: number, to: Entry): void {
    const link = run.links.find(({ site }) => site === at)
    if (!link || !this.has(run.id)) return
    link.to = to.run
    this.counts.chained++
    if (link.displacement < 0) {
      this.#patch(link.site + 1, to.at - link.site - 5, 4)
      this.#patch(link.site, JUMP, 1)
    } else this.#patch(link.displacement, to.at - link.displacement - 4, 4)
  }

  /** Indirect branches find this target without the monitor. */
  learn(target: number, to: Entry): void {
    this.#lookups.learn(target, to.run, to.at)
  }

  /** A copied instruction becomes a call-out, or a copy again. */
  adapt(point: Point, callOut: boolean): void {
    this.#patch(point.at, callOut ? INT3 : this.#firstByte(point), 1)
    point.service = callOut ? 'adapted' : null
    point.heat = 0
  }

  save(): CacheSnapshot {
    return {
      runs: this.#runs.map(copyOf), entries: [...this.#entries], pages: [...this.#pages], lookups: this.#lookups.save(),
      free: this.#free, nextId: this.#nextId, moved: this.#moved, counts: { ...this.counts },
    }
  }

  /** After memory and the tables of the translation have been restored. */
  load({ runs, entries, pages, lookups, free, nextId, moved, counts }: CacheSnapshot): void {
    this.#forgetRuns()
    for (const run of runs) this.#add(copyOf(run))
    this.#entries = new Map(entries)
    this.#pages = new Map(pages)
    this.#lookups.load(lookups)
    this.#doomed.clear()
    this.#free = free
    this.#nextId = nextId
    this.#moved = moved
    this.counts = { ...counts }
    for (const page of this.#byPage.keys()) this.#host.markCode(page, true)
  }

  #translate(pc: number, cpl: number): Entry | null {
    const page = this.#pageOf(pc)
    if (page === null) return null
    if (this.#free + MOST_RUN_BYTES > CACHE_BYTES) this.#evict()
    const bytes = this.#host.bytes.subarray(page * 0x1000, (page + 1) * 0x1000)
    const { run, code } = translateRun({ id: this.#nextId++, cpl, pc, page, at: this.#free, bytes })
    this.#host.copyIn(gpa(this.#base + run.at), code)
    this.#free = run.atEnd
    const isNew = !this.#byPage.has(page)
    this.#add(run)
    for (const unit of run.units) {
      const key = keyOf(unit.pc, cpl)
      if (!this.#entries.has(key)) this.#entries.set(key, { run: run.id, at: unit.at })
    }
    this.counts.units += run.units.length
    this.counts.instructions += run.instructions.length
    this.made = run.instructions.length
    this.#pages.set(pc >>> 12, page)
    if (isNew) this.#trace([page])
    return { run: run.id, at: run.at }
  }

  /** Guest-physical page of the code at a linear address; null: none. */
  #pageOf(pc: number): number | null {
    let physical: number
    try {
      physical = translateRead(this.#virtual, pc, false)
    } catch (error) {
      if (error !== FAULT) throw error
      return null
    }
    if (!this.#virtual.memory.isRam(gpa(physical))) return null
    const page = physical >>> 12
    const known = this.#pages.get(pc >>> 12)
    if (known !== undefined && known !== page) this.#drop(this.#runs.filter((run) => run.pc >>> 12 === pc >>> 12), 'remapped')
    return page
  }

  #add(run: Run): void {
    this.#runs.push(run)
    this.#alive.add(run.id)
    const same = this.#byPage.get(run.page)
    if (same) same.push(run)
    else this.#byPage.set(run.page, [run])
  }

  #forgetRuns(): void {
    this.#runs = []
    this.#alive.clear()
    this.#byPage.clear()
  }

  /** Writes to pages with translated code are seen, others are not: these have got their first, or lost their last. */
  #trace(pages: Iterable<number>): void {
    for (const page of pages) this.#host.markCode(page, this.#byPage.has(page))
    this.#translation.trace(new Set(this.#byPage.keys()))
  }

  #written(page: number, offset: number, size: number): void {
    for (const run of this.#byPage.get(page) ?? []) {
      this.touched = true
      const hit = run.units.some((unit) => {
        const first = unit.pc & 0xfff
        return offset < first + (unit.end - unit.pc) && offset + size > first
      })
      if (hit) this.#doomed.add(run.id)
    }
  }

  #drop(runs: readonly Run[], why: 'written' | 'remapped'): void {
    if (runs.length === 0) return
    const ids = new Set(runs.map(({ id }) => id))
    this.counts[why] += runs.length
    const kept = this.#runs.filter(({ id }) => !ids.has(id))
    this.#forgetRuns()
    for (const run of kept) this.#add(run)
    for (const [key, { run }] of this.#entries) if (ids.has(run)) this.#entries.delete(key)
    for (const run of this.#runs) for (const link of run.links) if (ids.has(link.to)) this.#unlink(link)
    this.#lookups.forget(ids)
    const linear = new Set(this.#runs.map((run) => run.pc >>> 12))
    for (const page of [...this.#pages.keys()]) if (!linear.has(page)) this.#pages.delete(page)
    this.#trace(new Set(runs.map(({ page }) => page)))
  }

  #unlink(link: Link): void {
    link.to = -1
    if (link.displacement < 0) this.#patch(link.site, INT3, 1)
    else this.#patch(link.displacement, link.site - link.displacement - 4, 4)
  }

  #evict(): void {
    const pages = [...this.#byPage.keys()]
    this.counts.evictions++
    this.#forgetRuns()
    this.#entries.clear()
    this.#pages.clear()
    this.#doomed.clear()
    this.#lookups.clear()
    this.#free = FIRST_RUN
    this.#trace(pages)
  }

  /** The copy's first byte is the guest's. */
  #firstByte({ pc }: Point): number {
    return this.#host.bytes[(this.#pages.get(pc >>> 12) ?? 0) * 0x1000 + (pc & 0xfff)]!
  }

  #patch(at: number, value: number, size: 1 | 4): void {
    for (let i = 0; i < size; i++) this.#host.write(gpa(this.#base + at + i), (value >>> (8 * i)) & 0xff, 1)
  }
}

/** The last of an ordered list for which something holds that holds for a beginning of it. */
function last<T>(list: readonly T[], holds: (one: T) => boolean): T | null {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (holds(list[middle]!)) low = middle + 1
    else high = middle
  }
  return low === 0 ? null : list[low - 1]!
}
