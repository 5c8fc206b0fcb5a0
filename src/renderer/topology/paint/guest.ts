import { GUEST } from '../layout/geometry.ts'
import type { PlacedGuest } from '../layout/host-layout.ts'
import type { GuestScene, Meter } from '../scene/types.ts'
import { paintContainer } from './container.ts'
import { conditionColor, type Token } from './palette.ts'
import type { Box } from './pen.ts'
import { onScreen, outline, type SceneView } from './scene-view.ts'

const RADIUS = 5

/** A VM: a closed box with its own kernel as the strip along its floor. */
export function paintGuest(view: SceneView, placed: PlacedGuest, dx: number, dy: number): void {
  const { scene } = placed
  const box = onScreen(view, placed.rect, dx, dy)
  paintFrame(view, scene, box)
  const kernel = paintKernel(view, scene, box)
  outline(view, scene.id, box, RADIUS)
  const top = placed.containers.reduce((least, container) => Math.min(least, onScreen(view, container.rect, dx, dy).y), kernel)
  paintText(view, scene, box, top)
  for (const container of placed.containers) paintContainer(view, container, dx, dy)
}

function paintFrame(view: SceneView, scene: GuestScene, box: Box): void {
  const { pen } = view
  const selected = scene.id === view.selected
  const open = scene.condition === 'off' || scene.role === 'hidden'
  const fill: Token | null = selected ? 'bg-selected' : scene.condition === 'fault' ? 'fault-soft' : scene.id === view.hovered ? 'bg-hover' : open ? null : 'bg-panel'
  const stroke: Token = selected ? 'accent' : scene.condition === 'fault' ? 'fault' : 'line-strong'
  if (scene.role === 'hidden') pen.ctx.setLineDash([5, 4])
  pen.box(box, RADIUS, fill, stroke, selected ? pen.palette.strongStroke : scene.condition === 'fault' ? 2 : pen.palette.stroke)
  pen.ctx.setLineDash([])
  if (scene.role === 'privileged-domain') pen.box({ x: box.x + 4, y: box.y + 4, w: box.w - 8, h: box.h - 8 }, 3, null, selected ? 'accent' : 'line-strong', 1)
}

/** Returns the top of the strip. */
function paintKernel(view: SceneView, scene: GuestScene, box: Box): number {
  const { pen } = view
  const u = pen.unit
  const h = Math.round(GUEST.kernelH * view.viewport.zoom)
  const top = box.y + box.h - h
  if (scene.role === 'privileged-domain' || h < 3) return box.y + box.h
  const { ctx } = pen
  const inset = (scene.id === view.selected ? pen.palette.strongStroke : pen.palette.stroke) / 2
  if (scene.role !== 'hidden' && scene.condition !== 'off') {
    ctx.fillStyle = pen.color(scene.condition === 'fault' ? 'fault-soft' : 'bg-hover')
    ctx.beginPath()
    ctx.roundRect(box.x + inset, top, box.w - 2 * inset, h - inset, [0, 0, 4, 4])
    ctx.fill()
  }
  pen.line(box.x, top, box.x + box.w, top, scene.condition === 'fault' ? 'fault' : 'line-strong', 1)
  if (h >= 13 * u) {
    const y = top + h / 2 + 4 * u
    const stopped = scene.condition === 'running' || scene.condition === 'paused' ? '' : `, ${scene.word}`
    const used = pen.text([`${scene.kernel}${stopped}`, scene.kernel], box.x + 8 * u, y, box.w - 16 * u, { size: 11.5, color: 'fg-2' })
    const left = box.w - used - 30 * u
    if (scene.engine && left > 60 * u) pen.text([scene.engine.label, scene.engine.label.split(' ')[0] ?? ''], box.x + box.w - 8 * u, y, left, { size: 11.5, color: 'fg-3', align: 'right' })
  }
  return top
}

