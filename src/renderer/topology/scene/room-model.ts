import type { AnyRecord, RecordId } from '../../../protocol/records.ts'
import { RoomLayout, type RoomPlan } from '../layout/room-layout.ts'
import { describeHost, describeNetworks, describeRacks } from './describe-room.ts'
import { RoomIndex } from './room-index.ts'
import type { HostScene, Words } from './types.ts'

/**
 * Records in, plan out. A changed record derives its own host again and nothing else; hosts that did not change keep
 * their scene and their place as the same objects.
 */
export class RoomModel {
  readonly index = new RoomIndex()
  readonly #scenes = new Map<RecordId<'host'>, HostScene>()
  readonly #layout = new RoomLayout()
  readonly #words: Words
  #plan: RoomPlan | null = null

  constructor(words: Words) {
    this.#words = words
  }

  /** Takes the records as they are now; those that are missing are gone. */
  sync(maps: Iterable<ReadonlyMap<RecordId, AnyRecord>>): void {
    const held: ReadonlyMap<RecordId, AnyRecord>[] = []
    for (const map of maps) {
      held.push(map)
      for (const record of map.values()) this.index.set(record)
    }
    for (const id of [...this.index.ids()]) if (!held.some((map) => map.has(id))) this.index.delete(id)
  }

  /** Derives everything again, for example in another language. */
  invalidate(): void {
    this.#scenes.clear()
    this.#plan = null
  }

  get plan(): RoomPlan {
    const changes = this.index.drain()
    const before = this.#plan
    const hosts = before ? changes.hosts : new Set(this.index.all('host').map((host) => host.id))
    if (before && hosts.size === 0 && !changes.room) return before
    for (const id of before && changes.room ? new Set([...hosts, ...this.#scenes.keys()]) : hosts) {
      const scene = describeHost(this.index, id, this.#words)
      if (scene) this.#scenes.set(id, scene)
      else this.#scenes.delete(id)
    }
    this.#plan = this.#layout.arrange(describeRacks(this.index, this.#scenes), describeNetworks(this.index))
    return this.#plan
  }
}
