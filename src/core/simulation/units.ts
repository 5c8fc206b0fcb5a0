/** Virtual time and durations: integer nanoseconds since the simulation began (exact in a double for 104 days). */
export type SimTime = number

export const MICROSECOND = 1_000
export const MILLISECOND = 1_000_000
export const SECOND = 1_000_000_000
export const MINUTE = 60 * SECOND

export const KiB = 1024
export const MiB = 1024 * KiB
export const GiB = 1024 * MiB
