import type { TechniqueName } from '../../../../protocol/machine.ts'

/** The techniques of the paper's table. */
export const COMPARED = ['native', 'trap-and-emulate', 'binary-translation', 'hardware-assist'] as const satisfies readonly TechniqueName[]
export type Compared = (typeof COMPARED)[number]

export interface Operation {
  readonly key: string
  /** Its name in frame.asm. */
  readonly name: string
  readonly title: string
  readonly ring: 0 | 3
  /** Cycles in Adams and Agesen (2006), figure 4 and sections 3.3 and 6.3; what they do not tell is missing. */
  readonly paper: Readonly<Partial<Record<Compared, number>>>
}

export const OPERATIONS: readonly Operation[] = [
  { key: 'syscall', name: 'SYSCALL', title: 'system call and return', ring: 3, paper: { native: 242, 'binary-translation': 2308, 'hardware-assist': 246 } },
  { key: 'in', name: 'IN', title: 'in from port 0x80', ring: 0, paper: { native: 3209, 'binary-translation': 216, 'hardware-assist': 15826 } },
  { key: 'cr8wr', name: 'CR_WRITE', title: 'write of a control register that only the guest itself notices', ring: 0, paper: { native: 150, 'binary-translation': 35, 'hardware-assist': 176 } },
  { key: 'call/ret', name: 'CALL_RET', title: 'call of an empty routine', ring: 0, paper: { native: 11, 'binary-translation': 51, 'hardware-assist': 11 } },
  { key: 'pgfault', name: 'PGFAULT', title: 'page fault and return', ring: 3, paper: { native: 1093, 'binary-translation': 3927, 'hardware-assist': 11242 } },
  { key: 'divzero', name: 'DIVZERO', title: 'division by zero and return', ring: 3, paper: { native: 889, 'binary-translation': 3223, 'hardware-assist': 1014 } },
  { key: 'ptemod', name: 'PTEMOD', title: 'store to a page-table entry in use', ring: 0, paper: { native: 1, 'binary-translation': 391, 'hardware-assist': 12733 } },
  { key: 'rdtsc', name: 'RDTSC', title: 'read of the time stamp counter', ring: 0, paper: { 'trap-and-emulate': 2030, 'binary-translation': 1254 } },
]
