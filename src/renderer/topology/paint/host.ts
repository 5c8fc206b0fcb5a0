import { HOST, moduleRect } from '../layout/geometry.ts'
import type { HostParts, PlacedGroup } from '../layout/host-layout.ts'
import type { PlacedHost } from '../layout/room-layout.ts'
import type { Condition, HostScene, HypervisorScene, Meter } from '../scene/types.ts'
import { paintContainer } from './container.ts'
import { paintGuest } from './guest.ts'
import { conditionColor } from './palette.ts'
import type { Box, TextStyle } from './pen.ts'
import type { IconName } from './icons.ts'
import { onScreen, outline, type SceneView } from './scene-view.ts'

const RADIUS = 8
/** How far from the right edge the privileged domain's drivers reach down. */
const DRIVER_X = 36
const BAND_NAME: TextStyle = { size: 13, color: 'fg', bold: true }
const CONDITIONS: readonly Condition[] = ['fault', 'running', 'busy', 'paused', 'off']

/** A host, read from the ground up: hardware, what manages it, what stands on it. */
export function paintHost(view: SceneView, placed: PlacedHost): void {
  const box = onScreen(view, placed.rect)
  paintGlass(view, placed.scene, box)
  outline(view, placed.scene.id, box, RADIUS)
  if (view.level === 'rack') paintCard(view, placed.scene, box)
  else paintInside(view, placed, box)
}

function paintGlass(view: SceneView, scene: HostScene, box: Box): void {
  const { pen } = view
  const selected = scene.id === view.selected
  const fault = scene.condition === 'fault'
  pen.box(box, RADIUS, 'bg-raised', null)
  if (pen.palette.glass) {
    const { ctx } = pen
    const glass = ctx.createLinearGradient(box.x, box.y, box.x + box.w, box.y + box.h)
    const tint = (alpha: string) => pen.color('accent') + alpha
    glass.addColorStop(0, tint('1a'))
    glass.addColorStop(0.45, tint('05'))
    glass.addColorStop(1, tint('00'))
    ctx.fillStyle = glass
    ctx.fill()
  }
  pen.box(box, RADIUS, null, selected ? 'accent' : fault ? 'fault' : 'line-strong', selected ? pen.palette.strongStroke : pen.palette.stroke)
}

const hostIcon = (scene: HostScene): IconName => (scene.formFactor === 'laptop' ? 'laptop' : scene.formFactor === 'workstation' ? 'screen' : 'host')

function paintHead(view: SceneView, scene: HostScene, box: Box): void {
  const { pen } = view
  const u = pen.unit
  const pad = 12 * u
  const y = box.y + Math.min(24 * u, (HOST.head * view.viewport.zoom) / 2 + 5 * u)
  const name = pen.name(scene.name, box.x + pad + 21 * u, y, box.w - 2 * pad - 21 * u, { size: 14, color: 'fg', bold: true })
  pen.icon(hostIcon(scene), box.x + pad, y - 13 * u, 16, 'fg-2')
  const free = box.w - 2 * pad - 21 * u - name - 16 * u
  pen.whole(scene.spec, box.x + box.w - pad, y, free, { size: 11.5, color: 'fg-3', align: 'right' })
}

/** Rack level: name, what it runs, one strip of states, load. */
function paintCard(view: SceneView, scene: HostScene, box: Box): void {
  const { pen } = view
  const u = pen.unit
  const pad = 10 * u
  const width = box.w - 2 * pad
  let y = box.y + 20 * u
  const icon = width > 90 * u ? 20 * u : 0
  if (icon) pen.icon(hostIcon(scene), box.x + pad, y - 12.5 * u, 15, 'fg-2')
  pen.name(scene.name, box.x + pad + icon, y, width - icon, BAND_NAME)
  y += 17 * u
  const bottom = box.y + box.h - 6 * u
  if (y < bottom) pen.text([scene.platform, scene.platform.split(', ')[0] ?? '', scene.platform.split(' ')[0] ?? ''], box.x + pad, y, width, { size: 11.5, color: 'fg-3' })
  y += 22 * u
  y = paintStrip(view, scene, box.x + pad, y, width, bottom) + 22 * u
  for (const meter of [scene.cpu, scene.memory]) {
    if (y > bottom) return
    const label = pen.text(meter.label, box.x + pad, y, width / 2, { size: 11.5, color: 'fg-3' })
    pen.meter(box.x + pad + label + 6 * u, y - 4 * u, width - label - 6 * u, meter.share)
    y += 17 * u
  }
}

