import { EBP, EBX, EDI, ESI } from '../../../machine/cpu/layout.ts'
import { at, type Memory, type Place } from '../host/operands.ts'
import { REGISTERS, REGISTERS_EBP } from '../host/layout.ts'
import { X_A0, X_SP } from '../riscv/registers.ts'

const X_T0 = 5

/** Guest registers that live in x86 registers all the time: the same ones in every block, so that blocks can be chained without moving anything. EBX alone of them has a byte form. */
export const KEPT: ReadonlyMap<number, number> = new Map([[X_A0, EBX], [X_SP, ESI], [X_T0, EDI]])

/** The others lie in memory, within a byte's displacement of EBP. The place of x0 is never written: it reads as 0. */
export const placeOf = (register: number): Place => KEPT.get(register) ?? slotOf(register)

const slotOf = (register: number): Memory => at(EBP, REGISTERS + register * 4 - REGISTERS_EBP)
