import type { TranslationsAnswer, VmcsAnswer, MonitorAnswer } from '../../../protocol/monitor.ts'
import { Failure } from '../../base/failure.ts'
import type { Machine } from '../board/machine.ts'
import { INTR } from '../cpu/layout.ts'
import { cpuState } from '../inspect/cpu-state.ts'
import type { SymbolTable } from '../inspect/symbols.ts'

const without = (what: string): never => {
  throw new Failure('unsupported', `This machine has no ${what}.`, 'Open a guest under a technique that has one.')
}

/** `machine.monitor`. Throws a `Failure` for a machine without a monitor. */
export function monitorAnswer({ cpu, executor }: Machine): MonitorAnswer {
  const view = executor.inspect?.() ?? without('monitor')
  return { believed: cpuState(cpu), ...view, interruptWaits: cpu.s[INTR] !== 0 }
}

/** `machine.vmcs`. */
export const vmcsAnswer = ({ executor }: Machine): VmcsAnswer => executor.vmcs?.() ?? without('VMCS')

/** `machine.translations`. */
export function translationsAnswer({ executor }: Machine, symbols: SymbolTable, around: number | null, count: number): TranslationsAnswer {
  const answer = executor.translations?.(around, count) ?? without('translation cache')
  return { ...answer, blocks: answer.blocks.map((block) => ({ ...block, symbol: symbols.at(block.pc) })) }
}