/** How many are in which state, each with its shape. Returns the baseline of its last line. */
function paintStrip(view: SceneView, scene: HostScene, x: number, start: number, width: number, bottom: number): number {
  const { pen } = view
  const u = pen.unit
  let at = x
  let y = start
  for (const condition of CONDITIONS) {
    const count = scene.census.filter((one) => one === condition).length
    if (count === 0) continue
    const needed = 17 * u + pen.measure(String(count), pen.font({ size: 12, color: 'fg' }))
    if (at > x && at + needed > x + width) {
      at = x
      y += 17 * u
    }
    if (y > bottom) return y
    pen.state(condition, at, y - 10 * u, 12)
    pen.text(String(count), at + 15 * u, y, 60 * u, { size: 12, color: conditionColor(condition) })
    at += needed + 7 * u
  }
  return y
}

function paintInside(view: SceneView, placed: PlacedHost, box: Box): void {
  const { scene, parts, rect } = placed
  paintHead(view, scene, box)
  paintHardware(view, scene, parts, rect.x, rect.y)
  paintBand(view, scene, parts, rect.x, rect.y)
  for (const group of parts.groups) paintGroup(view, group, rect.x, rect.y)
  paintDriverPath(view, placed)
  if (scene.groups.every((group) => group.guests.length === 0 && !group.privileged && !group.engine)) paintVacancy(view, placed)
}

function paintGroup(view: SceneView, group: PlacedGroup, dx: number, dy: number): void {
  const { pen } = view
  if (group.band && group.scene.band) paintHypervisor(view, group.scene.band, onScreen(view, group.band, dx, dy))
  for (const guest of group.guests) paintGuest(view, guest, dx, dy)
  for (const container of group.containers) paintContainer(view, container, dx, dy)
  const { engine } = group.scene
  if (!engine) return
  const box = onScreen(view, group.rect, dx, dy)
  const u = pen.unit
  const top = group.containers.reduce((least, container) => Math.min(least, onScreen(view, container.rect, dx, dy).y), box.y + box.h)
  if (top - box.y > 30 * u) pen.text([engine.label, engine.label.split(' ')[0] ?? ''], box.x + 8 * u, top - 9 * u, box.w - 16 * u, { size: 11.5, color: 'fg-3' })
  if (group.containers.length === 0) pen.text(view.words('noContainers'), box.x + box.w / 2, box.y + box.h - 30 * u, box.w - 16 * u, { size: 11.5, color: 'fg-3', align: 'center' })
}

function paintHypervisor(view: SceneView, hypervisor: HypervisorScene, box: Box): void {
  const { pen } = view
  const u = pen.unit
  const selected = hypervisor.id === view.selected
  pen.box(box, RADIUS / 2, selected ? 'bg-selected' : 'bg-hover', selected ? 'accent' : 'line-strong', selected ? pen.palette.strongStroke : 1)
  outline(view, hypervisor.id, box, RADIUS / 2)
  if (box.h < 14 * u) return
  const y = box.y + box.h / 2 + 4.5 * u
  const short = hypervisor.name.split(' ').slice(0, hypervisor.kind === 'hosted' ? 1 : 2).join(' ')
  const icon = pen.measure(short, pen.font(BAND_NAME)) <= box.w - 38 * u ? 22 * u : 0
  if (icon) pen.icon('stack', box.x + 8 * u, y - 11.5 * u, 14, 'fg-2')
  const name = pen.text([hypervisor.name, short], box.x + 8 * u + icon, y, box.w - 16 * u - icon, BAND_NAME)
  const crossed = hypervisor.structure === 'microkernelized' && hypervisor.kind === 'bare-metal'
  const notes = hypervisor.installing ? [view.words('installing')]
    : crossed ? [view.words('noDriversInside'), view.words('noDrivers')] : [hypervisor.drivers]
  const right = box.x + box.w - (crossed ? (DRIVER_X + 8) * u : 8 * u)
  pen.whole(notes, right, y, right - box.x - 20 * u - icon - name, { size: 11.5, color: 'fg-3', align: 'right' })
}

