import type { MemoryTechniqueName, TechniqueName } from '../../../protocol/techniques.ts'
import { Failure } from '../../base/failure.ts'
import type { MonitorPlan } from '../../machine/board/executor.ts'
import type { ShadowKind } from '../memory/guest-translation.ts'
import { binaryTranslation } from './binary-translation/binary-translation.ts'
import { hardwareAssist } from './hardware-assist.ts'
import { paravirtual } from './paravirtual/paravirtual.ts'
import { trapAndEmulate } from './trap-and-emulate.ts'

export interface TechniqueOptions {
  /** Where the guest's kernel runs under trap and emulate. */
  readonly kernelRing?: 1 | 3
  /** How the guest's addresses become the host's; the technique's own way if not said. */
  readonly memory?: MemoryTechniqueName
}

const PLANS: Readonly<Record<TechniqueName, (options: TechniqueOptions) => MonitorPlan | null>> = {
  native: ({ memory }) => refuse(memory, 'On bare metal the guest\u2019s page tables are the processor\u2019s.') ?? null,
  'trap-and-emulate': ({ kernelRing = 1, memory }) => trapAndEmulate({ kernelRing, ...shadow(memory) }),
  'binary-translation': ({ memory }) => binaryTranslation(shadow(memory)),
  paravirtual: ({ memory }) => refuse(memory, 'A ported kernel\u2019s page tables are the processor\u2019s, checked before each change: direct paging.') ?? paravirtual(),
  'hardware-assist': ({ memory }) => hardwareAssist(memory && { memory }),
}

/** A deprivileged guest has one set of page tables. */
function shadow(memory: MemoryTechniqueName | undefined): { readonly memory?: ShadowKind } {
  if (memory === 'nested') throw new Failure('unsupported', 'Nested page tables exist in non-root operation only: the processor walks them for a guest that it knows of.', 'Use hardware-assist, or shadow page tables.')
  return memory ? { memory } : {}
}

function refuse(memory: MemoryTechniqueName | undefined, why: string): undefined {
  if (memory) throw new Failure('unsupported', `${why} There is no choice of memory techniques.`, 'Leave the memory technique out.')
}

/** Null: bare metal. Throws a `Failure` where a technique cannot do memory this way. */
export const monitorOf = (technique: TechniqueName, options: TechniqueOptions = {}): MonitorPlan | null => PLANS[technique](options)
