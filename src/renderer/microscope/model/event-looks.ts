import type { MachineEventKind } from '../../../protocol/machine.ts'
import type { EventLook } from '../../app/look.ts'

/** The kinds of event inside a machine; those of the room are in `app/look.ts`. */
export const MACHINE_EVENT_LOOKS: Readonly<Record<MachineEventKind, EventLook>> = {
  fault: { icon: 'fault', color: 'var(--fault)' },
  interrupt: { icon: 'inject', color: 'var(--ev-inject)' },
  gate: { icon: 'trap', color: 'var(--ev-trap)' },
  return: { icon: 'exit', color: 'var(--ev-hypercall)' },
  io: { icon: 'io', color: 'var(--ev-io)' },
  control: { icon: 'chip', color: 'var(--ev-walk)' },
  halt: { icon: 'pause', color: 'var(--ev-direct)' },
  end: { icon: 'off', color: 'var(--ev-exit)' },
  trap: { icon: 'trap', color: 'var(--ev-trap)' },
  exit: { icon: 'exit', color: 'var(--ev-exit)' },
  hypercall: { icon: 'hypercall', color: 'var(--ev-hypercall)' },
  translate: { icon: 'translate', color: 'var(--ev-translate)' },
  inject: { icon: 'inject', color: 'var(--ev-inject)' },
}
