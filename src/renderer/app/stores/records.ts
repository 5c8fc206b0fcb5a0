import { defineStore } from 'pinia'
import { computed, shallowReactive, shallowRef, toRaw } from 'vue'
import type { Frame, Snapshot } from '../../../protocol/diff.ts'
import type { AnyRecord, ClockRecord, ProjectRecord, RecordId, RecordType, RecordTypes } from '../../../protocol/records.ts'
import { CLOCK_ID, PROJECT_ID } from '../../../protocol/records.ts'
import { applyDiff, compareSiblings, mapOf, parentOf, RECORD_TYPES, type RecordMaps } from './record-index.ts'

const NONE: readonly RecordId[] = []

/** The window's copy of the core's records. Views read it; only the connection writes it, once per animation frame. */
export const useRecords = defineStore('records', () => {
  const maps = Object.fromEntries(RECORD_TYPES.map((type) => [type, shallowReactive(new Map())])) as unknown as RecordMaps
  const simTime = shallowRef(0)
  const loaded = shallowRef(false)
  const structure = shallowRef(0)

  const childIndex = computed(() => {
    void structure.value
    const byParent = new Map<RecordId, AnyRecord[]>()
    for (const type of ['rack', 'network', 'host', 'hypervisor', 'vm', 'snapshot', 'engine', 'image', 'container'] as const) {
      // Read past the reactive map: only `structure` may rebuild the tree, not every change of a state.
      for (const record of toRaw(maps[type]).values()) {
        const parent = parentOf(record)
        if (!parent) continue
        const siblings = byParent.get(parent)
        if (siblings) siblings.push(record)
        else byParent.set(parent, [record])
      }
    }
    return new Map([...byParent].map(([parent, children]) => [parent, children.sort(compareSiblings).map((child) => child.id)]))
  })

  function load(snapshot: Snapshot): void {
    for (const type of RECORD_TYPES) maps[type].clear()
    for (const record of snapshot.records) mapOf(maps, record.id).set(record.id, record)
    simTime.value = snapshot.simTime
    loaded.value = true
    structure.value++
  }

  function apply(frame: Frame): void {
    if (applyDiff(maps, frame.diff)) structure.value++
    simTime.value = frame.simTime
  }

  /** One record, undefined when it is not (or no longer) there. Reading it in a view makes the view follow it. */
  function get<T extends RecordType>(id: RecordId<T> | null | undefined): RecordTypes[T] | undefined {
    return id ? (mapOf(maps, id).get(id) as RecordTypes[T] | undefined) : undefined
  }

  /** As `get`, without following it: for lists that are rebuilt when `structure` changes. */
  const peek = (id: RecordId): AnyRecord | undefined => toRaw(mapOf(maps, id)).get(id)

  /** All records of a type, by id; follow it to hear of every change to any of them. */
  function all<T extends RecordType>(type: T): ReadonlyMap<RecordId<T>, RecordTypes[T]> {
    return maps[type]
  }

  /** What stands directly under an object, in display order. Changes only when something comes, goes, moves or is renamed. */
  const childrenOf = (id: RecordId): readonly RecordId[] => childIndex.value.get(id) ?? NONE

  const clock = computed<ClockRecord | undefined>(() => maps.clock.get(CLOCK_ID))
  const project = computed<ProjectRecord | undefined>(() => maps.project.get(PROJECT_ID))

  return { simTime, loaded, structure, clock, project, load, apply, get, peek, all, childrenOf }
})
