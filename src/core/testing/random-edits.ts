import fc from 'fast-check'
import type { AnyRecord, RackRecord, RecordId } from '../../protocol/records.ts'

/** A change of a store over a handful of racks, for property tests. */
export type StoreStep =
  | { readonly kind: 'put'; readonly id: RecordId<'rack'>; readonly name: string; readonly order: number }
  | { readonly kind: 'update'; readonly id: RecordId<'rack'>; readonly name: string }
  | { readonly kind: 'remove'; readonly id: RecordId<'rack'> }

const rackId = fc.integer({ min: 1, max: 6 }).map((number): RecordId<'rack'> => `rack:${number}`)
const name = fc.constantFrom('a', 'b', 'c')

export const storeStep: fc.Arbitrary<StoreStep> = fc.oneof(
  fc.record({ kind: fc.constant('put' as const), id: rackId, name, order: fc.nat(3) }),
  fc.record({ kind: fc.constant('update' as const), id: rackId, name }),
  fc.record({ kind: fc.constant('remove' as const), id: rackId }),
)

export function rack(id: RecordId<'rack'>, name: string, order: number): RackRecord {
  return { id, type: 'rack', room: 'room:main', name, order }
}

interface Writable {
  get(id: RecordId<'rack'>): AnyRecord | undefined
  put(record: AnyRecord): void
  update(id: RecordId<'rack'>, fields: { name: string }): void
  remove(id: RecordId): void
}

export function takeStep(store: Writable, step: StoreStep): void {
  if (step.kind === 'put') store.put(rack(step.id, step.name, step.order))
  else if (step.kind === 'remove') store.remove(step.id)
  else if (store.get(step.id)) store.update(step.id, { name: step.name })
}