function paintBand(view: SceneView, scene: HostScene, parts: HostParts, dx: number, dy: number): void {
  const { pen } = view
  const u = pen.unit
  const { band } = scene
  if (band.kind === 'none' || !parts.band) return
  const box = onScreen(view, parts.band, dx, dy)
  if (band.kind === 'hypervisor') return paintHypervisor(view, band.hypervisor, box)
  pen.box(box, RADIUS / 2, 'bg-inset', 'line-strong', 1)
  if (box.h < 14 * u) return
  const y = box.y + box.h / 2 + 4.5 * u
  const left = moduleRect(box, view.viewport.zoom).x - box.x - 13 * u
  const fits = pen.measure(band.kernel, pen.font(BAND_NAME)) <= left
  if (band.module && fits && box.h >= 23 * u) paintModuleBand(view, band, band.module, box, y)
  else paintSystemBand(view, band, box, y)
}

type SystemBand = Extract<HostScene['band'], { kind: 'host-os' }>

function paintSystemBand(view: SceneView, band: SystemBand, box: Box, y: number): void {
  const { pen } = view
  const u = pen.unit
  const icon = 22 * u
  pen.icon('screen', box.x + 8 * u, y - 11.5 * u, 14, 'fg-2')
  const names = band.module ? [`${band.kernel}, ${band.module.name}`] : [`${band.name}, ${band.kernel}`, band.name, band.kernel]
  const name = pen.text(names, box.x + 9 * u + icon, y, box.w - 16 * u - icon, BAND_NAME)
  const note = band.installing ? view.words('installing') : view.words('hostOs')
  pen.whole([note], box.x + box.w - 8 * u, y, box.w - 29 * u - icon - name, { size: 11.5, color: 'fg-3', align: 'right' })
}

/** A hypervisor that is part of the host's own kernel is a box inside the kernel's band; is that type 1 or type 2? */
function paintModuleBand(view: SceneView, band: SystemBand, module: HypervisorScene, box: Box, y: number): void {
  const { pen } = view
  const u = pen.unit
  const from = moduleRect(box, view.viewport.zoom)
  pen.text(band.kernel, box.x + 9 * u, y, from.x - box.x - 13 * u, BAND_NAME)
  const inner = { x: Math.round(from.x) + 0.5, y: Math.round(from.y) + 0.5, w: Math.round(from.w), h: Math.round(from.h) }
  const selected = module.id === view.selected
  pen.box(inner, 3, selected ? 'bg-selected' : 'bg-raised', selected ? 'accent' : 'line-strong', selected ? pen.palette.strongStroke : pen.palette.stroke)
  outline(view, module.id, inner, 3)
  const icon = inner.h >= 14 * u && inner.w > 56 * u ? 19 * u : 0
  if (icon) pen.icon('stack', inner.x + 6 * u, y - 11 * u, 13, 'fg-2')
  if (icon) pen.text(module.name, inner.x + 6 * u + icon, y, inner.w - 10 * u - icon, { size: 12, color: 'fg' })
  else pen.text(module.name, inner.x + inner.w / 2, y, inner.w - 4 * u, { size: 12, color: 'fg', align: 'center' })
  const end = box.x + box.w - 9 * u
  const free = end - inner.x - inner.w - 10 * u
  const asked = pen.whole([view.words('typeQuestion'), view.words('typeQuestionShort')], end, y, free, { size: 11.5, color: 'fg-3', align: 'right' })
  if (asked === 0) return
  const under = Math.round(y + 3 * u) + 0.5
  pen.ctx.setLineDash([1.5, 1.5])
  pen.line(end - asked, under, end, under, 'fg-3', 1)
  pen.ctx.setLineDash([])
}

