import { type ComputedRef, inject, type InjectionKey, type ShallowRef } from 'vue'
import type { PartEffect, StructureAnswer, StructurePart } from '../../../protocol/structure.ts'
import type { IconName } from '../../ui/icon-names.ts'

/** What the boxes of a host's picture share. */
export interface StructureView {
  readonly answer: ComputedRef<StructureAnswer | null>
  readonly selected: ShallowRef<string | null>
  /** The station at which the request that is walked stands. */
  readonly station: ComputedRef<string | null>
  childrenOf(id: string): readonly StructurePart[]
}

export const STRUCTURE: InjectionKey<StructureView> = Symbol('structure')

export function useStructureView(): StructureView {
  const view = inject(STRUCTURE)
  if (!view) throw new Error('There is no structure to show.')
  return view
}

/** How a part is drawn: as it is, or as the crash that is asked about would leave it. */
export type PartTone = 'down' | 'stalled' | 'would-fall' | 'would-wait' | null

export function toneOf({ now, crash }: StructureAnswer, id: string): PartTone {
  const is = now[id]?.kind
  if (is === 'down') return 'down'
  if (crash?.[id]?.kind === 'down') return 'would-fall'
  if (is === 'stalled') return 'stalled'
  return crash?.[id]?.kind === 'stalled' ? 'would-wait' : null
}

const ICONS: Readonly<Partial<Record<StructurePart['kind'], IconName>>> = {
  hardware: 'host', device: 'disk', card: 'chip', 'host-os': 'board', hypervisor: 'hyper', domain: 'shield', guest: 'vm', process: 'term', monitor: 'eye', driver: 'io', module: 'io',
}
export const partIcon = ({ kind, id }: StructurePart): IconName | null => (kind === 'device' && /\/nic\d+$/.test(id) ? 'net' : ICONS[kind] ?? null)

/** Kinds that are named when a crash is told: whole systems, not what is in them. */
const TOLD: ReadonlySet<StructurePart['kind']> = new Set(['host-os', 'hypervisor', 'domain', 'card', 'guest'])

/** Names of the systems that an effect reaches. */
export function reached(parts: readonly StructurePart[], effects: Readonly<Record<string, PartEffect>>, kind: PartEffect['kind']): string[] {
  return parts.filter((part) => TOLD.has(part.kind) && effects[part.id]?.kind === kind).map(({ name }) => name)
}
