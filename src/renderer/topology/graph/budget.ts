import type { Rect } from '../layout/geometry.ts'
import { hostsIn, objectsOf } from '../layout/objects.ts'
import type { PlacedHost, RoomPlan } from '../layout/room-layout.ts'
import type { Level } from '../paint/scene-view.ts'

/** The graph holds no more elements than this; beyond, hosts stay closed, and beyond that the overview is drawn. */
export const MOST_ELEMENTS = 1000

export interface Detail {
  readonly level: Level
  readonly hosts: readonly PlacedHost[]
}

/** The most detailed level, not above the one asked for, whose elements in view fit the graph. */
export function detailFor(plan: RoomPlan, visible: Rect, asked: Level): Detail {
  if (asked === 'overview') return { level: 'overview', hosts: [] }
  const hosts = hostsIn(plan, visible)
  const attachments = hosts.reduce((sum, host) => sum + host.scene.nics.length, 0)
  const fixed = plan.racks.length + plan.rails.length + attachments
  if (hosts.length + fixed > MOST_ELEMENTS) return { level: 'overview', hosts: [] }
  if (asked === 'rack') return { level: 'rack', hosts }
  const inside = hosts.reduce((sum, host) => sum + objectsOf(host).length, fixed)
  return inside > MOST_ELEMENTS ? { level: 'rack', hosts } : { level: asked, hosts }
}
