/** The ring diagram: four circles around one centre, and where the dot of each ring lies. In the units of its view box. */
export const RINGS = [
  { ring: 3, radius: 92 },
  { ring: 2, radius: 71 },
  { ring: 1, radius: 50 },
  { ring: 0, radius: 27 },
] as const

export const CENTRE = { x: 100, y: 98 } as const

/** Middle of each band, to the right of the centre; ring 0 beside its number. */
const DOTS: readonly number[] = [15, 38, 60, 81]

export const dotX = (ring: number): number => CENTRE.x + (DOTS[ring] ?? 0)
