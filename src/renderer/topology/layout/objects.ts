import { typeOfId, type RecordId, type RecordType } from '../../../protocol/records.ts'
import { HOST, contains, intersects, moduleRect, shift, type Rect } from './geometry.ts'
import type { PlacedHost, RoomPlan } from './room-layout.ts'

/** Something that can be pointed at: its rectangle in the room and what it is drawn inside of. */
export interface PlacedObject {
  readonly id: RecordId
  readonly parent: RecordId | null
  readonly name: string
  readonly rect: Rect
}

/** How near a pointer must come to a rail, in world units, on either side. */
const RAIL_REACH = 12

const known = new WeakMap<PlacedHost, readonly PlacedObject[]>()

/** A host and everything in it, outer things before what they contain. */
export function objectsOf(host: PlacedHost): readonly PlacedObject[] {
  let found = known.get(host)
  if (!found) known.set(host, (found = collect(host)))
  return found
}

function collect(host: PlacedHost): PlacedObject[] {
  const { scene, rect, parts } = host
  const found: PlacedObject[] = [{ id: scene.id, parent: scene.rack, name: scene.name, rect }]
  const add = (id: RecordId, parent: RecordId, name: string, local: Rect) => { found.push({ id, parent, name, rect: shift(local, rect.x, rect.y) }) }
  const { band } = scene
  if (parts.band && band.kind === 'hypervisor') add(band.hypervisor.id, scene.id, band.hypervisor.name, parts.band)
  if (parts.band && band.kind === 'host-os' && band.module) add(band.module.id, scene.id, band.module.name, moduleRect(parts.band, 1))
  for (const group of parts.groups) {
    if (group.band && group.scene.band) add(group.scene.band.id, scene.id, group.scene.band.name, group.band)
    for (const guest of group.guests) {
      add(guest.scene.id, scene.id, guest.scene.name, guest.rect)
      for (const container of guest.containers) add(container.scene.id, guest.scene.id, container.scene.name, container.rect)
    }
    for (const container of group.containers) add(container.scene.id, scene.id, container.scene.name, container.rect)
  }
  return found
}

/** Hosts that a part of the room shows. Whole racks are passed over at once. */
export function hostsIn(plan: RoomPlan, visible: Rect): PlacedHost[] {
  const found: PlacedHost[] = []
  for (const rack of plan.racks) {
    if (!intersects({ ...rack.rect, h: rack.rect.h + HOST.pad }, visible)) continue
    for (const host of rack.hosts) if (intersects(host.rect, visible)) found.push(host)
  }
  return found
}

/** The innermost thing at a point of the room. `inside` tells whether hosts show what they contain. */
export function objectAt(plan: RoomPlan, x: number, y: number, inside: boolean): RecordId | null {
  for (const rack of plan.racks) {
    const host = rack.hosts.find((candidate) => contains(candidate.rect, x, y))
    if (!host) continue
    return inside ? objectsOf(host).findLast((object) => contains(object.rect, x, y))?.id ?? null : host.scene.id
  }
  const rail = plan.rails.find((candidate) => x >= candidate.x1 && x <= candidate.x2 && Math.abs(y - candidate.y) <= RAIL_REACH)
  if (rail) return rail.network.id
  return plan.racks.length > 1 ? plan.racks.find((candidate) => contains(candidate.rect, x, y))?.id ?? null : null
}

/** Where an object is drawn; null for what is not in the picture. */
export function rectOf(plan: RoomPlan, id: RecordId, host: RecordId<'host'> | null): Rect | null {
  const type: RecordType = typeOfId(id)
  if (type === 'rack') return plan.racks.find((rack) => rack.id === id)?.rect ?? null
  if (type === 'network') {
    const rail = plan.rails.find((candidate) => candidate.network.id === id)
    return rail ? { x: rail.x1, y: rail.y - RAIL_REACH, w: rail.x2 - rail.x1, h: 2 * RAIL_REACH } : null
  }
  const placed = host ? plan.hosts.get(host) : undefined
  if (!placed) return null
  return (objectsOf(placed).find((object) => object.id === id) ?? objectsOf(placed)[0])?.rect ?? null
}
