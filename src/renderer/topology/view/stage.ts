import type { RecordId } from '../../../protocol/records.ts'
import { RoomGraph } from '../graph/room-graph.ts'
import type { Rect } from '../layout/geometry.ts'
import { objectAt } from '../layout/objects.ts'
import type { RoomPlan } from '../layout/room-layout.ts'
import type { Level, Viewport } from '../paint/scene-view.ts'
import { paintRoom, visibleRect, type Look } from './painting.ts'

export interface StageHooks {
  plan(): RoomPlan
  look(): Look
  /** After a drawing has come to rest: the level, and the graph is in line with what is in view. */
  settled(level: Level): void
}

/** Drawn beyond each edge, so that a drag shows what is there before it is drawn anew. */
const MARGIN = 224
const SETTLE_MS = 90
/** Drawings slower than this are moved or scaled while a gesture lasts, and drawn when it rests. */
const SLOW_MS = 20
const FIT_PADDING = 18
const MOST_FIT = 1.2

/** The canvas: draws the room at the graph's viewport, at most once a frame and only when something changed. */
export class Stage {
  readonly graph: RoomGraph
  readonly canvas = document.createElement('canvas')
  readonly #ctx: CanvasRenderingContext2D
  readonly #element: HTMLElement
  readonly #hooks: StageHooks
  #size = { w: 0, h: 0 }
  #painted: Viewport | null = null
  #level: Level = 'vm'
  #frame = 0
  #settling: ReturnType<typeof setTimeout> | null = null
  #stale = true
  #paintMs = 0
  #travel: { readonly from: Viewport; readonly to: Viewport; readonly start: number; readonly ms: number } | null = null

