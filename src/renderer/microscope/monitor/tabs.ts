import type { TechniqueName } from '../../../protocol/machine.ts'
import type { MonitorTab } from '../microscope-store.ts'

const TABS: Readonly<Record<TechniqueName, readonly MonitorTab[]>> = {
  native: [], 'trap-and-emulate': ['monitor'], 'binary-translation': ['monitor', 'translations'], paravirtual: ['monitor', 'hypercalls'], 'hardware-assist': ['monitor', 'vmcs'],
}

/** What there is to be seen of a monitor. */
export const monitorTabs = (technique: TechniqueName): readonly MonitorTab[] => TABS[technique]
