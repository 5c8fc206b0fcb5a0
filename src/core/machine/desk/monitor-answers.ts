import type { TranslationsAnswer, VmcsAnswer, MonitorAnswer } from '../../../protocol/monitor.ts'
import { Failure } from '../../base/failure.ts'
import type { Machine } from '../board/machine.ts'
import { CPL, INTR } from '../cpu/layout.ts'
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

/** In which ring the guest's next instruction really runs; null: in none, it is interpreted. */
export function actualRing({ cpu, executor }: Machine): number | null {
  const actual = executor.inspect?.().actual
  if (!actual) return cpu.s[CPL]!
  return actual.how === 'interpreted' ? null : actual.cpu.cpl
}

/** `machine.vmcs`. */
export const vmcsAnswer = ({ executor }: Machine): VmcsAnswer => executor.vmcs?.() ?? without('VMCS')

/** `machine.translations`. */
export function translationsAnswer({ executor }: Machine, symbols: SymbolTable, around: number | null, count: number): TranslationsAnswer {
  const answer = executor.translations?.(around, count) ?? without('translation cache')
  return { ...answer, blocks: answer.blocks.map((block) => ({ ...block, symbol: symbols.at(block.pc) })) }
}
