/**
 * Where everything lies: indices into the CPU's state block and into a decoded record, both of 32-bit words. Numbers, not
 * property names, so that a compiled tier can use the same block from WebAssembly.
 */
export const EAX = 0
export const ECX = 1
export const EDX = 2
export const EBX = 3
export const ESP = 4
export const EBP = 5
export const ESI = 6
export const EDI = 7
/** Always 0: the register of an address that has no base or no index. */
export const NO_REGISTER = 8
/** Next instruction, and the one being executed (where a fault restarts). */
export const EIP = 9
export const START = 10
/** TF, IF, DF, IOPL, NT, RF, AC, ID; the six arithmetic flags live in the words below (flags.ts). */
export const FLAGS = 11
export const CARRY_A = 12
export const CARRY_B = 13
export const ZERO = 14
export const SIGN_PARITY = 15
export const SUM = 16
export const ADDEND = 17
export const CPL = 19
/** Non-zero: the interpreter must look around before the next instruction (interrupt, changed code, changed translation, TF). */
export const ATTENTION = 20
/** No interrupt after the current instruction: 1 `sti`, 2 `mov ss`, `pop ss`. */
export const SHADOW = 21
export const HALTED = 22
export const FAULT_VECTOR = 23
/** -1: the vector pushes no error code. */
export const FAULT_ERROR = 24
export const CR0 = 25
export const CR2 = 26
export const CR3 = 27
export const CR4 = 28
export const GDT_BASE = 29
export const GDT_LIMIT = 30
export const IDT_BASE = 31
export const IDT_LIMIT = 32
/** 1: the interrupt controller holds its line high. */
export const INTR = 33
/** Iterations of repeated string instructions in this slice, beyond the instruction itself. */
export const ITERATIONS = 34
export const DR0 = 36
export const SYSENTER_CS = 44
export const SELECTORS = 48
export const BASES = 56
export const LIMITS = 64
export const RIGHTS = 72
export const CHECKS = 80
/** Instructions of this slice before the instruction whose handler runs; 0 between slices. */
export const DONE = 88
/** VMX (vmx/): 0 off, then ROOT or NON_ROOT; where the VMXON region and the current VMCS lie (-1: none). */
export const VMX_MODE = 96
export const VMXON_POINTER = 97
export const CURRENT_VMCS = 98
/** The EPTP while it translates, else 0. */
export const EPT_POINTER = 99
/** IA32_FEATURE_CONTROL. */
export const FEATURE_CONTROL = 100
/** 1: the event of the VM entry is to be delivered before the next instruction. */
export const ENTRY_EVENT = 101
/** The event whose delivery is under way in a guest, as the IDT-vectoring information fields show it; and the length of its instruction. */
export const VECTORING = 102
export const VECTORING_ERROR = 103
export const VECTORING_LENGTH = 104
/** CR2 or DR6 as it was before the exception that is being reported. */
export const BEFORE_EXCEPTION = 105
/** Low word of the moment of the last VM entry. */
export const ENTRY_MOMENT = 106
/** VPID and EPTP for which the TLB holds translations; 0: those of the host or of a guest without VPID. */
export const TLB_VPID = 107
export const TLB_EPTP = 108
/** 1: a page was translated since VM entry that EPT does not let execute. */
export const HIDDEN_CODE = 109
/** What the last shadow was (as SHADOW), and the low word of the moment of the instruction in it. */
export const LAST_SHADOW = 110
export const LAST_SHADOW_MOMENT = 111
/** Not 0: the instruction that just ended has changed nothing and was a VM exit; the class in which it was counted, and 1. */
export const ABANDONED = 112
/** 1: the guest is left when IF opens, by interrupt-window exiting. */
export const WINDOW = 113
export const STATE_WORDS = 114
/** The counters of costs/counters.ts, of 64 bits. */
export const COUNTS = 256

export const ROOT = 1
export const NON_ROOT = 2

/** Always -1: the link of a jump whose target is not fixed. */
export const NO_LINK = 95

/**
 * The head of a machine's memory, in words: state block; counters; where jumps led lately, for supervisor and user (EIP, record); the records;
 * the four tables of translations (tlb.ts).
 */
export const JUMPS = 1024
export const JUMPS_OF_CLASS = 2048
export const FIRST_RECORD = 8192
export const RECORDS_END = 2 << 20
export const TRANSLATIONS = 2 << 20

/** Segment numbers as encoded; LDTR and TR follow. */
export const ES = 0
export const CS = 1
export const SS = 2
export const DS = 3
export const FS = 4
export const GS = 5
export const LDTR = 6
export const TR = 7

/** A decoded instruction: 16 words. The first two are what the interpreter's own forms need (fast-forms.ts), the others serve every handler. */
export const RECORD_WORDS = 16
/** form | role of the memory operand << 7 | length << 9 | place of the destination register << 13 | log2 of the operand size << 21 | class of its costs << CLASS_SHIFT */
export const R_FAST = 0
export const CLASS_SHIFT = 23
/** Place in the head, in units of the operand size, of the source: a register or this record's immediate. */
export const R_SOURCE = 1
export const R_HANDLER = 2
export const R_FORM = 3
/** Operand size in bytes. */
export const R_SIZE = 4
export const R_REG = 5
/** Register operand, or -1: memory. */
export const R_RM = 6
/** base | index << 4 | scale << 8 | segment << 12 | 16-bit address << 16 */
export const R_MEM = 7
export const R_DISP = 8
export const R_IMM = 9
/** Second immediate, far selector, or the condition of jcc, setcc, cmovcc. */
export const R_IMM2 = 10
export const R_LENGTH = 11
/** Records of the next instruction and of the jump's target; 0: not known, -1: in another page, where no link is kept. */
export const R_NEXT = 12
export const R_TARGET = 13
export const R_PREFIX = 14
/** Row of the opcode table. */
export const R_ROW = 15

/** Which operand is the destination and what the source is. */
export const FORM_RM_REG = 0
export const FORM_REG_RM = 1
export const FORM_RM_IMM = 2
export const FORM_RM_CL = 3

export const PREFIX_REP = 1
export const PREFIX_REPNE = 2
export const PREFIX_ADDRESS16 = 4

export const CR0_PE = 1
export const CR0_MP = 2
export const CR0_TS = 8
export const CR0_WP = 0x1_0000
export const CR0_PG = -0x8000_0000
export const CR4_TSD = 4
export const CR4_PSE = 0x10

export const TF = 0x100
export const IF = 0x200
export const DF = 0x400
export const IOPL_SHIFT = 12
export const NT = 0x4000
export const RF = 0x1_0000
export const AC = 0x4_0000
export const ID = 0x20_0000
