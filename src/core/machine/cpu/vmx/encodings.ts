/** Encodings of the VMCS fields that the processor itself reads or writes (SDM 3D appendix B); all fields with their names are in fields.ts. */
export const VPID = 0x0
/** Selector, limit, access rights and base of ES; those of CS, SS, DS, FS, GS, LDTR and TR follow, 2 apart. */
export const GUEST_SELECTORS = 0x800
export const GUEST_LIMITS = 0x4800
export const GUEST_RIGHTS = 0x4814
export const GUEST_BASES = 0x6806
/** ES, CS, SS, DS, FS, GS, TR, 2 apart. */
export const HOST_SELECTORS = 0xc00
export const HOST_TR_SELECTOR = 0xc0c

export const IO_BITMAP_A = 0x2000
export const IO_BITMAP_B = 0x2002
export const MSR_BITMAP = 0x2004
export const TSC_OFFSET = 0x2010
export const EPT_POINTER_FIELD = 0x201a
export const GUEST_PHYSICAL_ADDRESS = 0x2400
export const LINK_POINTER = 0x2800

export const PIN_CONTROLS = 0x4000
export const PRIMARY_CONTROLS = 0x4002
export const EXCEPTION_BITMAP = 0x4004
export const PAGE_FAULT_MASK = 0x4006
export const PAGE_FAULT_MATCH = 0x4008
export const CR3_TARGET_COUNT = 0x400a
export const EXIT_CONTROLS = 0x400c
export const EXIT_MSR_STORE_COUNT = 0x400e
export const EXIT_MSR_LOAD_COUNT = 0x4010
export const ENTRY_CONTROLS = 0x4012
export const ENTRY_MSR_LOAD_COUNT = 0x4014
export const ENTRY_INTERRUPTION = 0x4016
export const ENTRY_ERROR_CODE = 0x4018
export const ENTRY_INSTRUCTION_LENGTH = 0x401a
export const SECONDARY_CONTROLS = 0x401e

export const INSTRUCTION_ERROR = 0x4400
export const EXIT_REASON = 0x4402
export const EXIT_INTERRUPTION = 0x4404
export const EXIT_ERROR_CODE = 0x4406
export const VECTORING_INFORMATION = 0x4408
export const VECTORING_ERROR_CODE = 0x440a
export const EXIT_INSTRUCTION_LENGTH = 0x440c
export const EXIT_INSTRUCTION_INFORMATION = 0x440e

export const GUEST_GDTR_LIMIT = 0x4810
export const GUEST_IDTR_LIMIT = 0x4812
export const GUEST_INTERRUPTIBILITY = 0x4824
export const GUEST_ACTIVITY = 0x4826
export const GUEST_SYSENTER_CS = 0x482a
export const HOST_SYSENTER_CS = 0x4c00

export const CR0_MASK = 0x6000
export const CR4_MASK = 0x6002
export const CR0_SHADOW = 0x6004
export const CR4_SHADOW = 0x6006
/** Value 0; values 1 to 3 follow, 2 apart. */
export const CR3_TARGETS = 0x6008
export const QUALIFICATION = 0x6400
export const GUEST_LINEAR_ADDRESS = 0x640a

export const GUEST_CR0 = 0x6800
export const GUEST_CR3 = 0x6802
export const GUEST_CR4 = 0x6804
export const GUEST_GDTR_BASE = 0x6816
export const GUEST_IDTR_BASE = 0x6818
export const GUEST_DR7 = 0x681a
export const GUEST_RSP = 0x681c
export const GUEST_RIP = 0x681e
export const GUEST_RFLAGS = 0x6820
export const GUEST_PENDING_DEBUG = 0x6822
export const GUEST_SYSENTER_ESP = 0x6824
export const GUEST_SYSENTER_EIP = 0x6826

export const HOST_CR0 = 0x6c00
export const HOST_CR3 = 0x6c02
export const HOST_CR4 = 0x6c04
export const HOST_FS_BASE = 0x6c06
export const HOST_GS_BASE = 0x6c08
export const HOST_TR_BASE = 0x6c0a
export const HOST_GDTR_BASE = 0x6c0c
export const HOST_IDTR_BASE = 0x6c0e
export const HOST_SYSENTER_ESP = 0x6c10
export const HOST_SYSENTER_EIP = 0x6c12
export const HOST_RSP = 0x6c14
export const HOST_RIP = 0x6c16