function paintText(view: SceneView, scene: GuestScene, box: Box, bottom: number): void {
  const { pen } = view
  const u = pen.unit
  const inset = scene.role === 'privileged-domain' ? 4 : 0
  const pad = 8 * u + inset
  const x = box.x + pad
  const width = box.w - 2 * pad
  const room = bottom - box.y
  if (room < 14 * u) return
  let y = box.y + Math.min(20 * u + inset, room / 2 + 5 * u)
  paintTitle(view, scene, x, y, width)
  y += 17 * u
  const fits = (baseline: number) => baseline <= bottom - 5 * u
  const line = (variants: readonly string[], color: Token) => {
    if (fits(y) && pen.whole(variants, x, y, width, { size: 11.5, color }) > 0) y += 16.5 * u
  }
  if (scene.role === 'hidden' && fits(y)) {
    pen.icon('hidden', x, y - 10 * u, 13, 'fg-2')
    pen.text(view.words('hiddenVm'), x + 18 * u, y, width - 18 * u, { size: 11.5, color: 'fg-2' })
    y += 16.5 * u
  }
  if (scene.fault && fits(y)) {
    const lines = Math.min(3, Math.max(1, Math.floor((bottom - 5 * u - y) / (16 * u)) + 1))
    y += pen.paragraph(scene.fault, x, y, width, lines, { size: 12, color: 'fault', bold: true }) * 16.5 * u
  }
  line(scene.spec, 'fg-3')
  if (scene.phase) y = paintPhase(view, scene, x, y, width, fits)
  y = paintMeters(view, scene.meters, x, y, width, fits)
  for (const fact of scene.facts) line([fact], 'fg-2')
}

function paintTitle(view: SceneView, scene: GuestScene, x: number, y: number, width: number): void {
  const { pen } = view
  const u = pen.unit
  if (width < 40 * u) {
    pen.state(scene.condition, x + width / 2 - 6 * u, y - 10.5 * u, 12)
    return
  }
  pen.state(scene.condition, x - 2 * u, y - 11 * u, 13)
  const left = x + 16 * u
  const name = pen.name(scene.name, left, y, width - 16 * u, { size: 13, color: 'fg', bold: true })
  const free = width - 16 * u - name - 10 * u
  if (scene.role === 'privileged-domain') {
    const word = free > 86 * u ? pen.text(view.words('privileged'), x + width, y, free, { size: 11.5, color: 'fg-3', align: 'right' }) : 0
    if (free > 18 * u) pen.icon('shield', x + width - word - (word ? 22 : 14) * u, y - 11 * u, 14, 'fg-2')
    return
  }
  const font = pen.font({ size: 12, color: 'fg' })
  if (pen.measure(scene.word, font) <= free) pen.text(scene.word, x + width, y, free, { size: 12, color: conditionColor(scene.condition), align: 'right' })
}

/** How far the boot has come, at the virtual time of this drawing. */
function paintPhase(view: SceneView, scene: GuestScene, x: number, y: number, width: number, fits: (baseline: number) => boolean): number {
  const { pen } = view
  const { phase } = scene
  if (!phase || !fits(y)) return y
  const total = phase.endsAt - phase.startedAt
  pen.meter(x, y - 4 * pen.unit, width, total > 0 ? (view.now - phase.startedAt) / total : 0)
  return y + 16.5 * pen.unit
}

/** Side by side where there is room, else one below the other. */
function paintMeters(view: SceneView, meters: readonly Meter[], x: number, start: number, width: number, fits: (baseline: number) => boolean): number {
  const { pen } = view
  const u = pen.unit
  const wide = width > 230 * u
  const each = wide ? (width - 16 * u) / 2 : width
  let y = start
  meters.forEach((meter, at) => {
    if (!fits(y)) return
    const left = wide ? x + at * (each + 16 * u) : x
    const text = pen.whole(meter.text, left + each, y, each - 53 * u, { size: 11.5, color: 'fg-2', align: 'right' })
    const from = left + 31 * u
    const to = left + each - (text > 0 ? text + 7 * u : 0)
    if (to - from < 14 * u) return
    pen.text(meter.label, left, y, 30 * u, { size: 11.5, color: 'fg-3' })
    pen.meter(from, y - 4 * u, to - from, meter.share)
    if (!wide || at === meters.length - 1) y += 16.5 * u
  })
  return y
}
