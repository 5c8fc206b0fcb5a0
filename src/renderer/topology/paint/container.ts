import type { PlacedContainer } from '../layout/host-layout.ts'
import type { Box, Pen } from './pen.ts'
import { onScreen, outline, type SceneView } from './scene-view.ts'
import type { Token } from './palette.ts'

/** Rounded top and no floor of its own: it stands on the kernel below it. */
export function paintContainer(view: SceneView, placed: PlacedContainer, dx: number, dy: number): void {
  const { pen } = view
  const { scene } = placed
  const box = onScreen(view, placed.rect, dx, dy)
  const selected = scene.id === view.selected
  const fill: Token | null = selected ? 'bg-selected'
    : scene.condition === 'paused' ? 'paused-soft'
      : scene.condition === 'fault' ? 'fault-soft'
        : scene.id === view.hovered ? 'bg-hover'
          : scene.condition === 'off' ? null : 'bg-raised'
  const stroke: Token = selected ? 'accent' : scene.condition === 'fault' ? 'fault' : view.overlay === 'network' && scene.attachment.length > 0 ? 'accent' : 'line-strong'
  arch(pen, box, fill, stroke, selected ? pen.palette.strongStroke : 1.25)
  if (placed.shelf) pen.line(box.x - 3, box.y + box.h, box.x + box.w + 3, box.y + box.h, 'line-strong', 1)
  outline(view, scene.id, box, 6)
  paintText(view, placed, box)
}

function paintText(view: SceneView, { scene }: PlacedContainer, box: Box): void {
  const { pen } = view
  const u = pen.unit
  const pad = box.w < 60 * u ? 4 * u : 7 * u
  const width = box.w - 2 * pad
  if (box.h < 14 * u) return
  const first = box.y + Math.min(18 * u, box.h / 2 + 4 * u)
  const font = pen.font({ size: 12, color: 'fg' })
  if (width - 13 * u < Math.min(24 * u, pen.measure(scene.name, font))) {
    pen.state(scene.condition, box.x + (box.w - 11 * u) / 2, first - 9 * u, 11)
    return
  }
  pen.state(scene.condition, box.x + pad - 1, first - 9.5 * u, 11)
  pen.name(scene.name, box.x + pad + 13 * u, first, width - 13 * u, { size: 12, color: 'fg', bold: view.level === 'container' })
  const quiet = scene.condition === 'running' ? [] : [scene.word]
  const attached = view.overlay === 'network' && scene.attachment.length > 0
  const facts = (attached ? scene.facts.slice(0, 1) : [...quiet, ...scene.facts]).map((fact) => [fact, fact.split(':')[0] ?? fact])
  const lines = [...(attached ? [scene.attachment] : []), ...facts, ...(view.level === 'container' ? scene.processes.map((process) => [process]) : [])]
  let y = first + 15 * u
  for (const line of lines) {
    if (y > box.y + box.h - 4 * u) return
    pen.text(line, box.x + pad, y, width, { size: 11.5, color: line[0] === scene.word && scene.condition === 'fault' ? 'fault' : attached && line === scene.attachment ? 'accent' : 'fg-3' })
    y += 15 * u
  }
}

function arch(pen: Pen, box: Box, fill: Token | null, stroke: Token, width: number): void {
  const { ctx } = pen
  const r = Math.min(6, box.w / 2, box.h)
  const bottom = box.y + box.h
  ctx.beginPath()
  ctx.moveTo(box.x, bottom)
  ctx.lineTo(box.x, box.y + r)
  ctx.arcTo(box.x, box.y, box.x + r, box.y, r)
  ctx.lineTo(box.x + box.w - r, box.y)
  ctx.arcTo(box.x + box.w, box.y, box.x + box.w, box.y + r, r)
  ctx.lineTo(box.x + box.w, bottom)
  if (fill) {
    ctx.fillStyle = pen.color(fill)
    ctx.fill()
  }
  ctx.strokeStyle = pen.color(stroke)
  ctx.lineWidth = width
  ctx.stroke()
}
