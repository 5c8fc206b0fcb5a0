import type { MachineEventKind, TechniqueName } from '../../../protocol/machine.ts'
import type { MonitorEventKind } from '../../../protocol/monitor.ts'

const GUESTS: readonly MachineEventKind[] = ['fault', 'interrupt', 'gate', 'return', 'io', 'control', 'halt', 'end']
const MONITORS: Readonly<Record<TechniqueName, readonly MonitorEventKind[]>> = {
  native: [], 'trap-and-emulate': ['trap', 'inject'], 'binary-translation': ['trap', 'translate', 'inject'], paravirtual: ['hypercall', 'trap', 'inject'], 'hardware-assist': ['exit', 'inject'],
}

/** What can happen under a technique: the monitor's events first, then the guest's own. */
export const eventKinds = (technique: TechniqueName): readonly MachineEventKind[] => [...MONITORS[technique], ...GUESTS]

/** A kind is added to those that are shown, or taken away; none of them stands for all. */
export const toggled = (kinds: readonly MachineEventKind[], kind: MachineEventKind): readonly MachineEventKind[] => (kinds.includes(kind) ? kinds.filter((one) => one !== kind) : [...kinds, kind])
