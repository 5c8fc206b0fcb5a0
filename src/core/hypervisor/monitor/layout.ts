import { PAGE_SIZE } from '../../machine/memory/physical-memory.ts'

/**
 * Where the monitor lies. In every linear address space it has the last 4 MiB, behind the fence at which the guest's segments end; in the host's memory
 * it has what follows the guest's RAM:
 *
 *     0 … guest's bytes    the guest's RAM, guest-physical = host-physical
 *     + 0                  the monitor's own pages, in the order of the linear addresses below
 *     + OWN_BYTES          frames for shadow tables, and for what else a technique needs
 */
export const MONITOR_LINEAR = 0xffc0_0000
/** Last address that the guest's segments reach. */
export const FENCE = MONITOR_LINEAR - 1

/** Offsets from MONITOR_LINEAR. */
export const IDT_OFFSET = 0
export const TSS_OFFSET = PAGE_SIZE
export const STACK_OFFSET = 2 * PAGE_SIZE
/** First byte behind the stack on which the processor puts what it was doing. */
export const STACK_TOP = MONITOR_LINEAR + STACK_OFFSET + PAGE_SIZE
export const GDT_OFFSET = 4 * PAGE_SIZE
export const LDT_OFFSET = GDT_OFFSET + 0x1_0000
/** Per-VM data that translated code reaches through GS, whose segment ends with it. */
export const DATA_OFFSET = LDT_OFFSET + 0x1_0000
export const DATA_BYTES = PAGE_SIZE
/** Translated code. */
export const CACHE_OFFSET = 0x10_0000
export const CACHE_BYTES = 0x10_0000
export const OWN_BYTES = CACHE_OFFSET + CACHE_BYTES

/** Entry points, one each 16 bytes, that the monitor's IDT names: where the processor arrives, host software goes on. No code lies there. */
export const ENTRY_LINEAR = MONITOR_LINEAR + 0x20_0000
export const ENTRY_BYTES = 16

/** The last descriptors of the shadow GDT are the monitor's. */
export const MONITOR_CODE = 0xfff0
export const MONITOR_DATA = 0xfff8
export const MONITOR_TSS = 0xffe8
export const SHADOW_LDT = 0xffe0

/** The vector at which the host's devices interrupt. */
export const HOST_INTERRUPT = 0xf0

/** Frames for shadow tables: a directory, and a table for each of its entries, one of them the monitor's. */
export const TABLE_FRAMES = 1025

export const MONITOR_BYTES = OWN_BYTES + TABLE_FRAMES * PAGE_SIZE
