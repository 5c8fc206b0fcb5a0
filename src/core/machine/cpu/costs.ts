/**
 * Cycles of events, in the order of magnitude of a processor of the 2000s (reference figures are per event; the opcode table
 * carries those of instructions). Simulated time is made of these, so a change here changes every recorded trace.
 */
export const WALK_REFERENCE_CYCLES = 10
export const INTERRUPT_CYCLES = 80
export const RING_CHANGE_CYCLES = 120
export const PORT_CYCLES = 500
