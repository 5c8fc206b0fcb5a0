import { gpa } from '../../../machine/memory/addresses.ts'
import type { PhysicalMemory } from '../../../machine/memory/physical-memory.ts'
import { CACHE_OFFSET, DATA_OFFSET } from '../../monitor/layout.ts'
import { BUCKET_BYTES, BUCKET_CODE, BUCKETS, EXTRA, INDIRECT_INSTRUCTIONS, LOOKUP_TABLE, MISS, SAVED_ECX, TARGET } from './cache-layout.ts'
import { Emitter, INT3, linearOf } from './emitter.ts'

interface Bucket { readonly index: number; readonly run: number }

/** Where indirect branches lead: a table in the monitor's data by the low byte of the guest's address, and a bucket of code behind each entry that compares the rest. */
export class Lookups {
  readonly #host: PhysicalMemory
  /** Host-physical address of the monitor's own pages. */
  readonly #base: number
  #buckets: Bucket[] = []
  /** The ring whose translations the buckets lead to. */
  #cpl = 0

  constructor(host: PhysicalMemory, base: number) {
    this.#host = host
    this.#base = base
    host.write(gpa(base + CACHE_OFFSET + MISS), INT3, 1)
    for (let index = 0; index < BUCKETS; index++) this.#lead(index, MISS)
  }

  use(cpl: number): void {
    if (cpl !== this.#cpl) this.clear()
    this.#cpl = cpl
  }

  learn(target: number, run: number, at: number): void {
    const index = target & (BUCKETS - 1)
    const place = BUCKET_CODE + index * BUCKET_BYTES
    const out = new Emitter(place)
    out.load(TARGET)
    out.add(-target | 0)
    out.put(0xe3, 1, INT3)
    out.load(EXTRA)
    out.add(INDIRECT_INSTRUCTIONS - 1)
    out.store(EXTRA)
    out.load(SAVED_ECX)
    out.jump(at)
    this.#host.copyIn(gpa(this.#base + CACHE_OFFSET + place), Uint8Array.from(out.bytes))
    this.#lead(index, place)
    this.#buckets = [...this.#buckets.filter((bucket) => bucket.index !== index), { index, run }]
  }

  forget(runs: ReadonlySet<number>): void {
    for (const { index, run } of this.#buckets) if (runs.has(run)) this.#lead(index, MISS)
    this.#buckets = this.#buckets.filter(({ run }) => !runs.has(run))
  }

  clear(): void {
    this.forget(new Set(this.#buckets.map(({ run }) => run)))
  }

  save(): { readonly buckets: readonly Bucket[]; readonly cpl: number } {
    return { buckets: [...this.#buckets], cpl: this.#cpl }
  }

  load({ buckets, cpl }: ReturnType<Lookups['save']>): void {
    this.#buckets = [...buckets]
    this.#cpl = cpl
  }

  #lead(index: number, to: number): void {
    this.#host.write(gpa(this.#base + DATA_OFFSET + LOOKUP_TABLE + index * 4), linearOf(to), 4)
  }
}