  constructor(element: HTMLElement, hooks: StageHooks) {
    this.#element = element
    this.#hooks = hooks
    this.graph = new RoomGraph(() => this.#request())
    const context = this.canvas.getContext('2d', { alpha: false })
    if (!context) throw new Error('This browser has no 2D canvas.')
    this.#ctx = context
    this.canvas.className = 'topology-canvas'
    this.canvas.setAttribute('aria-hidden', 'true')
    element.prepend(this.canvas)
  }

  get level(): Level {
    return this.#level
  }

  get size(): { readonly w: number; readonly h: number } {
    return this.#size
  }

  /** What the picture shows changed: draw it anew in the next frame. */
  invalidate(): void {
    this.#stale = true
    this.#request()
  }

  resize(): void {
    const { clientWidth: w, clientHeight: h } = this.#element
    if (w === this.#size.w && h === this.#size.h) return
    this.#size = { w, h }
    const ratio = window.devicePixelRatio
    this.canvas.width = (w + 2 * MARGIN) * ratio
    this.canvas.height = (h + 2 * MARGIN) * ratio
    this.canvas.style.width = `${w + 2 * MARGIN}px`
    this.canvas.style.height = `${h + 2 * MARGIN}px`
    this.canvas.style.left = this.canvas.style.top = `${-MARGIN}px`
    this.#stale = true
    if (w > 0 && h > 0) this.#draw()
  }

  /** Where the room must be for a part of it to fill the canvas. */
  viewFor(rect: Rect, mostZoom = MOST_FIT * this.#hooks.look().palette.scale): Viewport {
    const { w, h } = this.#size
    const zoom = Math.min(mostZoom, (w - 2 * FIT_PADDING) / rect.w, (h - 2 * FIT_PADDING) / rect.h)
    return { zoom, x: (w - rect.w * zoom) / 2 - rect.x * zoom, y: (h - rect.h * zoom) / 2 - rect.y * zoom }
  }

  /** Goes there, travelling for `ms` milliseconds. */
  goTo(to: Viewport, ms: number): void {
    const from = this.graph.viewport
    this.#travel = ms > 0 ? { from, to, start: performance.now(), ms } : null
    if (!this.#travel) this.graph.setViewport(to)
    this.#request()
  }

  stopTravel(): void {
    this.#travel = null
  }

  at(x: number, y: number): RecordId | null {
    const { zoom, x: panX, y: panY } = this.graph.viewport
    return objectAt(this.#hooks.plan(), (x - panX) / zoom, (y - panY) / zoom, this.#level !== 'overview' && this.#level !== 'rack')
  }

  /** The part of the room that can be seen. */
  get visible(): Rect {
    return visibleRect(this.graph.viewport, this.#size.w, this.#size.h)
  }

  destroy(): void {
    cancelAnimationFrame(this.#frame)
    if (this.#settling) clearTimeout(this.#settling)
    this.graph.destroy()
    this.canvas.remove()
  }

  #request(): void {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0
      this.#draw()
    })
  }

  #advance(): void {
    const travel = this.#travel
    if (!travel) return
    const t = Math.min(1, (performance.now() - travel.start) / travel.ms)
    const eased = t < 0.5 ? 2 * t * t : 1 - (2 - 2 * t) ** 2 / 2
    const mix = (a: number, b: number) => a + (b - a) * eased
    const zoom = Math.exp(mix(Math.log(travel.from.zoom), Math.log(travel.to.zoom)))
    const part = Math.abs(travel.to.zoom - travel.from.zoom) < 1e-6 ? eased : (zoom - travel.from.zoom) / (travel.to.zoom - travel.from.zoom)
    this.graph.setViewport({ zoom, x: travel.from.x + (travel.to.x - travel.from.x) * part, y: travel.from.y + (travel.to.y - travel.from.y) * part })
    if (t >= 1) this.#travel = null
  }

  /** Draws anew, or moves what is drawn while that is enough. */
  #draw(): void {
    if (this.#size.w === 0 || this.#size.h === 0) return
    this.#advance()
    const now = this.graph.viewport
    const before = this.#painted
    const moved = before && !this.#stale && (before.zoom === now.zoom || this.#paintMs > SLOW_MS)
    const scale = before ? now.zoom / before.zoom : 1
    const dx = before ? now.x - before.x * scale : 0
    const dy = before ? now.y - before.y * scale : 0
    if (moved && scale > 0.5 && scale < 2 && this.#covers(dx, dy, scale)) {
      const shift = MARGIN * (1 - scale)
      this.canvas.style.transform = scale === 1 ? `translate(${dx}px, ${dy}px)` : `translate(${dx + shift}px, ${dy + shift}px) scale(${scale})`
    } else this.#paint(now)
    this.#settleLater()
    if (this.#travel) this.#request()
  }

  /** Whether what is drawn still fills the canvas's window when moved so. */
  #covers(dx: number, dy: number, scale: number): boolean {
    const { w, h } = this.#size
    const left = -MARGIN * scale + dx
    const top = -MARGIN * scale + dy
    return left <= 0 && top <= 0 && left + (w + 2 * MARGIN) * scale >= w && top + (h + 2 * MARGIN) * scale >= h
  }

  #paint(viewport: Viewport): void {
    const start = performance.now()
    const ratio = window.devicePixelRatio
    const { w, h } = this.#size
    this.#ctx.setTransform(ratio, 0, 0, ratio, 0, 0)
    const surface = { zoom: viewport.zoom, x: viewport.x + MARGIN, y: viewport.y + MARGIN }
    const detail = paintRoom(this.#ctx, w + 2 * MARGIN, h + 2 * MARGIN, this.#hooks.plan(), surface, this.#hooks.look())
    this.canvas.style.transform = ''
    this.#painted = viewport
    this.#stale = false
    this.#level = detail.level
    this.#paintMs = performance.now() - start
    performance.measure('topology-paint', { start, duration: this.#paintMs })
  }

  #settleLater(): void {
    if (this.#settling) clearTimeout(this.#settling)
    this.#settling = setTimeout(() => this.#settle(), SETTLE_MS)
  }

  /** The gesture rests: draw what was only moved, and bring the graph in line with what is in view. */
  #settle(): void {
    this.#settling = null
    const now = this.graph.viewport
    const before = this.#painted
    if (!before || before.zoom !== now.zoom || before.x !== now.x || before.y !== now.y) this.#paint(now)
    this.#hooks.settled(this.#level)
  }
}
