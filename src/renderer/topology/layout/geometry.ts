/** Sizes of the drawing in world units: one unit is one pixel at zoom 1 and normal scale. From the drawing language. */
export interface Rect {
  readonly x: number
  readonly y: number
  readonly w: number
  readonly h: number
}

export const HOST = { pad: 12, head: 40, gap: 10, foot: 8, bandH: 34, bandGap: 8, hardwareH: 56, colGap: 14, minInner: 310 } as const
export const GUEST = { w: 150, gap: 10, headH: 78, tallHeadH: 104, kernelH: 22, pad: 8 } as const
export const CONTAINER = { w: 92, h: 42, gap: 9, perRow: 3 } as const
export const PRIVILEGED = { h: 108 } as const
export const RAIL = { gap: 22, step: 34 } as const
export const RACK = { pad: 16, head: 34, gap: 40, gutter: 10 } as const

export const shift = (rect: Rect, x: number, y: number): Rect => ({ x: rect.x + x, y: rect.y + y, w: rect.w, h: rect.h })

export const contains = (rect: Rect, x: number, y: number): boolean => x >= rect.x && y >= rect.y && x < rect.x + rect.w && y < rect.y + rect.h

export const intersects = (a: Rect, b: Rect): boolean => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h
