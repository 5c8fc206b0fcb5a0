/** Sizes of the drawing in world units: one unit is one pixel at zoom 1 and normal scale. From the drawing language. */
export interface Rect {
  readonly x: number
  readonly y: number
  readonly w: number
  readonly h: number
}

export const HOST = { pad: 12, head: 40, gap: 10, foot: 8, bandH: 34, bandGap: 8, hardwareH: 56, colGap: 14, minInner: 238 } as const
export const GUEST = { w: 136, gap: 10, headH: 84, tallHeadH: 100, kernelH: 26, pad: 8 } as const
export const CONTAINER = { h: 42, gap: 8, perRow: 3 } as const
export const PRIVILEGED = { h: 108 } as const
export const RAIL = { gap: 22, step: 34 } as const
export const RACK = { pad: 16, head: 64, gap: 110, gutter: 10 } as const

export const shift = (rect: Rect, x: number, y: number): Rect => ({ x: rect.x + x, y: rect.y + y, w: rect.w, h: rect.h })

export const contains = (rect: Rect, x: number, y: number): boolean => x >= rect.x && y >= rect.y && x < rect.x + rect.w && y < rect.y + rect.h

export const intersects = (a: Rect, b: Rect): boolean => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h

/** A kernel module's box inside its kernel's band; `unit` is the size of a world unit in the band's coordinates. */
export const moduleRect = (band: Rect, unit: number): Rect => ({ x: band.x + 88 * unit, y: band.y + 5 * unit, w: 62 * unit, h: band.h - 10 * unit })
