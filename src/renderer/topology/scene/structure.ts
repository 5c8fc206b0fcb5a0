import { ROOM_ID, typeOfId, type RecordId } from '../../../protocol/records.ts'
import { objectsOf } from '../layout/objects.ts'
import type { RoomPlan } from '../layout/room-layout.ts'

export type Direction = 'parent' | 'child' | 'next' | 'previous'

/** Children as they are drawn: racks only where there are several, then networks; hosts; what is in a host; containers. */
function childrenOf(plan: RoomPlan, id: RecordId, host: RecordId<'host'> | null): readonly RecordId[] {
  if (id === ROOM_ID) {
    const racks = plan.racks.length > 1 ? plan.racks.map((rack) => rack.id) : (plan.racks[0]?.hosts ?? []).map((one) => one.scene.id)
    return [...racks, ...new Set(plan.rails.map((rail) => rail.network.id))]
  }
  if (typeOfId(id) === 'rack') return plan.racks.find((rack) => rack.id === id)?.hosts.map((one) => one.scene.id) ?? []
  const placed = host ? plan.hosts.get(host) : undefined
  return placed ? objectsOf(placed).filter((object) => object.parent === id).map((object) => object.id) : []
}

function parentOf(plan: RoomPlan, id: RecordId, host: RecordId<'host'> | null): RecordId {
  const placed = host ? plan.hosts.get(host) : undefined
  const parent = placed ? objectsOf(placed).find((object) => object.id === id)?.parent ?? null : null
  return parent === null || (typeOfId(parent) === 'rack' && plan.racks.length < 2) ? ROOM_ID : parent
}

/**
 * Where an arrow key leads. `hostOf` tells the host an object is on. Null: there is nothing that way. Without a starting
 * point every arrow leads to the first thing in the room.
 */
export function neighbour(plan: RoomPlan, from: RecordId | null, direction: Direction, hostOf: (id: RecordId) => RecordId<'host'> | null): RecordId | null {
  const host = from ? hostOf(from) : null
  if (!from || (host === null && typeOfId(from) !== 'rack' && typeOfId(from) !== 'network')) return childrenOf(plan, ROOM_ID, null)[0] ?? null
  if (direction === 'child') return childrenOf(plan, from, host)[0] ?? null
  const parent = parentOf(plan, from, host)
  if (direction === 'parent') return parent === ROOM_ID ? null : parent
  const siblings = childrenOf(plan, parent, host)
  const at = siblings.indexOf(from)
  return siblings[at + (direction === 'next' ? 1 : -1)] ?? null
}
