import type { MachineEventKind } from '../../../protocol/machine.ts'
import type { EventLook } from '../../app/look.ts'

/** The kinds of event inside a machine; those of the room are in `app/look.ts`. */
export const MACHINE_EVENT_LOOKS: Readonly<Record<MachineEventKind, EventLook>> = {
  fault: { icon: 'fault', color: 'var(--fault)' },
  interrupt: { icon: 'clock', color: 'var(--ev-inject)' },
  gate: { icon: 'right', color: 'var(--ev-walk)' },
  return: { icon: 'undo', color: 'var(--ev-walk)' },
  io: { icon: 'io', color: 'var(--ev-io)' },
  control: { icon: 'chip', color: 'var(--ev-direct)' },
  halt: { icon: 'pause', color: 'var(--ev-direct)' },
  end: { icon: 'off', color: 'var(--fg)' },
  trap: { icon: 'trap', color: 'var(--ev-trap)' },
  exit: { icon: 'exit', color: 'var(--ev-exit)' },
  hypercall: { icon: 'hyper', color: 'var(--ev-hypercall)' },
  translate: { icon: 'xlate', color: 'var(--ev-xlate)' },
  inject: { icon: 'inject', color: 'var(--ev-inject)' },
}
