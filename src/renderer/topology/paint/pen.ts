import type { Condition } from '../scene/types.ts'
import { fitName, fitText, wrapText } from './fit-text.ts'
import { drawIcon, type IconName } from './icons.ts'
import { conditionColor, type Palette, type Token } from './palette.ts'

/** In screen pixels. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly w: number
  readonly h: number
}

export interface TextStyle {
  readonly size: number
  readonly color: Token
  readonly bold?: boolean
  readonly mono?: boolean
  readonly align?: 'left' | 'right' | 'center'
}

/** No text is smaller than this on screen, times the scale. */
const SMALLEST = 11
const WIDTHS_KEPT = 20_000
const STATE_ICON: Readonly<Record<Condition, IconName>> = { running: 'play', busy: 'clock', paused: 'pause', off: 'off', fault: 'fault' }

/** Draws on a canvas in the units of the drawing language: tokens for colours, fitted text, icons, meters. */
export class Pen {
  readonly ctx: CanvasRenderingContext2D
  readonly palette: Palette
  /** Size of text and icons for 1 px of the drawing language; grows a little with the zoom, never shrinks. */
  readonly unit: number
  static readonly #widths = new Map<string, number>()

  constructor(ctx: CanvasRenderingContext2D, palette: Palette, zoom: number) {
    this.ctx = ctx
    this.palette = palette
    this.unit = palette.scale * Math.min(1.25, Math.max(1, zoom / palette.scale))
  }

  color(token: Token): string {
    return this.palette.colors[token]
  }

  font(style: TextStyle): string {
    const size = Math.max(SMALLEST, style.size) * this.unit
    return `${style.bold ? '600 ' : ''}${size}px ${style.mono ? this.palette.mono : this.palette.ui}`
  }

  measure(text: string, font: string): number {
    const key = `${font}|${text}`
    let width = Pen.#widths.get(key)
    if (width === undefined) {
      if (Pen.#widths.size > WIDTHS_KEPT) Pen.#widths.clear()
      this.ctx.font = font
      width = this.ctx.measureText(text).width
      Pen.#widths.set(key, width)
    }
    return width
  }

  /** Draws the longest variant that fits `width`, its baseline at `y`. Returns the width it took. */
  text(variants: string | readonly string[], x: number, y: number, width: number, style: TextStyle): number {
    const font = this.font(style)
    const fitted = fitText(typeof variants === 'string' ? [variants] : variants, width, (text) => this.measure(text, font))
    if (fitted === '') return 0
    this.ctx.font = font
    this.ctx.fillStyle = this.color(style.color)
    this.ctx.textAlign = style.align ?? 'left'
    this.ctx.fillText(fitted, Math.round(x), Math.round(y))
    return this.measure(fitted, font)
  }

  /** The name of an object: where it does not fit, its middle goes and its number stays. */
  name(name: string, x: number, y: number, width: number, style: TextStyle): number {
    const font = this.font(style)
    const fitted = fitName(name, width, (text) => this.measure(text, font))
    return fitted === '' ? 0 : this.text(fitted, x, y, width, style)
  }

  /** As `text`, but draws nothing rather than a part of it. */
  whole(variants: readonly string[], x: number, y: number, width: number, style: TextStyle): number {
    const font = this.font(style)
    const fitting = variants.find((text) => this.measure(text, font) <= width)
    return fitting === undefined ? 0 : this.text(fitting, x, y, width, style)
  }

  /** Draws up to `lines` lines from the baseline `y` on. Returns how many it took. */
  paragraph(text: string, x: number, y: number, width: number, lines: number, style: TextStyle): number {
    const font = this.font(style)
    const found = wrapText(text, width, lines, (part) => this.measure(part, font))
    found.forEach((line, at) => this.text(line, x, y + at * 16 * this.unit, width, style))
    return found.length
  }

  icon(name: IconName, x: number, y: number, size: number, color: Token): void {
    drawIcon(this.ctx, name, Math.round(x), Math.round(y), size * this.unit, this.color(color))
  }

  state(condition: Condition, x: number, y: number, size: number): void {
    this.icon(STATE_ICON[condition], x, y, size, conditionColor(condition))
  }

  /** Rounded box; `fill` and `stroke` are tokens, either may be absent. */
  box(box: Box, radius: number, fill: Token | null, stroke: Token | null, width = this.palette.stroke): void {
    const { ctx } = this
    ctx.beginPath()
    ctx.roundRect(box.x, box.y, box.w, box.h, Math.min(radius, box.w / 2, box.h / 2))
    if (fill) {
      ctx.fillStyle = this.color(fill)
      ctx.fill()
    }
    if (stroke) {
      ctx.strokeStyle = this.color(stroke)
      ctx.lineWidth = width
      ctx.stroke()
    }
  }

  line(x1: number, y1: number, x2: number, y2: number, stroke: Token, width: number): void {
    const { ctx } = this
    ctx.beginPath()
    ctx.moveTo(x1, y1)
    ctx.lineTo(x2, y2)
    ctx.strokeStyle = this.color(stroke)
    ctx.lineWidth = width
    ctx.stroke()
  }

  meter(x: number, y: number, width: number, share: number): void {
    const h = Math.round(5 * this.unit)
    const top = Math.round(y - h / 2)
    this.box({ x, y: top, w: width, h }, h / 2, 'track', 'line-2', 0.75)
    const used = width * Math.min(1, Math.max(0, share))
    if (used > 0.5) this.box({ x, y: top, w: Math.max(used, h), h }, h / 2, 'meter', null)
  }
}
