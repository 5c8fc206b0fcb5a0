import type { RecordId } from '../../../protocol/records.ts'
import { detailFor, type Detail } from '../graph/budget.ts'
import { intersects, type Rect } from '../layout/geometry.ts'
import type { RoomPlan } from '../layout/room-layout.ts'
import { paintOverview } from '../overview/paint-overview.ts'
import { paintHost } from '../paint/host.ts'
import { paintRacks, paintRail, paintTrunk } from '../paint/network.ts'
import { Pen } from '../paint/pen.ts'
import type { Palette } from '../paint/palette.ts'
import { levelAt, type Overlay, type SceneView, type Viewport } from '../paint/scene-view.ts'
import type { Words } from '../scene/types.ts'

/** What a painting shows, besides the plan. */
export interface Look {
  readonly palette: Palette
  readonly overlay: Overlay
  readonly selected: RecordId | null
  readonly hovered: RecordId | null
  readonly focused: boolean
  readonly now: number
  readonly words: Words
  readonly hostOf: (id: RecordId) => RecordId<'host'> | null
}

const DOT_STEP = 24

/** The part of the room that a surface of this size shows. */
export function visibleRect({ zoom, x, y }: Viewport, width: number, height: number): Rect {
  return { x: -x / zoom, y: -y / zoom, w: width / zoom, h: height / zoom }
}

/** Draws everything in view. Returns how much detail that was. */
export function paintRoom(ctx: CanvasRenderingContext2D, width: number, height: number, plan: RoomPlan, viewport: Viewport, look: Look): Detail {
  const { palette } = look
  const visible = visibleRect(viewport, width, height)
  const detail = detailFor(plan, visible, levelAt(viewport.zoom, palette.scale))
  const closed = detail.level === 'overview' || detail.level === 'rack'
  const shown = (id: RecordId | null) => (id && closed ? look.hostOf(id) ?? id : id)
  const view: SceneView = {
    pen: new Pen(ctx, palette, viewport.zoom), viewport, level: detail.level, overlay: look.overlay,
    selected: shown(look.selected), hovered: shown(look.hovered), focused: look.focused, now: look.now, words: look.words,
  }
  paintFloor(view.pen, width, height, viewport)
  paintRacks(view, plan)
  if (detail.level === 'overview') {
    paintOverview(view, plan, visible)
    return detail
  }
  for (const trunk of plan.trunks) paintTrunk(view, trunk)
  for (const host of detail.hosts) paintHost(view, host)
  for (const rail of plan.rails) if (intersects({ x: rail.x1, y: rail.y - 40, w: rail.x2 - rail.x1, h: 80 }, visible)) paintRail(view, rail)
  return detail
}

/** The floor of the room: a faint grid that moves with it. */
function paintFloor(pen: Pen, width: number, height: number, viewport: Viewport): void {
  const { ctx } = pen
  ctx.fillStyle = pen.color('bg-canvas')
  ctx.fillRect(0, 0, width, height)
  if (!pen.palette.glass) return
  ctx.fillStyle = pen.color('line')
  const step = DOT_STEP * pen.palette.scale
  const wrap = (offset: number) => ((offset % step) + step) % step
  for (let y = wrap(viewport.y); y < height; y += step) for (let x = wrap(viewport.x); x < width; x += step) ctx.fillRect(Math.round(x), Math.round(y), 1.5, 1.5)
}
