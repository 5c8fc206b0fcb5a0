/**
 * The x86 host's memory; linear addresses are physical ones. What lies below `JUMP_TABLE` belongs to ring 0. The process in ring 3 may read and execute what the
 * translator wrote, and write its registers and the guest's memory.
 */
export const GDT = 0x1000
export const IDT = 0x1800
export const TSS = 0x2000
export const KERNEL_STACK_TOP = 0x4000
/** What each vector's gate leads to: `hlt` (the host software takes over), `iret`. */
export const ENTRIES = 0x4000
export const ENTRY_BYTES = 16
export const PAGE_DIRECTORY = 0x5000
export const PAGE_TABLES = 0x1_0000

/** Where jumps through a register lead: guest address, x86 address; found by bits 2 to 11 of the guest address. */
export const JUMP_TABLE = 0x4_0000
export const JUMPS = 1024
/** The registers x0 to x31, behind them what is left of the allowed instructions; EBP points in between. */
export const REGISTERS = 0x4_2000
export const REGISTERS_EBP = REGISTERS + 128
export const BUDGET_DISPLACEMENT = 0

export const CODE = 0x10_0000
export const CODE_END = 0x30_0000
/** The guest's address 0; what is below its first address is not mapped. GS begins here. */
export const GUEST = 0x40_0000

/** Selectors. */
export const KERNEL_CODE = 0x08
export const KERNEL_DATA = 0x10
export const USER_CODE = 0x1b
export const USER_DATA = 0x23
export const TSS_SELECTOR = 0x28
export const GUEST_DATA = 0x33

/** How translated code leaves for the kernel. */
export const VECTOR = {
  /** `ecall`. */
  systemCall: 0x80,
  /** To the guest address in EAX, from a place that can be chained. */
  goto: 0x81,
  /** To the guest address in EAX, which the jump table does not know. */
  jumpRegister: 0x82,
  /** An instruction that cannot be executed. */
  fault: 0x83,
  fenceI: 0x84,
  /** Fewer instructions are left than the block has. */
  budget: 0x85,
} as const
export const PAGE_FAULT = 14
export const GENERAL_PROTECTION = 13