function paintHardware(view: SceneView, scene: HostScene, parts: HostParts, dx: number, dy: number): void {
  const { pen } = view
  const u = pen.unit
  const box = onScreen(view, parts.hardware, dx, dy)
  pen.box(box, RADIUS / 2, 'bg-inset', 'line-2', 1)
  const half = (box.w - 34 * u) / 2
  const one = (meter: Meter, icon: IconName, x: number) => {
    const tall = box.h >= 38 * u
    if (tall) {
      const y = box.y + 20 * u
      pen.icon(icon, x, y - 11.5 * u, 14, 'fg-2')
      pen.text([...meter.text.slice(0, 1).map((text) => `${meter.label} ${text}`), ...meter.text, meter.label], x + 20 * u, y, half - 20 * u, { size: 12, color: 'fg-2' })
    }
    pen.meter(x, tall ? box.y + box.h - Math.min(15 * u, box.h * 0.25) : box.y + box.h / 2, half, meter.share)
  }
  one(scene.cpu, 'chip', box.x + 10 * u)
  one(scene.memory, 'mem', box.x + half + 24 * u)
}

/** The privileged domain's drivers reach through the hypervisor to the hardware. */
function paintDriverPath(view: SceneView, { scene, parts, rect }: PlacedHost): void {
  const { pen } = view
  const u = pen.unit
  if (scene.band.kind !== 'hypervisor' || scene.band.hypervisor.structure !== 'microkernelized') return
  const domain = parts.groups.flatMap((group) => group.guests).find((guest) => guest.scene.role === 'privileged-domain')
  if (!domain || domain.containers.length > 0) return
  const box = onScreen(view, domain.rect, rect.x, rect.y)
  const hardware = onScreen(view, parts.hardware, rect.x, rect.y)
  const h = 26 * u
  if (box.h < 80 * u) return
  const inner = { x: box.x + 10, y: Math.round(box.y + box.h - h - 10) + 0.5, w: box.w - 20, h: Math.round(h) }
  const x = Math.round(hardware.x + hardware.w - DRIVER_X * u) + 0.5
  pen.box(inner, 4, 'bg-inset', 'line-strong', 1)
  pen.text(view.words('realDrivers'), inner.x + inner.w / 2, inner.y + inner.h / 2 + 4 * u, inner.w - 60 * u, { size: 11, color: 'fg', mono: true, align: 'center' })
  const end = hardware.y + 2
  pen.line(x, inner.y + inner.h, x, end, 'line-strong', pen.palette.stroke)
  pen.line(x, end, x - 4 * u, end - 6 * u, 'line-strong', pen.palette.stroke)
  pen.line(x, end, x + 4 * u, end - 6 * u, 'line-strong', pen.palette.stroke)
}

function paintVacancy(view: SceneView, { scene, parts, rect }: PlacedHost): void {
  const { pen } = view
  const u = pen.unit
  const top = onScreen(view, rect).y + 40 * u
  const bottom = onScreen(view, parts.band ?? parts.hardware, rect.x, rect.y).y
  const box = onScreen(view, rect)
  const y = top + (bottom - top) / 3
  if (bottom - top < 40 * u) return
  const style = { size: 12, align: 'center' } as const
  const none = scene.band.kind === 'none'
  pen.text(view.words(none ? 'noSystem' : 'noGuests'), box.x + box.w / 2, y, box.w - 24 * u, { ...style, color: 'fg-2' })
  if (none && bottom - y > 30 * u) pen.text(view.words('noSystemHint'), box.x + box.w / 2, y + 18 * u, box.w - 24 * u, { ...style, size: 11.5, color: 'fg-3' })
}
