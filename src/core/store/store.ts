import type { RecordsDiff } from '../../protocol/diff.ts'
import { typeOfId, type AnyRecord, type RecordId, type RecordType, type RecordTypes } from '../../protocol/records.ts'
import { canonicalJson } from '../base/canonical-json.ts'
import { Failure } from '../base/failure.ts'
import { sha256Hex, type Sha256Factory } from '../base/hasher.ts'
import { changedFields, type Change, type ReversibleDiff } from './diff.ts'

/**
 * All records that can be seen. Rules:
 * 1. A record is replaced, never mutated; a field is `null`, never absent.
 * 2. Inside `transaction` either everything happens or, if the body throws, nothing.
 * 3. `takeDiff` answers the net change since it was last called: a record added and removed in between does not appear.
 */
export class Store {
  private readonly records = new Map<RecordId, AnyRecord>()
  private readonly byType = new Map<RecordType, Map<RecordId, AnyRecord>>()
  /** State of each touched record when the pending diff began. */
  private pending = new Map<RecordId, AnyRecord | undefined>()
  private open: Map<RecordId, AnyRecord | undefined> | undefined
  /** Called at the first write after `takeDiff`: there is something to take. */
  whenPending: (() => void) | undefined

  get<T extends RecordType>(id: RecordId<T>): RecordTypes[T] | undefined {
    return this.records.get(id) as RecordTypes[T] | undefined
  }

  /** The record, or a `not-found` failure that names it. */
  require<T extends RecordType>(id: RecordId<T>): RecordTypes[T] {
    const record = this.get(id)
    if (!record) throw new Failure('not-found', `There is no ${id}.`, 'It may have been removed in the meantime.')
    return record
  }

  /** Records of one type, in the order in which they were added. */
  all<T extends RecordType>(type: T): RecordTypes[T][] {
    return [...(this.byType.get(type)?.values() ?? [])] as RecordTypes[T][]
  }

  /** How many records there are of one type. */
  count(type: RecordType): number {
    return this.byType.get(type)?.size ?? 0
  }

  everything(): IterableIterator<AnyRecord> {
    return this.records.values()
  }

  put(record: AnyRecord): void {
    this.write(record.id, record)
  }

  update<T extends RecordType>(id: RecordId<T>, fields: Partial<Omit<RecordTypes[T], 'id' | 'type'>>): void {
    this.write(id, { ...this.require(id), ...fields })
  }

  remove(id: RecordId): void {
    if (this.records.has(id)) this.write(id, undefined)
  }

  /** Runs a synchronous body as one step; answers its value and what it changed, ready to be reversed. */
  transaction<T>(body: () => T): { readonly value: T; readonly changes: ReversibleDiff } {
    if (this.open) throw new Error('transactions do not nest')
    const before = new Map<RecordId, AnyRecord | undefined>()
    this.open = before
    try {
      const value = body()
      return { value, changes: this.changesSince(before) }
    } catch (error) {
      for (const [id, record] of [...before].reverse()) this.write(id, record)
      throw error
    } finally {
      this.open = undefined
    }
  }

  /** Net change since the last call. */
  takeDiff(): RecordsDiff | undefined {
    if (this.pending.size === 0) return undefined
    const changes = this.changesSince(this.pending)
    this.pending = new Map<RecordId, AnyRecord | undefined>()
    return changes.size === 0 ? undefined : toDiff(changes)
  }

  /** SHA-256 over every record in canonical form, ordered by id: equal states have equal hashes. */
  hash(factory?: Sha256Factory): string {
    const ids = [...this.records.keys()].sort()
    return sha256Hex(ids.map((id) => canonicalJson(this.records.get(id))).join('\n'), factory)
  }

  private write(id: RecordId, record: AnyRecord | undefined): void {
    const old = this.records.get(id)
    const first = this.pending.size === 0
    if (!this.pending.has(id)) this.pending.set(id, old)
    if (this.open && !this.open.has(id)) this.open.set(id, old)
    const type = typeOfId(id)
    let siblings = this.byType.get(type)
    if (!siblings) this.byType.set(type, (siblings = new Map<RecordId, AnyRecord>()))
    if (record) {
      this.records.set(id, record)
      siblings.set(id, record)
    } else {
      this.records.delete(id)
      siblings.delete(id)
    }
    if (first) this.whenPending?.()
  }

  private changesSince(start: ReadonlyMap<RecordId, AnyRecord | undefined>): ReversibleDiff {
    const changes = new Map<RecordId, Change>()
    for (const [id, before] of start) {
      const after = this.records.get(id)
      if (before !== after) changes.set(id, { before, after })
    }
    return changes
  }
}

export function toDiff(changes: ReversibleDiff): RecordsDiff {
  const added: Record<string, AnyRecord> = {}
  const updated: Record<string, Readonly<Record<string, unknown>>> = {}
  const removed: RecordId[] = []
  for (const [id, { before, after }] of changes) {
    if (!after) removed.push(id)
    else if (!before) added[id] = after
    else {
      const fields = changedFields(before, after)
      if (fields) updated[id] = fields
    }
  }
  return { added, updated, removed }
}
