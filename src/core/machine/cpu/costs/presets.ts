import { type CostChoice, type CostParameter, type CpuPresetName, DEFAULT_PRESET, MOST_COST } from '../../../../protocol/costs.ts'
import { Failure } from '../../../base/failure.ts'
import { COST_IDS, COST_PARAMETERS, type CostId, type CpuPreset, isCostId } from './parameters.ts'
import { BROADWELL_2014, CORE2_2006, HASWELL_2013, NEHALEM_2009 } from './presets/later.ts'
import { P4_2005 } from './presets/p4-2005.ts'

const PRESETS: Readonly<Record<CpuPresetName, CpuPreset>> = { 'p4-2005': P4_2005, 'core2-2006': CORE2_2006, 'nehalem-2009': NEHALEM_2009, 'haswell-2013': HASWELL_2013, 'broadwell-2014': BROADWELL_2014 }

export type CostTable = ReadonlyMap<CostId, CostParameter>

const CHANGED = 'Changed here'

/** The whole table of a choice, in the order of the parameters. Throws a `Failure` for a change of what does not exist, or to what makes no sense. */
export function costTable({ preset, changes = {} }: CostChoice = { preset: DEFAULT_PRESET }): CostTable {
  for (const [id, value] of Object.entries(changes)) {
    if (!isCostId(id)) throw new Failure('invalid', `There is no cost "${id}".`, `There are ${COST_IDS.join(', ')}.`)
    if (!(value >= 0 && value <= MOST_COST) || (id === 'clock' && value === 0)) throw new Failure('invalid', `The cost "${id}" cannot be ${value}.`, `A cost is between 0 and ${MOST_COST}; a clock is more than 0.`)
  }
  const { figures } = PRESETS[preset]
  return new Map(COST_IDS.map((id) => {
    const figure = figures[id]
    const change = Object.hasOwn(changes, id) ? changes[id]! : null
    return [id, {
      id, ...COST_PARAMETERS[id], given: figure?.value ?? null, value: change ?? figure?.value ?? null,
      source: change !== null ? CHANGED : figure?.source ?? '', confirmed: change === null && figure?.confirmed === true,
    }]
  }))
}

export const presetTitle = (preset: CpuPresetName): string => PRESETS[preset].title
