import type { Condition } from '../scene/types.ts'

const TOKENS = [
  'bg-app', 'bg-canvas', 'bg-panel', 'bg-raised', 'bg-inset', 'bg-hover', 'bg-selected', 'fg', 'fg-2', 'fg-3', 'line', 'line-2', 'line-strong',
  'track', 'meter', 'accent', 'focus', 'running', 'running-soft', 'paused', 'paused-soft', 'off', 'off-soft', 'fault', 'fault-soft',
] as const

export type Token = (typeof TOKENS)[number]

/** The design tokens as the canvas needs them: colours as text, sizes as numbers. */
export interface Palette {
  readonly colors: Readonly<Record<Token, string>>
  readonly ui: string
  readonly mono: string
  /** Multiplies every size: 1, or the projector's factor. */
  readonly scale: number
  readonly stroke: number
  readonly strongStroke: number
  readonly focusWidth: number
  /** Surfaces have a tint of glass, except in high contrast. */
  readonly glass: boolean
  /** Duration of travel in ms; 0 with reduced motion. */
  readonly travel: number
}

/** Reads the tokens in force on an element. */
export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element)
  const read = (name: string) => style.getPropertyValue(`--${name}`).trim()
  const size = (name: string, fallback: number) => Number.parseFloat(read(name)) || fallback
  return {
    colors: Object.fromEntries(TOKENS.map((token) => [token, read(token) || '#888888'])) as Record<Token, string>,
    ui: read('font-ui') || 'sans-serif',
    mono: read('font-mono') || 'monospace',
    scale: size('scale', 1),
    stroke: size('stroke', 1.5),
    strongStroke: size('stroke-strong', 2.5),
    focusWidth: size('focus-w', 2),
    glass: read('glass') !== 'none',
    travel: Number.parseFloat(read('t-slow')) || 0,
  }
}

export const conditionColor = (condition: Condition): Token => (condition === 'busy' ? 'paused' : condition)
