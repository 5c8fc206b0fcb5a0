import * as v from 'valibot'

/**
 * What a run cost: cycles = counted events × what one of them costs on one processor. A preset is one processor's figures, each with its source; figures are never
 * borrowed from another one.
 */
export const CPU_PRESETS = ['p4-2005', 'core2-2006', 'nehalem-2009', 'haswell-2013', 'broadwell-2014'] as const
export type CpuPresetName = (typeof CPU_PRESETS)[number]
export const DEFAULT_PRESET: CpuPresetName = 'p4-2005'

export const COST_PARTS = ['user', 'kernel', 'monitor', 'hardware'] as const
/** Who spent them: the guest's programs, its kernel (wherever it runs), the monitor, or the processor on faults, gates, ports, walks and VM exits. */
export type CostPart = (typeof COST_PARTS)[number]

/** In cycles. */
export type CycleAccount = Readonly<Record<CostPart, number>>

/** One addend of the account. */
export interface CostLine {
  readonly id: string
  /** The row of the table that says what one costs. */
  readonly parameter: string
  readonly label: string
  readonly count: number
  /** Cycles for each; null: the preset has no figure, and nothing is added. */
  readonly cost: number | null
  readonly cycles: number
  readonly part: CostPart
  readonly source: string
  /** False: from memory, or somebody's change. */
  readonly confirmed: boolean
}

/** A preset with what was changed in it, by the parameters' ids. */
export interface CostChoice {
  readonly preset: CpuPresetName
  readonly changes?: Readonly<Record<string, number>> | undefined
}

/** One row of the table of costs. */
export interface CostParameter {
  readonly id: string
  readonly label: string
  readonly unit: 'cycles' | 'GHz' | 'events'
  /** Null: this preset has no figure. */
  readonly value: number | null
  /** What the preset says. */
  readonly given: number | null
  readonly source: string
  readonly confirmed: boolean
}

/** What a machine's run cost so far. */
export interface MachineCosts {
  readonly preset: CpuPresetName
  readonly parameters: readonly CostParameter[]
  readonly account: CycleAccount
  readonly lines: readonly CostLine[]
}

/** Of that, what a machine's state tells each time. */
export interface CostSummary {
  readonly preset: CpuPresetName
  /** How many figures differ from the preset's. */
  readonly changed: number
  /** Null: the preset does not tell the clock. */
  readonly clockGhz: number | null
  readonly account: CycleAccount
  /** Kinds of events that were counted but have no figure. */
  readonly missing: number
}

export const MOST_COST = 1_000_000_000
/** The numbers are checked against the table where they are used. */
export const costChoice = v.object({
  preset: v.picklist(CPU_PRESETS),
  changes: v.optional(v.record(v.pipe(v.string(), v.maxLength(60)), v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(MOST_COST)))),
})
