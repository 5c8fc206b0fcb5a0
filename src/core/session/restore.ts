import type { AnyRecord, RecordId, RecordType } from '../../protocol/records.ts'
import { canonicalJson } from '../base/canonical-json.ts'
import { Failure } from '../base/failure.ts'
import type { Change, ReversibleDiff } from '../store/diff.ts'
import type { Store } from '../store/store.ts'
import { recordName } from './edit-names.ts'

type Fields = Readonly<Record<string, unknown>>

/** History, not state: an edit that is taken back leaves its trace in the timeline. */
const HISTORY: ReadonlySet<RecordType> = new Set(['event', 'task'])
/** Records that may outlive what they speak of. */
const NO_DEPENDANT: ReadonlySet<RecordType> = new Set(['event', 'task', 'build', 'project', 'clock'])
/** Fields by which one record stands on another. */
const REFERENCES = ['room', 'rack', 'host', 'hypervisor', 'vm', 'engine', 'owner', 'container', 'parent', 'currentSnapshot', 'target'] as const
/** Kept by the engines as sums over what is there; never restored, always recomputed. */
const DERIVED = new Set(['host.memoryUsedMiB', 'host.vcpusUsed'])
/** Go on changing as simulated time passes: restored as they were, whatever became of them since. */
const LIFECYCLE = new Set(['state', 'since', 'boot', 'faultText', 'console', 'os', 'osName', 'kernel'])
/** Can change under a running machine. */
const COSMETIC = new Set(['name', 'order', 'rack', 'room'])

/** The part of an edit that undo takes back. */
export function restorable(changes: ReversibleDiff): ReversibleDiff {
  return new Map([...changes].filter(([id]) => !HISTORY.has(id.slice(0, id.indexOf(':')) as RecordType)))
}

/** The same change, seen from its end. */
export function reversed(changes: ReversibleDiff): ReversibleDiff {
  return new Map([...changes].reverse().map(([id, { before, after }]) => [id, { before: after, after: before }]))
}

/**
 * Puts changes into the store again, as undo (of the reversed diff) and redo do. Checks everything first and throws `conflict`,
 * naming the object that is in the way. Call inside a transaction.
 */
export function applyChanges(store: Store, changes: ReversibleDiff): void {
  refuseWhileTasksRun(store, changes)
  for (const [id, change] of changes) {
    const now = store.get(id)
    if (!change.after) checkRemoval(now)
    else if (!change.before) checkReturn(store, changes, now, change.after)
    else checkUpdate(now, change.before, change.after)
  }
  refuseOrphans(store, changes)
  for (const [id, { before, after }] of changes) {
    if (!after) store.remove(id)
    else if (!before) store.put(after)
    else store.put({ ...store.require(id), ...restoredFields(before, after) })
  }
}

function restoredFields(before: AnyRecord, after: AnyRecord): Fields {
  const was = fieldsOf(before)
  return Object.fromEntries(Object.entries(after).filter(([key, value]) => was[key] !== value && !DERIVED.has(`${after.type}.${key}`)))
}

function refuseWhileTasksRun(store: Store, changes: ReversibleDiff): void {
  const task = store.all('task').find(({ state, subject }) => state === 'running' && subject !== null && changes.has(subject))
  if (task) throw new Failure('conflict', `"${task.title}" is still running.`, 'Wait until it is done, or cancel it.')
}

function checkRemoval(now: AnyRecord | undefined): void {
  if (now) refuseAwake(now)
}

function checkReturn(store: Store, changes: ReversibleDiff, now: AnyRecord | undefined, after: AnyRecord): void {
  if (now) throw new Failure('conflict', `${recordName(now)} is already there.`)
  for (const id of referencesOf(after)) {
    if (store.get(id) ?? changes.get(id)?.after) continue
    throw new Failure('conflict', `${recordName(after)} stands on something that is gone (${id}).`)
  }
}

function checkUpdate(now: AnyRecord | undefined, before: AnyRecord, after: AnyRecord): void {
  if (!now) throw new Failure('conflict', `${recordName(after)} is gone.`)
  const changed = Object.keys(restoredFields(before, after))
  if (changed.some((key) => !COSMETIC.has(key))) refuseAwake(now)
  const [is, was] = [fieldsOf(now), fieldsOf(before)]
  const conflict = changed.find((key) => !LIFECYCLE.has(key) && is[key] !== was[key] && canonicalJson(is[key]) !== canonicalJson(was[key]))
  if (conflict) throw new Failure('conflict', `${recordName(now)} has changed since (${conflict}).`, 'Change it by hand instead.')
}

/** Machines and containers at work keep their records; what a product runs for itself goes with it. */
function refuseAwake(record: AnyRecord): void {
  if (record.type === 'vm' && record.role === 'guest' && record.state !== 'off') {
    throw new Failure('conflict', `${record.name} is ${record.state === 'fault' ? 'in a fault' : record.state}.`, 'Stop it first.')
  }
  if (record.type === 'container' && (record.state === 'running' || record.state === 'paused')) {
    throw new Failure('conflict', `Container ${record.name} is ${record.state}.`, 'Stop it first.')
  }
}

function refuseOrphans(store: Store, changes: ReversibleDiff): void {
  const leaving = new Map([...changes].filter(([id, change]) => !change.after && store.get(id)))
  if (leaving.size === 0) return
  for (const record of store.everything()) {
    if (NO_DEPENDANT.has(record.type) || isLeaving(leaving, record.id)) continue
    const support = referencesOf(afterChange(changes, record)).find((id) => isLeaving(leaving, id))
    if (!support) continue
    const owner = store.get(support)
    throw new Failure('conflict', `${recordName(record)} is on ${owner ? recordName(owner) : support}.`, 'Remove it first.')
  }
}

const isLeaving = (leaving: ReadonlyMap<RecordId, Change>, id: RecordId): boolean => leaving.has(id)

function afterChange(changes: ReversibleDiff, record: AnyRecord): AnyRecord {
  const change = changes.get(record.id)
  return change?.before && change.after ? ({ ...record, ...restoredFields(change.before, change.after) }) : record
}

function fieldsOf(record: AnyRecord): Fields {
  return record as unknown as Fields
}

function referencesOf(record: AnyRecord): RecordId[] {
  const fields = fieldsOf(record)
  return REFERENCES.map((key) => fields[key]).filter((value): value is RecordId => typeof value === 'string')
}
