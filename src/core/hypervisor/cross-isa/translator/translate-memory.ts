import { EAX, EBX, ECX, EDX } from '../../../machine/cpu/layout.ts'
import type { Emitter } from '../host/emitter.ts'
import { guestAt, type Memory } from '../host/operands.ts'
import type { Decoded } from '../riscv/decode.ts'
import { KEPT, placeOf } from './registers.ts'

/** The guest's place as an x86 operand: GS begins at its address 0 and ends with its memory, so the processor itself checks every access. */
function operand(e: Emitter, { rs1, imm }: Decoded): Memory {
  if (rs1 === 0) return guestAt(null, imm)
  const kept = KEPT.get(rs1)
  if (kept === undefined) e.mov(ECX, placeOf(rs1))
  return guestAt(kept ?? ECX, imm)
}

/** Also of a load whose value is thrown away: it can fault. */
export function translateLoad(e: Emitter, size: 1 | 2 | 4, signed: boolean, decoded: Decoded): void {
  const { rd } = decoded
  const from = operand(e, decoded)
  const target = KEPT.get(rd) ?? EAX
  if (size === 4) e.mov(target, from)
  else e.loadExtended(target, from, size, signed)
  if (rd !== 0 && target === EAX) e.mov(placeOf(rd), EAX)
}

export function translateStore(e: Emitter, size: 1 | 2 | 4, decoded: Decoded): void {
  const kept = KEPT.get(decoded.rs2)
  const to = operand(e, decoded)
  // The low byte of ESI or EDI cannot be named.
  const value = kept !== undefined && (size > 1 || kept === EBX) ? kept : EDX
  if (value === EDX) e.mov(EDX, placeOf(decoded.rs2))
  if (size === 4) e.mov(to, value)
  else e.storeLow(to, value, size)
}
