/** A state of the package archives that is worth one click. `date: null` is the real present day. */
export interface Universe {
  readonly key: '2014' | '2018' | 'today'
  readonly date: string | null
}

export const UNIVERSES: readonly Universe[] = [
  { key: '2014', date: '2014-06-01' },
  { key: '2018', date: '2018-06-01' },
  { key: 'today', date: null },
]

/** Which of them a date is, null for another one. `today` is `YYYY-MM-DD`. */
export function universeOf(date: string, today: string): Universe['key'] | null {
  return UNIVERSES.find((universe) => (universe.date ?? today) === date)?.key ?? null
}
