/** What a ported guest and the monitor agree about: numbers and layouts of Xen's public headers (xen.h, event_channel.h, sched.h) for x86-32 without PAE. */

/** A hypercall is `int 0x82`: number in EAX, arguments in EBX, ECX, EDX, ESI, EDI, result in EAX. */
export const HYPERCALL_VECTOR = 0x82
export const HYPERCALL = {
  setTrapTable: 0, mmuUpdate: 1, setGdt: 2, stackSwitch: 3, setCallbacks: 4, fpuTaskSwitch: 5, multicall: 13, updateVaMapping: 14, setTimer: 15, consoleIo: 18, iret: 23,
  mmuExtended: 26, scheduler: 29, eventChannel: 32,
} as const
/** Bytes of an entry of the hypercall page. */
export const STUB_BYTES = 32

/** Error numbers; a refused hypercall returns one of them negated. */
export const ERROR = { notPermitted: 1, io: 5, fault: 14, busy: 16, invalid: 22, noSpace: 28, notImplemented: 38, notSupported: 95 } as const

/** `struct shared_info`: offsets of what the one virtual processor has, then of the domain's bitmaps. */
export const SHARED = {
  upcallPending: 0, upcallMask: 1, pendingSelector: 4, cr2: 8, timeVersion: 32, timeStamp: 40, systemTime: 48, pending: 2048, mask: 2176,
} as const
export const BITMAP_BYTES = 128

/** Virtual interrupts. */
export const VIRQ = { timer: 0, console: 2 } as const

/** What Dom0 offers to `bind_interdomain`. */
export const DOM0_BLOCK_PORT = 1

/** A block ring: counters of requests and responses, then slots: operation, sector, address of 512 bytes, status. */
export const RING = { requests: 0, responses: 4, slots: 64, slotBytes: 16, count: 32 } as const

/** Where the monitor starts a guest's kernel: flat segments of ring 1, as Xen's FLAT_RING1_CS and FLAT_RING1_DS. */
export const RING1_CODE = 0xe019
export const RING1_DATA = 0xe021

/** A ported image says so within its first 8 KiB: this text, then three page-aligned addresses (hypercall page, shared info, block ring). */
export const NOTE_TEXT = 'GlassPV1'
export const NOTE_SEARCHED = 8192
