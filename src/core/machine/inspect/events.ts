import type { MachineEvent } from '../../../protocol/machine.ts'
import type { Machine } from '../board/machine.ts'
import type { CostId } from '../cpu/costs/parameters.ts'
import { CONTROL_NAMES, type RecordedEvent } from '../history/event-log.ts'
import { instructionText } from './code.ts'
import type { SymbolTable } from './symbols.ts'

const PAGE_FAULT = 14

/** An event as it is shown. `cycles` is what the processor spends on it beyond its instruction: on bare metal, since under a monitor others may do it in its place. */
export function eventOf(recorded: RecordedEvent, machine: Machine, symbols: SymbolTable): MachineEvent {
  const { index, tick, kind, eip, linear, fromCpl, toCpl, number, error, target, value, before, code } = recorded
  const isBare = machine.executor.physical === machine.cpu
  const costOf = (id: CostId): number => (isBare ? machine.costs.get(id)!.value ?? 0 : 0)
  const delivery = kind === 'fault' ? costOf('fault') + (number === PAGE_FAULT ? costOf('pageFault') : 0) : costOf(kind === 'interrupt' ? 'interrupt' : 'gate')
  const common = { index, tick, kind, eip, symbol: symbols.at(linear), fromCpl, toCpl, cycles: 0, ...(code.length > 0 ? { cause: instructionText(code, linear) } : {}) }
  switch (kind) {
    case 'fault': case 'interrupt': case 'gate': return {
      ...common, target, cycles: delivery, ...(number < 0 ? {} : { vector: number }), ...(error < 0 ? {} : { error }),
      ...(kind === 'fault' && number === PAGE_FAULT ? { address: value } : {}), ...(kind === 'interrupt' ? lineOf(machine, number) : {}),
    }
    case 'return': return { ...common, target, cycles: costOf('return') }
    case 'io': return { ...common, port: number, write: before > 0, size: Math.abs(before), value, cycles: costOf('port') }
    case 'control': return { ...common, name: CONTROL_NAMES[number]!, value, before: before >>> 0 }
    case 'halt': case 'end': return common
    case 'inject': return { ...common, vector: number, ...lineOf(machine, number) }
    case 'trap': case 'exit': case 'hypercall': case 'translate': return { ...common, ...entryParts(recorded) }
  }
}

/** What a monitor was entered for. */
function entryParts({ number, error, value, detail }: RecordedEvent): Partial<MachineEvent> {
  switch (detail?.kind) {
    case 'trap': return { vector: number, reason: detail.reason, ...(number === PAGE_FAULT ? { error, address: value } : {}) }
    case 'vm exit': return { name: detail.name, exit: { number: detail.reason, amd: detail.amd, qualification: detail.qualification >>> 0 } }
    case 'hypercall': return { name: detail.name, call: { args: detail.args.map((word) => word >>> 0), result: detail.result, denial: detail.denial } }
    case 'block': return { target: detail.pc, instructions: detail.instructions }
    default: return {}
  }
}

/** The line that the interrupt controller has under this vector. */
function lineOf(machine: Machine, vector: number): { readonly name?: string } {
  const { master, slave } = machine.devices.pic.save()
  if (vector - master.vectorBase >= 0 && vector - master.vectorBase < 8) return { name: `irq${vector - master.vectorBase}` }
  if (vector - slave.vectorBase >= 0 && vector - slave.vectorBase < 8) return { name: `irq${vector - slave.vectorBase + 8}` }
  return {}
}
