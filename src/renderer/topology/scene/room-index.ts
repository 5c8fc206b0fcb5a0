import { typeOfId, type AnyRecord, type RecordId, type RecordType, type RecordTypes } from '../../../protocol/records.ts'

const SHOWN: ReadonlySet<RecordType> = new Set<RecordType>(['rack', 'host', 'hypervisor', 'vm', 'snapshot', 'network', 'engine', 'container', 'process'])

/** What changed since the last look. */
export interface RoomChanges {
  /** Hosts whose picture must be derived again; one that is gone is in here too. */
  readonly hosts: ReadonlySet<RecordId<'host'>>
  /** Racks or networks came, went or changed: the room itself must be laid out again. */
  readonly room: boolean
}

/**
 * The records of the picture, indexed by who contains whom. Takes changes one record at a time and remembers which
 * hosts they touch, so that a changed state costs one host and not the room.
 */
export class RoomIndex {
  readonly #records = new Map<RecordId, AnyRecord>()
  readonly #children = new Map<RecordId, Set<RecordId>>()
  readonly #dirty = new Set<RecordId<'host'>>()
  #roomDirty = true

  /** Adds or replaces a record. Types that are not drawn are ignored. */
  set(record: AnyRecord): void {
    if (!SHOWN.has(record.type)) return
    const before = this.#records.get(record.id)
    if (before === record) return
    if (before) this.#unlink(before)
    this.#records.set(record.id, record)
    const parent = parentOf(record)
    if (parent) this.#linked(parent).add(record.id)
    this.#touch(record)
  }

  delete(id: RecordId): void {
    const record = this.#records.get(id)
    if (!record) return
    this.#touch(record)
    this.#unlink(record)
    this.#records.delete(id)
  }

  get<T extends RecordType>(id: RecordId<T>): RecordTypes[T] | undefined {
    return this.#records.get(id) as RecordTypes[T] | undefined
  }

  ids(): IterableIterator<RecordId> {
    return this.#records.keys()
  }

  /** Children of one type, in their order of creation where they carry one, else by id of arrival. */
  children<T extends RecordType>(parent: RecordId, type: T): RecordTypes[T][] {
    const found: RecordTypes[T][] = []
    for (const id of this.#children.get(parent) ?? []) if (typeOfId(id) === type) found.push(this.#records.get(id) as RecordTypes[T])
    return found.sort((a, b) => orderOf(a) - orderOf(b) || (a.id < b.id ? -1 : 1))
  }

  all<T extends RecordType>(type: T): RecordTypes[T][] {
    const found: RecordTypes[T][] = []
    for (const record of this.#records.values()) if (record.type === type) found.push(record as RecordTypes[T])
    return found.sort((a, b) => orderOf(a) - orderOf(b) || (a.id < b.id ? -1 : 1))
  }

  parent(id: RecordId): RecordId | null {
    const record = this.#records.get(id)
    return record ? parentOf(record) : null
  }

  /** The host that an object is on, itself included; null for racks and networks, and for what has lost its parent. */
  hostOf(id: RecordId): RecordId<'host'> | null {
    for (let at: RecordId | null = id; at; at = this.parent(at)) if (typeOfId(at) === 'host') return at as RecordId<'host'>
    return null
  }

  /** The changes since the last call. */
  drain(): RoomChanges {
    const changes = { hosts: new Set(this.#dirty), room: this.#roomDirty }
    this.#dirty.clear()
    this.#roomDirty = false
    return changes
  }

  #touch(record: AnyRecord): void {
    if (record.type === 'rack' || record.type === 'network') this.#roomDirty = true
    const host = this.hostOf(record.id)
    if (host) this.#dirty.add(host)
  }

  #linked(parent: RecordId): Set<RecordId> {
    let set = this.#children.get(parent)
    if (!set) this.#children.set(parent, (set = new Set()))
    return set
  }

  #unlink(record: AnyRecord): void {
    const parent = parentOf(record)
    if (!parent) return
    const host = this.hostOf(parent)
    if (host) this.#dirty.add(host)
    this.#children.get(parent)?.delete(record.id)
  }
}

function parentOf(record: AnyRecord): RecordId | null {
  switch (record.type) {
    case 'host': return record.rack
    case 'hypervisor': return record.host
    case 'vm': return record.host
    case 'snapshot': return record.vm
    case 'engine': return record.owner
    case 'container': return record.engine
    case 'process': return record.container
    default: return null
  }
}

function orderOf(record: AnyRecord): number {
  if ('order' in record) return record.order
  if (record.type === 'container') return record.createdAt
  if (record.type === 'process') return record.pid
  return 0
}
