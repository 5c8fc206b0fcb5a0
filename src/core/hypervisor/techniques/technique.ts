import type { TechniqueName } from '../../../protocol/machine.ts'
import type { MonitorPlan } from '../../machine/board/executor.ts'
import type { MonitorExit } from '../monitor/exit.ts'
import { binaryTranslation } from './binary-translation/binary-translation.ts'
import { hardwareAssist } from './hardware-assist.ts'
import { paravirtual } from './paravirtual/paravirtual.ts'
import { trapAndEmulate } from './trap-and-emulate.ts'

export interface TechniqueOptions {
  /** Where the guest's kernel runs under trap and emulate. */
  readonly kernelRing?: 1 | 3
  /** Is told every entry of the monitor. */
  readonly onExit?: (exit: MonitorExit) => void
}

const PLANS: Readonly<Record<TechniqueName, (options: TechniqueOptions) => MonitorPlan | null>> = {
  native: () => null,
  'trap-and-emulate': ({ kernelRing = 1, onExit }) => trapAndEmulate({ kernelRing, ...(onExit && { onExit }) }),
  'binary-translation': ({ onExit }) => binaryTranslation({ ...(onExit && { onExit }) }),
  paravirtual: ({ onExit }) => paravirtual({ ...(onExit && { onExit }) }),
  'hardware-assist': ({ onExit }) => hardwareAssist({ ...(onExit && { onExit }) }),
}

/** Null: bare metal. */
export const monitorOf = (technique: TechniqueName, options: TechniqueOptions = {}): MonitorPlan | null => PLANS[technique](options)
