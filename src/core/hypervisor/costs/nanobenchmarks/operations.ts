import type { MemoryTechniqueName, TechniqueName } from '../../../../protocol/techniques.ts'

/** The techniques of the paper's table, and hardware assist as it came three years later. The paper's monitors trace the guest's page tables. */
export const COMPARED = ['native', 'trap-and-emulate', 'binary-translation', 'hardware-assist-shadow', 'hardware-assist'] as const
export type Compared = (typeof COMPARED)[number]

interface Monitor { readonly technique: TechniqueName; readonly memory?: MemoryTechniqueName }

export const MONITORS: Readonly<Record<Compared, Monitor>> = {
  native: { technique: 'native' }, 'trap-and-emulate': { technique: 'trap-and-emulate', memory: 'shadow' }, 'binary-translation': { technique: 'binary-translation', memory: 'shadow' },
  'hardware-assist-shadow': { technique: 'hardware-assist', memory: 'shadow' }, 'hardware-assist': { technique: 'hardware-assist' },
}

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
  { key: 'syscall', name: 'SYSCALL', title: 'system call and return', ring: 3, paper: { native: 242, 'binary-translation': 2308, 'hardware-assist-shadow': 246 } },
  { key: 'in', name: 'IN', title: 'in from port 0x80', ring: 0, paper: { native: 3209, 'binary-translation': 216, 'hardware-assist-shadow': 15826 } },
  { key: 'cr8wr', name: 'CR_WRITE', title: 'write of a control register that only the guest itself notices', ring: 0, paper: { native: 150, 'binary-translation': 35, 'hardware-assist-shadow': 176 } },
  { key: 'call/ret', name: 'CALL_RET', title: 'call of an empty routine', ring: 0, paper: { native: 11, 'binary-translation': 51, 'hardware-assist-shadow': 11 } },
  { key: 'pgfault', name: 'PGFAULT', title: 'page fault and return', ring: 3, paper: { native: 1093, 'binary-translation': 3927, 'hardware-assist-shadow': 11242 } },
  { key: 'divzero', name: 'DIVZERO', title: 'division by zero and return', ring: 3, paper: { native: 889, 'binary-translation': 3223, 'hardware-assist-shadow': 1014 } },
  { key: 'ptemod', name: 'PTEMOD', title: 'store to a page-table entry in use', ring: 0, paper: { native: 1, 'binary-translation': 391, 'hardware-assist-shadow': 12733 } },
  { key: 'rdtsc', name: 'RDTSC', title: 'read of the time stamp counter', ring: 0, paper: { 'trap-and-emulate': 2030, 'binary-translation': 1254 } },
]
