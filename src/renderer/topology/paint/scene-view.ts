import type { RecordId } from '../../../protocol/records.ts'
import type { Rect } from '../layout/geometry.ts'
import type { Words } from '../scene/types.ts'
import type { Box, Pen } from './pen.ts'

/** How much is drawn of each thing; follows from the zoom. */
export type Level = 'overview' | 'rack' | 'host' | 'vm' | 'container'
export type Overlay = 'compute' | 'network'

export interface Viewport {
  readonly zoom: number
  readonly x: number
  readonly y: number
}

/** Everything a painter needs besides the thing itself. */
export interface SceneView {
  readonly pen: Pen
  readonly viewport: Viewport
  readonly level: Level
  readonly overlay: Overlay
  readonly selected: RecordId | null
  readonly hovered: RecordId | null
  /** Draws the focus ring around the selection. */
  readonly focused: boolean
  /** Virtual time, for what is under way. */
  readonly now: number
  readonly words: Words
}

const FROM: readonly (readonly [number, Level])[] = [[1.6, 'container'], [0.74, 'vm'], [0.48, 'host'], [0.23, 'rack']]

/** The level at a zoom; `scale` is the projector's factor. */
export function levelAt(zoom: number, scale: number): Level {
  return FROM.find(([least]) => zoom / scale >= least)?.[1] ?? 'overview'
}

/** A world rectangle on screen, on whole pixels so that hairlines stay sharp. */
export function onScreen(view: SceneView, rect: Rect, dx = 0, dy = 0): Box {
  const { zoom, x, y } = view.viewport
  const left = Math.round((rect.x + dx) * zoom + x)
  const top = Math.round((rect.y + dy) * zoom + y)
  return { x: left + 0.5, y: top + 0.5, w: Math.round((rect.x + dx + rect.w) * zoom + x) - left, h: Math.round((rect.y + dy + rect.h) * zoom + y) - top }
}

/** The outline that selection, hover and keyboard focus give an object. */
export function outline(view: SceneView, id: RecordId, box: Box, radius: number): void {
  const { pen } = view
  if (id === view.selected && view.focused) {
    const gap = pen.palette.strongStroke / 2 + 2
    const d = gap + pen.palette.focusWidth / 2
    pen.box({ x: box.x - d, y: box.y - d, w: box.w + 2 * d, h: box.h + 2 * d }, radius + d, null, 'focus', pen.palette.focusWidth)
  }
}
