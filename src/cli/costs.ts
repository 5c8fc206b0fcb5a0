import { CPU_PRESETS, type CostChoice, type CpuPresetName, DEFAULT_PRESET } from '../protocol/costs.ts'
import { UsageError } from './command.ts'

export const COST_OPTIONS = { preset: { type: 'string' }, cost: { type: 'string', multiple: true } } as const

export const COST_HELP = `  --preset P            whose figures turn counted events into cycles: ${CPU_PRESETS.join(', ')} (default: ${DEFAULT_PRESET})
  --cost NAME=CYCLES    another figure in the place of the preset's, e.g. vmEntry=1000. More than one can be given`

/** What the two options say. */
export function costChoiceOf(values: { readonly preset?: string | undefined; readonly cost?: readonly string[] | undefined }): CostChoice {
  return { preset: presetName(values.preset ?? DEFAULT_PRESET), ...(values.cost && { changes: Object.fromEntries(values.cost.map(changeOf)) }) }
}

function presetName(value: string): CpuPresetName {
  const name = CPU_PRESETS.find((known) => known === value)
  if (!name) throw new UsageError(`"${value}" is not a preset. There are ${CPU_PRESETS.join(', ')}.`)
  return name
}

function changeOf(text: string): readonly [string, number] {
  const [, name, value] = /^([a-zA-Z]+)=(\d+(?:\.\d+)?)$/.exec(text) ?? []
  if (name === undefined || value === undefined) throw new UsageError(`"${text}" is not a cost, which looks like vmEntry=1000.`)
  return [name, Number(value)]
}
