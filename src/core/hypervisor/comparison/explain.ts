import type { TechniqueName } from '../../../protocol/machine.ts'
import { disassemble } from '../../machine/assembler/disassemble.ts'
import { entryOf } from '../classifier/seventeen-entries.ts'

/** What each of the seventeen does to a guest that is run deprivileged and only entered by traps. The first words name the instruction. */
const DEPRIVILEGED: Readonly<Record<string, string>> = {
  sgdt: 'sgdt does not trap outside ring 0: it stored the base and the limit of the monitor’s table, not of the guest’s.',
  sidt: 'sidt does not trap outside ring 0: it stored the base and the limit of the monitor’s table, not of the guest’s.',
  sldt: 'sldt does not trap outside ring 0: it gave the selector that the monitor loaded, not the guest’s.',
  smsw: 'smsw does not trap outside ring 0: it gave the physical processor’s CR0, not the guest’s.',
  pushf: 'pushf does not trap outside ring 0: it pushed the physical processor’s IF and IOPL, which are the monitor’s.',
  popf: 'IF was not changed: outside ring 0 popf drops it without a trap.',
  lar: 'lar does not trap: it read the descriptor by which the monitor moved the kernel out of ring 0.',
  lsl: 'lsl does not trap: it read the monitor’s descriptor, which ends before what the monitor keeps for itself.',
  'verr-verw': 'verr and verw do not trap: they answered for the ring that the kernel was moved to.',
  'pop-seg': 'pop to a segment register does not trap: the processor checked and loaded for the ring that the kernel was moved to.',
  'push-seg': 'push of a segment register does not trap: the low two bits of the selector show the ring that the kernel was moved to.',
  'call-far': 'A far call does not trap: CS on the stack shows the ring that the kernel was moved to, or a gate for ring 0 is closed to it.',
  'jmp-far': 'A far jump does not trap: the processor checked the target for the ring that the kernel was moved to.',
  'int-n': 'int does not trap where its gate is open: the frame shows the physical processor’s CS and IF.',
  'ret-far': 'A far return or iret outside ring 0 drops IF without a trap, and returns to no inner ring.',
  str: 'str does not trap outside ring 0: it gave the selector that the monitor loaded, not the guest’s.',
  'mov-seg': 'mov of a segment register does not trap: the low two bits of the selector show the ring that the kernel was moved to.',
}

/** The entry of Robin and Irvine's list that an instruction belongs to (null: none), and what its technique made of it. */
export function explain(technique: TechniqueName, code: Uint8Array | null, address: number): { readonly entry: string | null; readonly explanation: string | null } {
  const row = code ? disassemble(code, address).entry : null
  const entry = row ? entryOf(row) : null
  return { entry, explanation: entry !== null && technique === 'trap-and-emulate' ? DEPRIVILEGED[entry]! : null }
}
