import type { Cpu } from './cpu.ts'

/**
 * What an instruction does. `p` is the place of its record in `cpu.records`. EIP is already that of the next instruction; START is
 * this one's. It writes registers and flags only after its last access that can fault.
 */
export type Handler = (c: Cpu, p: number) => void
