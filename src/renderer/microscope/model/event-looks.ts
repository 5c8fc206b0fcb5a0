import type { MachineEventKind } from '../../../protocol/machine.ts'
import type { IconName } from '../../ui/icon-names.ts'

/** How a kind of event looks; its name is always written beside. */
export const EVENT_LOOKS: Readonly<Record<MachineEventKind, { readonly icon: IconName; readonly color: string }>> = {
  fault: { icon: 'fault', color: 'var(--fault)' },
  interrupt: { icon: 'inject', color: 'var(--ev-inject)' },
  gate: { icon: 'trap', color: 'var(--ev-trap)' },
  return: { icon: 'exit', color: 'var(--ev-hypercall)' },
  io: { icon: 'io', color: 'var(--ev-io)' },
  control: { icon: 'chip', color: 'var(--ev-walk)' },
  halt: { icon: 'pause', color: 'var(--ev-direct)' },
  end: { icon: 'off', color: 'var(--ev-exit)' },
}
