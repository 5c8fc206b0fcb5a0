/** Causes of the privileged manual (table of `mcause`), for what a program can do wrong. */
export type FaultCause = 'instruction-misaligned' | 'instruction-access' | 'illegal-instruction' | 'breakpoint' | 'load-access' | 'store-access'

/** Why a program runs no further. */
export type ProgramEnd =
  | { readonly kind: 'exit'; readonly code: number }
  /** `pc` is the instruction at fault, which is not counted; `value` the address it wanted, or the word that is no instruction. */
  | { readonly kind: 'fault'; readonly cause: FaultCause; readonly pc: number; readonly value: number }
  /** As many instructions as were allowed. */
  | { readonly kind: 'limit' }

const hex = (value: number): string => `0x${(value >>> 0).toString(16).padStart(8, '0')}`

/** One sentence for people. */
export function describeEnd(end: ProgramEnd): string {
  switch (end.kind) {
    case 'exit': return `exit code ${end.code}`
    case 'limit': return 'stopped at the limit of instructions'
    case 'fault': return `at ${hex(end.pc)}: ${faultText(end.cause, end.value)}`
  }
}

function faultText(cause: FaultCause, value: number): string {
  switch (cause) {
    case 'instruction-misaligned': return `jump to ${hex(value)}, which is not a multiple of 4`
    case 'instruction-access': return 'no instruction can be fetched from there'
    case 'illegal-instruction': return `${hex(value)} is not an instruction of RV32IM`
    case 'breakpoint': return 'ebreak, and nobody debugs'
    case 'load-access': return `load from ${hex(value)}, outside the program's memory`
    case 'store-access': return `store to ${hex(value)}, outside the program's memory`
  }
}
