import type { Divergence, LockstepColumn, LockstepState } from '../../../protocol/comparison.ts'
import { t } from '../../app/i18n/index.ts'
import { hexShort } from '../../microscope/model/format.ts'

export interface FoundDivergence {
  readonly column: LockstepColumn
  readonly divergence: Divergence
}

/** Every machine that went a way of its own, the first first. */
export const foundDivergences = (state: LockstepState): readonly FoundDivergence[] =>
  state.columns.flatMap((column) => (column.divergence ? [{ column, divergence: column.divergence }] : [])).sort((a, b) => a.divergence.tick - b.divergence.tick)

/** The divergence at or before the present moment, the latest of them; else the first there is. */
export function latestDivergence(state: LockstepState): FoundDivergence | null {
  const found = foundDivergences(state)
  return found.findLast(({ divergence }) => divergence.tick <= state.tick) ?? found[0] ?? null
}

/** What tells a machine from the others: its technique, or, of branches, its own name. */
export const columnName = ({ of }: Pick<LockstepState, 'of'>, { technique, title }: LockstepColumn): string => (of === 'branches' ? title : t(`lockstep.technique.${technique}`))

/** "Trap and emulate goes a way of its own at popf (0x100012, start+18, line 11), after 186 moments." */
export function divergenceSentence(state: LockstepState, { column, divergence }: FoundDivergence): string {
  const { instruction, step, moment } = divergence
  const names = { technique: columnName(state, column), reference: columnName(state, state.columns[0]!), moment: moment.toLocaleString('en') }
  if (!instruction || step === 'start' || step === 'output' || step === 'input' || step === 'idle') return t(`lockstep.diverged.${step}`, names)
  const place = [hexShort(instruction.address), instruction.symbol, instruction.line === null ? null : t('lockstep.line', { line: instruction.line })].filter(Boolean).join(', ')
  return t(`lockstep.diverged.${step}`, { ...names, instruction: instruction.text, place })
}

const FLAGS = [['NT', 14], ['OF', 11], ['DF', 10], ['IF', 9], ['TF', 8], ['SF', 7], ['ZF', 6], ['AF', 4], ['PF', 2], ['CF', 0]] as const

/** For flags, the bits that differ: `IF 0`. Otherwise the values are words for themselves. */
export function valueText(name: string, value: string, other: string): string {
  if (name !== 'eflags') return value
  const [mine, its] = [Number.parseInt(value, 16), Number.parseInt(other, 16)]
  const bits = FLAGS.filter(([, bit]) => ((mine ^ its) >>> bit) & 1).map(([flag, bit]) => `${flag} ${(mine >>> bit) & 1}`)
  return `${value}${bits.length > 0 ? ` (${bits.join(', ')})` : ''}`
}
