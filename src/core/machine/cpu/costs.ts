/**
 * Cycles of events, in the order of magnitude of a processor of the 2000s (reference figures are per event; the opcode table
 * carries those of instructions). Simulated time is made of these, so a change here changes every recorded trace.
 */
export const WALK_REFERENCE_CYCLES = 10
export const INTERRUPT_CYCLES = 80
export const RING_CHANGE_CYCLES = 120
export const PORT_CYCLES = 500
/** VM exit and VM entry of a host that itself runs on the processor (a Core 2: 1186 and 937). */
export const VM_EXIT_CYCLES = 1186
export const VM_ENTRY_CYCLES = 937
