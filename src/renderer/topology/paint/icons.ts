import sprite from '../../ui/icons.svg?raw'
import type { IconName } from '../../ui/icon-names.ts'

export type { IconName }

interface Mark {
  readonly path: Path2D
  readonly filled: boolean
  readonly width: number
}

const GRID = 16
const STROKE = 1.5
const drawn = new Map<IconName, readonly Mark[]>()
let symbols: Document | null = null

/** Draws a symbol of the app's one sprite with its upper left corner at (x, y). */
export function drawIcon(ctx: CanvasRenderingContext2D, name: IconName, x: number, y: number, size: number, color: string): void {
  let marks = drawn.get(name)
  if (!marks) drawn.set(name, (marks = readSymbol(name)))
  ctx.save()
  ctx.translate(x, y)
  ctx.scale(size / GRID, size / GRID)
  ctx.lineCap = 'round'
  ctx.lineJoin = 'round'
  ctx.fillStyle = color
  ctx.strokeStyle = color
  for (const mark of marks) {
    if (mark.filled) {
      ctx.fill(mark.path)
      continue
    }
    ctx.lineWidth = mark.width
    ctx.stroke(mark.path)
  }
  ctx.restore()
}

function readSymbol(name: IconName): Mark[] {
  symbols ??= new DOMParser().parseFromString(sprite, 'image/svg+xml')
  const symbol = symbols.getElementById(`i-${name}`)
  return [...(symbol?.children ?? [])].map((shape) => ({
    path: pathOf(shape),
    filled: shape.classList.contains('f'),
    width: Number(shape.getAttribute('stroke-width') ?? STROKE),
  }))
}

function pathOf(shape: Element): Path2D {
  const at = (attribute: string) => Number(shape.getAttribute(attribute) ?? 0)
  const path = new Path2D(shape.tagName === 'path' ? shape.getAttribute('d') ?? '' : '')
  if (shape.tagName === 'rect') path.roundRect(at('x'), at('y'), at('width'), at('height'), at('rx'))
  if (shape.tagName === 'circle') path.arc(at('cx'), at('cy'), at('r'), 0, 2 * Math.PI)
  if (shape.tagName === 'ellipse') path.ellipse(at('cx'), at('cy'), at('rx'), at('ry'), 0, 0, 2 * Math.PI)
  return path
}
