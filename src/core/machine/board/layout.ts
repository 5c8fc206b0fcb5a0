/** Where everything lies on the board, and which line it pulls: a PC of 1995, with at most a network card. */

/** Interrupt lines; `none` is for what has none. */
export const IRQ = { none: -1, pit: 0, keyboard: 1, uart: 4, clock: 8, nic: 9, ata: 14 } as const

/** First ports. */
export const PORT = {
  masterPic: 0x20, pit: 0x40, keyboardData: 0x60, system: 0x61, keyboardCommand: 0x64, cmos: 0x70, post: 0x80, fastA20: 0x92, slavePic: 0xa0, exit: 0xf4,
  ata: 0x1f0, nic: 0x300, screen: 0x3d0, ataControl: 0x3f6, uart: 0x3f8, edgeLevel: 0x4d0,
} as const

/** The colour graphics adapter's memory: 32 KiB of addresses. */
export const SCREEN_ADDRESS = 0xb_8000
export const SCREEN_LENGTH = 0x8000

/** Conventional memory ends at 639 KiB; above it a BIOS would keep its extended data area. */
export const BASE_MEMORY_KIB = 639
/** Words of the BIOS data area: segment of the extended data area (0: none), and size of base memory in KiB. */
export const EXTENDED_AREA_WORD = 0x40e
export const BASE_MEMORY_WORD = 0x413
/** Where memory above the holes of the first MiB begins. */
export const HIGH_MEMORY = 0x10_0000
/** The boot information that a multiboot kernel is handed lies here, strings and memory map behind it. */
export const BOOT_INFORMATION = 0x9000
/** The selectors that a loader leaves in CS and in the other segment registers: those of a boot sector's usual table, and of QEMU's loader. */
export const LOADER_CODE = 0x08
export const LOADER_DATA = 0x10
