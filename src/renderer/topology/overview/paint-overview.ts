import type { PlacedHost, RoomPlan } from '../layout/room-layout.ts'
import { intersects, type Rect } from '../layout/geometry.ts'
import type { Token } from '../paint/palette.ts'
import { outline, onScreen, type SceneView } from '../paint/scene-view.ts'
import type { Condition } from '../scene/types.ts'

/** What is drawn last lies on top: faults are never covered. */
const ORDER: readonly Condition[] = ['off', 'running', 'busy', 'paused', 'fault']
const COLOR: Readonly<Record<Condition, Token>> = { off: 'track', running: 'meter', busy: 'fg-3', paused: 'paused', fault: 'fault' }
const NAMED_FROM = 56

/**
 * The whole room as a heat map: one frame for each host, one cell for each guest and container in it. What runs well is
 * quiet; faults stand out by colour and by a larger cell. Fills are gathered by colour, so that 10,000 cells are five fills.
 */
export function paintOverview(view: SceneView, plan: RoomPlan, visible: Rect): void {
  const { pen } = view
  const cells = new Map<Condition, Path2D>(ORDER.map((condition) => [condition, new Path2D()]))
  const frames = new Path2D()
  for (const rack of plan.racks) {
    if (!intersects(rack.rect, visible)) continue
    for (const host of rack.hosts) if (intersects(host.rect, visible)) addHost(view, host, frames, cells)
  }
  pen.ctx.fillStyle = pen.color('bg-raised')
  pen.ctx.fill(frames)
  pen.ctx.strokeStyle = pen.color('line-strong')
  pen.ctx.lineWidth = 1
  pen.ctx.stroke(frames)
  for (const [condition, path] of cells) {
    pen.ctx.fillStyle = pen.color(COLOR[condition])
    pen.ctx.fill(path)
  }
  paintMarks(view, plan, visible)
}

function addHost(view: SceneView, { scene, rect }: PlacedHost, frames: Path2D, cells: ReadonlyMap<Condition, Path2D>): void {
  const box = onScreen(view, rect)
  frames.rect(box.x, box.y, box.w, box.h)
  const head = box.w >= NAMED_FROM ? 17 * view.pen.unit : 1
  const w = box.w - 3
  const h = box.h - head - 3
  const count = scene.census.length
  if (count === 0 || w < 2 || h < 2) return
  const columns = Math.max(1, Math.min(count, Math.round(Math.sqrt(count * (w / h)))))
  const rows = Math.ceil(count / columns)
  const stepX = w / columns
  const stepY = h / rows
  const gap = stepX > 4 && stepY > 4 ? 1 : 0
  scene.census.forEach((condition, at) => {
    const x = box.x + 1.5 + (at % columns) * stepX
    const y = box.y + head + 1.5 + Math.floor(at / columns) * stepY
    const grow = condition === 'fault' ? 1 : 0
    cells.get(condition)?.rect(x - grow, y - grow, Math.max(1, stepX - gap) + grow * 2, Math.max(1, stepY - gap) + grow * 2)
  })
}

/** Names where they fit, the selection, and an amber frame around a host that holds a fault. */
function paintMarks(view: SceneView, plan: RoomPlan, visible: Rect): void {
  const { pen } = view
  for (const host of plan.hosts.values()) {
    const selected = host.scene.id === view.selected
    const faulty = host.scene.condition === 'fault' || host.scene.census.includes('fault')
    const named = host.rect.w * view.viewport.zoom >= NAMED_FROM
    if ((!selected && !faulty && !named) || !intersects(host.rect, visible)) continue
    const box = onScreen(view, host.rect)
    if (named) pen.text(host.scene.name, box.x + 4, box.y + 13 * pen.unit, box.w - 8, { size: 11, color: 'fg', bold: true })
    if (faulty) pen.box(box, 1, null, 'fault', 1.5)
    if (selected) pen.box(box, 1, null, 'accent', pen.palette.strongStroke)
    outline(view, host.scene.id, box, 2)
  }
}
