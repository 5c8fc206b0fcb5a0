import type { MachineEvent } from '../../../protocol/machine.ts'
import type { Machine } from '../board/machine.ts'
import { INTERRUPT_CYCLES, PORT_CYCLES, RING_CHANGE_CYCLES } from '../cpu/costs.ts'
import { CONTROL_NAMES, type RecordedEvent } from '../history/event-log.ts'
import { instructionText } from './code.ts'
import type { SymbolTable } from './symbols.ts'

const PAGE_FAULT = 14

/** An event as it is shown. `cycles` is what it costs beyond its instruction. */
export function eventOf(recorded: RecordedEvent, machine: Machine, symbols: SymbolTable): MachineEvent {
  const { index, tick, kind, eip, linear, fromCpl, toCpl, number, error, target, value, before, code } = recorded
  const ringChange = fromCpl === toCpl ? 0 : RING_CHANGE_CYCLES
  const common = { index, tick, kind, eip, symbol: symbols.at(linear), fromCpl, toCpl, cycles: ringChange, ...(code.length > 0 ? { cause: instructionText(code, linear) } : {}) }
  switch (kind) {
    case 'fault': case 'interrupt': case 'gate': return {
      ...common, target, ...(number < 0 ? {} : { vector: number, cycles: INTERRUPT_CYCLES + ringChange }), ...(error < 0 ? {} : { error }),
      ...(kind === 'fault' && number === PAGE_FAULT ? { address: value } : {}), ...(kind === 'interrupt' ? lineOf(machine, number) : {}),
    }
    case 'return': return { ...common, target }
    case 'io': return { ...common, port: number, write: before > 0, size: Math.abs(before), value, cycles: PORT_CYCLES }
    case 'control': return { ...common, name: CONTROL_NAMES[number]!, value, before: before >>> 0 }
    case 'halt': case 'end': return common
  }
}

/** The line that the interrupt controller has under this vector. */
function lineOf(machine: Machine, vector: number): { readonly name?: string } {
  const { master, slave } = machine.devices.pic.save()
  if (vector - master.vectorBase >= 0 && vector - master.vectorBase < 8) return { name: `irq${vector - master.vectorBase}` }
  if (vector - slave.vectorBase >= 0 && vector - slave.vectorBase < 8) return { name: `irq${vector - slave.vectorBase + 8}` }
  return {}
}
