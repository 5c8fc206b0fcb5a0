/** A place in memory: base + index × scale + displacement, in DS or in GS. ESP is never a base here, which spares a form. */
export interface Memory {
  readonly base: number | null
  readonly index: number | null
  readonly scale: 1 | 2 | 4 | 8
  readonly displacement: number
  readonly gs: boolean
}

/** A register's number, or a place in memory. */
export type Place = number | Memory

export type Condition86 = 'b' | 'ae' | 'e' | 'ne' | 's' | 'l' | 'ge'

/** The amount of a shift that stands in CL. */
export const CL = 'cl'

const place = (base: number | null, displacement: number, gs: boolean): Memory => ({ base, index: null, scale: 1, displacement, gs })

export const at = (base: number, displacement: number): Memory => place(base, displacement, false)
/** In the segment of the guest's memory; `base` null: an address that is known. */
export const guestAt = (base: number | null, displacement: number): Memory => place(base, displacement, true)
export const tableAt = (index: number, scale: 1 | 2 | 4 | 8, displacement: number): Memory => ({ base: null, index, scale, displacement, gs: false })
