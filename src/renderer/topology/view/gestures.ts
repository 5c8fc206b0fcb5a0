import { onBeforeUnmount } from 'vue'
import type { Stage } from './stage.ts'

export interface GestureHooks {
  /** A click without a drag, in pixels of the canvas. */
  click(x: number, y: number): void
  hover(x: number, y: number): void
  leave(): void
  /** The person moved or zoomed the view. */
  moved(): void
}

const DRAG_FROM_PX = 4
const WHEEL_STEP = 0.0016
/** One notch of a wheel that counts in lines, in pixels. */
const LINE_PX = 32
const MOST_NOTCH = 240

/** Drag pans, wheel zooms about the pointer, two fingers pinch. Returns the listeners for the canvas's element. */
export function useGestures(element: () => HTMLElement | null, stage: () => Stage | null, hooks: GestureHooks) {
  const pointers = new Map<number, { x: number; y: number }>()
  let dragging = false
  let start = { x: 0, y: 0 }

  const local = (event: MouseEvent) => {
    const box = element()?.getBoundingClientRect()
    return { x: event.clientX - (box?.left ?? 0), y: event.clientY - (box?.top ?? 0) }
  }

  function down(event: PointerEvent): void {
    if (event.button !== 0) return
    pointers.set(event.pointerId, local(event))
    start = local(event)
    dragging = pointers.size > 1
    stage()?.stopTravel()
    element()?.setPointerCapture(event.pointerId)
  }

  function pinch(event: PointerEvent, at: { x: number; y: number }, before: { x: number; y: number }): void {
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1]
    if (!other) return
    const distance = (p: { x: number; y: number }) => Math.max(1, Math.hypot(p.x - other.x, p.y - other.y))
    stage()?.graph.zoomAbout(distance(at) / distance(before), { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 })
  }

  function move(event: PointerEvent): void {
    const at = local(event)
    const before = pointers.get(event.pointerId)
    const graph = stage()?.graph
    if (!before || !graph) {
      hooks.hover(at.x, at.y)
      return
    }
    if (!dragging && Math.hypot(at.x - start.x, at.y - start.y) < DRAG_FROM_PX) return
    if (!dragging) hooks.leave()
    dragging = true
    if (pointers.size > 1) pinch(event, at, before)
    else {
      const { zoom, x, y } = graph.viewport
      graph.setViewport({ zoom, x: x + at.x - before.x, y: y + at.y - before.y })
    }
    pointers.set(event.pointerId, at)
    hooks.moved()
  }

  function up(event: PointerEvent): void {
    if (!pointers.delete(event.pointerId)) return
    const at = local(event)
    if (!dragging && event.type === 'pointerup') hooks.click(at.x, at.y)
    if (pointers.size === 0) dragging = false
  }

  function wheel(event: WheelEvent): void {
    event.preventDefault()
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * LINE_PX : event.deltaY
    stage()?.stopTravel()
    stage()?.graph.zoomAbout(Math.exp(-Math.max(-MOST_NOTCH, Math.min(MOST_NOTCH, pixels)) * WHEEL_STEP), local(event))
    hooks.moved()
  }

  onBeforeUnmount(() => pointers.clear())
  return { down, move, up, wheel, local, isDragging: () => dragging }
}
