import type { Opcode } from '../../../machine/cpu/opcode.ts'

/** What the translator makes of an instruction. */
export interface Rule {
  /** Copied unchanged, or replaced. */
  readonly kind: 'ident' | 'non-ident'
  readonly how: string
  readonly way: Way
}

/**
 * `copy`; `call-out`: a trap into the monitor, which does the instruction on the virtual processor; `selector`: a copy where the register shows the guest's own selector, else a
 * call-out; `clear-interrupts`: a store to the virtual IF; `control-write`, `port-read`: done on the monitor's data where nobody but the guest notices, else a call-out; direct and indirect control flow.
 */
export type Way = 'copy' | 'call-out' | 'selector' | 'clear-interrupts' | 'control-write' | 'port-read' | 'jump' | 'condition' | 'near-loop' | 'call' | 'return' | 'indirect-jump' | 'indirect-call'

const RULES: Readonly<Record<Way, Rule>> = {
  copy: { kind: 'ident', way: 'copy', how: 'copied unchanged' },
  'call-out': { kind: 'non-ident', way: 'call-out', how: 'call-out: the monitor does it on the virtual processor' },
  selector: { kind: 'ident', way: 'selector', how: 'copied for DS, ES and FS, which hold the guest\'s selectors; call-out for CS, SS and GS, which do not' },
  'clear-interrupts': { kind: 'non-ident', way: 'clear-interrupts', how: 'in the cache: a store to the virtual IF' },
  'control-write': { kind: 'non-ident', way: 'control-write', how: 'in the cache for CR2, which only the guest itself notices: a store to the virtual one; call-out for the others' },
  'port-read': { kind: 'non-ident', way: 'port-read', how: 'in the cache for port 0x80, whose value is known: a read from the monitor\'s data; call-out for the others' },
  jump: { kind: 'non-ident', way: 'jump', how: 'direct: chained to the translated target' },
  condition: { kind: 'non-ident', way: 'condition', how: 'direct: chained to the translated target, the other way follows behind' },
  'near-loop': { kind: 'non-ident', way: 'near-loop', how: 'direct, by a jump of its own where the translated target is not near enough' },
  call: { kind: 'non-ident', way: 'call', how: 'pushes the guest\'s return address, then a chained jump' },
  return: { kind: 'non-ident', way: 'return', how: 'indirect: target looked up by its hash' },
  'indirect-jump': { kind: 'non-ident', way: 'indirect-jump', how: 'indirect: target looked up by its hash' },
  'indirect-call': { kind: 'non-ident', way: 'indirect-call', how: 'pushes the guest\'s return address, then target looked up by its hash' },
}

const WAYS: Readonly<Record<string, Way>> = {
  cli: 'clear-interrupts', jmp: 'jump', jcc: 'condition', jecxz: 'near-loop', call: 'call', ret: 'return', jmpIndirect: 'indirect-jump', callIndirect: 'indirect-call',
  movToControl: 'control-write', inPort: 'port-read', pushSegment: 'selector', movFromSegment: 'selector',
  // Depend on what the virtual processor has, or always fault.
  cpuid: 'call-out', coprocessor: 'call-out', wait: 'call-out', ud: 'call-out', loop: 'near-loop', loope: 'near-loop', loopne: 'near-loop',
}

/** The rule for an opcode; follows from what the table says of it. */
export function ruleOf({ handler, privileged, sensitive }: Opcode): Rule {
  const way = WAYS[handler] ?? (sensitive || privileged !== 'never' ? 'call-out' : 'copy')
  return RULES[way]
}
