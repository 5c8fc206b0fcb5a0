import { RACK } from '../layout/geometry.ts'
import type { Rail, RoomPlan, Trunk } from '../layout/room-layout.ts'
import { onScreen, outline, type SceneView } from './scene-view.ts'

const RAIL_WIDTH = 3

/** A network is a rail below the hosts; each attachment is a ring on it. */
export function paintRail(view: SceneView, rail: Rail): void {
  const { pen } = view
  const u = pen.unit
  const { viewport: { zoom } } = view
  const box = onScreen(view, { x: rail.x1, y: rail.y, w: rail.x2 - rail.x1, h: 0 })
  const selected = rail.network.id === view.selected
  const bright = selected || rail.network.id === view.hovered || view.overlay === 'network'
  const color = bright ? 'accent' : 'line-strong'
  pen.line(box.x, box.y, box.x + box.w, box.y, color, selected ? RAIL_WIDTH + 1 : RAIL_WIDTH)
  outline(view, rail.network.id, { x: box.x, y: box.y - 4, w: box.w, h: 8 }, 4)
  for (const tap of rail.taps) {
    const x = Math.round(tap.x * zoom + view.viewport.x) + 0.5
    const top = Math.round(tap.top * zoom + view.viewport.y) + 0.5
    pen.line(x, top, x, box.y, color, pen.palette.stroke)
    const port = 5 * Math.min(1, zoom / pen.palette.scale) * u
    pen.box({ x: x - port, y: top - 1, w: 2 * port, h: port }, 1, 'bg-raised', color)
    pen.ctx.beginPath()
    pen.ctx.arc(x, box.y, 4 * Math.min(1, zoom / pen.palette.scale + 0.3) * u, 0, 2 * Math.PI)
    pen.ctx.fillStyle = pen.color('bg-raised')
    pen.ctx.fill()
    pen.ctx.strokeStyle = pen.color(color)
    pen.ctx.lineWidth = pen.palette.stroke
    pen.ctx.stroke()
    if (view.overlay === 'network' && view.level !== 'rack') pen.text(tap.nic, x + 8 * u, (top + box.y) / 2 + 4 * u, 80 * u, { size: 11, color: 'accent', mono: true })
  }
  if (view.level === 'overview' || zoom * 34 < 18 * u) return
  const { name, cidr } = rail.network
  const y = box.y + 17 * u
  const used = pen.text([`${name} ${cidr}`, name], box.x + 2, y, box.w / 2, { size: 12, color: bright ? 'accent' : 'fg-2' })
  const note = rail.taps.length === 0 ? view.words('noAttachments') : view.words('attached', { count: rail.taps.length })
  pen.text(note, box.x + box.w - 1, y, box.w - used - 30 * u, { size: 11.5, color: 'fg-3', align: 'right' })
}

export function paintTrunk(view: SceneView, trunk: Trunk): void {
  const { viewport: { zoom, x, y } } = view
  const at = Math.round(trunk.x * zoom + x) + 0.5
  view.pen.line(at, trunk.y1 * zoom + y, at, trunk.y2 * zoom + y, view.overlay === 'network' ? 'accent' : 'line-strong', RAIL_WIDTH)
}

/** Frames and names of the racks; a room with one rack has none. */
export function paintRacks(view: SceneView, plan: RoomPlan): void {
  if (plan.racks.length < 2) return
  const { pen } = view
  const u = pen.unit
  for (const rack of plan.racks) {
    const box = onScreen(view, rack.rect)
    if (view.level !== 'overview' || rack.id === view.selected) pen.box(box, 8, null, rack.id === view.selected ? 'accent' : 'line-2', rack.id === view.selected ? pen.palette.strongStroke : 1)
    outline(view, rack.id, box, 8)
    if (view.level !== 'overview') pen.text(rack.name, box.x + 14 * u, box.y + (RACK.head * view.viewport.zoom) / 2 + 5 * u, box.w - 28 * u, { size: 13, color: 'fg-2', bold: true })
    else if ((RACK.gap + RACK.head) * view.viewport.zoom > 12 * u) pen.text(rack.name, box.x + 3, box.y + Math.min(4, RACK.head * view.viewport.zoom - 4), box.w - 6, { size: 11, color: 'fg-2' })
  }
}
