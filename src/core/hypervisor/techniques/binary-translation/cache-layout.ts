import { CACHE_OFFSET, MONITOR_LINEAR } from '../../monitor/layout.ts'

/** Per-VM data of the monitor's that translated code reaches through GS: offsets in its segment. */
/** Virtual IF, a byte: translated `cli` clears it. */
export const VIRTUAL_IF = 0
/** Physical instructions executed beyond the guest's, as far as sequences have booked them. */
export const EXTRA = 4
/** ECX while a look-up uses it, and the guest address that is looked up. */
export const SAVED_ECX = 8
export const TARGET = 12
/** Virtual CR2, and what port 0x80 reads as; how often translated code has used them. */
export const VIRTUAL_CR2 = 16
export const PORT_VALUE = 20
export const CONTROL_WRITES = 24
export const PORT_READS = 28
/** Where to go for the low byte of a guest address: a bucket of the cache, or the stub that asks the monitor. */
export const LOOKUP_TABLE = 0x400
export const BUCKETS = 256

/** Linear address of the cache's first byte; offsets below are from here. */
export const CACHE_LINEAR = MONITOR_LINEAR + CACHE_OFFSET
/** The stub that asks the monitor where an indirect branch goes. */
export const MISS = 0
/** One bucket of translated code for each entry of the table. */
export const BUCKET_CODE = 0x40
export const BUCKET_BYTES = 0x40
export const FIRST_RUN = BUCKET_CODE + BUCKETS * BUCKET_BYTES

/** Physical instructions of an indirect branch: up to the jump through the table; up to the end of a bucket that is somebody else's; all. */
export const BEFORE_TABLE = 6
export const BEFORE_MISS = 9
export const INDIRECT_INSTRUCTIONS = 14
