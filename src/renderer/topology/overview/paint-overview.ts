import type { PlacedHost, RoomPlan } from '../layout/room-layout.ts'
import { intersects, type Rect } from '../layout/geometry.ts'
import type { Token } from '../paint/palette.ts'
import { outline, onScreen, type SceneView } from '../paint/scene-view.ts'
import type { Condition } from '../scene/types.ts'

/** What is drawn last lies on top: faults are never covered. */
const ORDER: readonly Condition[] = ['off', 'running', 'busy', 'paused', 'fault']
const COLOR: Readonly<Record<Condition, Token>> = { off: 'line-strong', running: 'line-2', busy: 'fg-3', paused: 'paused', fault: 'fault' }
const NAMED_FROM = 56
/** How much of a host's height its load takes, along the ground. */
const LOAD_PART = 0.1
/** Width of each of the two bars of a paused cell. */
const PAUSE_BAR = 0.36

/**
 * The whole room as a heat map: one frame for each host, one cell for each guest and container in it, the memory in use along
 * its ground. What runs well is
 * quiet; faults stand out by colour and by a larger cell. Fills are gathered by colour, so that 10,000 cells are five fills.
 */
export function paintOverview(view: SceneView, plan: RoomPlan, visible: Rect): void {
  const { pen } = view
  const cells = new Map<Condition, Path2D>(ORDER.map((condition) => [condition, new Path2D()]))
  const frames = new Path2D()
  const loads = new Path2D()
  for (const rack of plan.racks) {
    if (!intersects(rack.rect, visible)) continue
    for (const host of rack.hosts) if (intersects(host.rect, visible)) addHost(view, host, frames, loads, cells)
  }
  pen.ctx.fillStyle = pen.color('bg-raised')
  pen.ctx.fill(frames)
  pen.ctx.strokeStyle = pen.color('line-strong')
  pen.ctx.lineWidth = 1
  pen.ctx.stroke(frames)
  pen.ctx.fillStyle = pen.color('meter')
  pen.ctx.fill(loads)
  for (const [condition, path] of cells) {
    pen.ctx.fillStyle = pen.color(COLOR[condition])
    pen.ctx.fill(path)
  }
  paintMarks(view, plan, visible)
}

function addHost(view: SceneView, { scene, rect }: PlacedHost, frames: Path2D, loads: Path2D, cells: ReadonlyMap<Condition, Path2D>): void {
  const box = onScreen(view, rect)
  frames.rect(box.x, box.y, box.w, box.h)
  const head = box.w >= NAMED_FROM ? 17 * view.pen.unit : 1
  const w = box.w - 3
  const foot = Math.max(1.5, box.h * LOAD_PART)
  loads.rect(box.x + 1, box.y + box.h - foot - 0.5, Math.max(0, box.w - 2) * Math.min(1, scene.memory.share), foot)
  const h = box.h - head - foot - 4
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
    addCell(cells.get(condition), condition, x, y, Math.max(1, stepX - gap), Math.max(1, stepY - gap))
  })
}

/** The shape tells the state as well as the colour: paused is two bars, off is hollow, a fault is larger than its place. */
function addCell(path: Path2D | undefined, condition: Condition, x: number, y: number, w: number, h: number): void {
  if (condition === 'fault') path?.rect(x - 1, y - 1, w + 2, h + 2)
  else if (condition === 'paused' && w >= 4) {
    path?.rect(x, y, w * PAUSE_BAR, h)
    path?.rect(x + w * (1 - PAUSE_BAR), y, w * PAUSE_BAR, h)
  } else if (condition === 'off' && w >= 5 && h >= 5) {
    path?.rect(x, y, w, h)
    // Wound the other way round, so that it is a hole.
    path?.rect(x + w - 1, y + 1, 2 - w, h - 2)
  } else path?.rect(x, y, w, h)
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
    if (named) pen.name(host.scene.name, box.x + 4, box.y + 13 * pen.unit, box.w - 8, { size: 11, color: 'fg', bold: true })
    if (faulty) pen.box(box, 1, null, 'fault', 1.5)
    if (selected) pen.box(box, 1, null, 'accent', pen.palette.strongStroke)
    outline(view, host.scene.id, box, 2)
  }
}
