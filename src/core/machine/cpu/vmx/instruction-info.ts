import type { Cpu } from '../cpu.ts'
import { NO_REGISTER, R_MEM, R_REG, R_RM } from '../layout.ts'

/** The memory operand of the VM-exit instruction-information field (SDM 3C tables 28-9 to 28-14): scale, address size, segment, index, base. */
export function operandInformation(c: Cpu, p: number): number {
  if (c.records[p + R_RM]! >= 0) return (1 << 10) | (c.records[p + R_RM]! << 3)
  const mem = c.records[p + R_MEM]!
  const base = mem & 15
  const index = (mem >> 4) & 15
  const address = (mem & 0x1_0000) === 0 ? 1 : 0
  return ((mem >> 8) & 3) | (address << 7) | (((mem >> 12) & 15) << 15) | (index === NO_REGISTER ? 1 << 22 : index << 18) | (base === NO_REGISTER ? 1 << 27 : base << 23)
}

/** With the second register of `vmread`, `vmwrite`, `invept`, `invvpid`. */
export const withRegister = (c: Cpu, p: number): number => operandInformation(c, p) | (c.records[p + R_REG]! << 28)
