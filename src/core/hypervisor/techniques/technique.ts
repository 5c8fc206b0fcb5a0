import type { TechniqueName } from '../../../protocol/machine.ts'
import type { MonitorPlan } from '../../machine/board/executor.ts'
import { binaryTranslation } from './binary-translation/binary-translation.ts'
import { hardwareAssist } from './hardware-assist.ts'
import { paravirtual } from './paravirtual/paravirtual.ts'
import { trapAndEmulate } from './trap-and-emulate.ts'

export interface TechniqueOptions {
  /** Where the guest's kernel runs under trap and emulate. */
  readonly kernelRing?: 1 | 3
}

const PLANS: Readonly<Record<TechniqueName, (options: TechniqueOptions) => MonitorPlan | null>> = {
  native: () => null,
  'trap-and-emulate': ({ kernelRing = 1 }) => trapAndEmulate({ kernelRing }),
  'binary-translation': () => binaryTranslation(),
  paravirtual: () => paravirtual(),
  'hardware-assist': () => hardwareAssist(),
}

/** Null: bare metal. */
export const monitorOf = (technique: TechniqueName, options: TechniqueOptions = {}): MonitorPlan | null => PLANS[technique](options)
