import { FAULT_EVENT, GATE, type MonitorEvent, PORT_ACCESS } from '../../machine/cpu/costs/counters.ts'
import type { Cpu } from '../../machine/cpu/cpu.ts'
import { interpret } from '../../machine/cpu/interpreter.ts'
import type { Entries } from './entries.ts'

/**
 * Does an instruction for the guest, on its virtual processor, and books the work: `usual`, a system call or an exception that it turns out to be, and the devices' models.
 */
export function emulate(virtual: Cpu, entries: Entries, usual: MonitorEvent): ReturnType<typeof interpret> {
  const { counts } = virtual
  const [gates, faults, ports] = [counts[GATE]!, counts[FAULT_EVENT]!, counts[PORT_ACCESS]!]
  const result = interpret(virtual)
  entries.spend(counts[FAULT_EVENT]! > faults ? 'reflect' : counts[GATE]! > gates ? 'reflectCall' : usual)
  entries.spend('device', counts[PORT_ACCESS]! - ports)
  return result
}
