import { ARITHMETIC_HANDLERS } from './do-arithmetic.ts'
import { BIT_HANDLERS } from './do-bits.ts'
import { CONTROL_HANDLERS } from './do-control.ts'
import { DECIMAL_HANDLERS } from './do-decimal.ts'
import { MOVE_HANDLERS } from './do-moves.ts'
import { STRING_HANDLERS } from './do-strings.ts'
import { SYSTEM_HANDLERS } from './do-system.ts'
import type { Handler } from './handler.ts'
import { VMX_HANDLERS } from './vmx/do-vmx.ts'
import { guarded, INTERCEPTS } from './vmx/intercepts.ts'
import { SHADOW_INTERCEPTS } from './vmx/shadows.ts'

/** Ids below belong to the interpreter's own switch (fast-forms.ts). */
export const FIRST_HANDLER = 128

const named: Record<string, Handler> = {
  ...ARITHMETIC_HANDLERS, ...BIT_HANDLERS, ...MOVE_HANDLERS, ...DECIMAL_HANDLERS, ...STRING_HANDLERS, ...CONTROL_HANDLERS, ...SYSTEM_HANDLERS, ...VMX_HANDLERS,
}
for (const [name, intercept] of Object.entries({ ...INTERCEPTS, ...SHADOW_INTERCEPTS })) named[name] = guarded(intercept, named[name]!)
const names = Object.keys(named)

/** Every instruction's semantics by id − FIRST_HANDLER. */
export const HANDLERS: readonly Handler[] = Object.values(named)

/** Id of what a row of the opcode table does. */
export function handlerId(name: string): number {
  const index = names.indexOf(name)
  if (index < 0) throw new Error(`The opcode table names "${name}", which nothing does.`)
  return FIRST_HANDLER + index
}
