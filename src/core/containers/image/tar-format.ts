/** The POSIX ustar format with pax extended headers (POSIX.1-2017, pax, "ustar Interchange Format"). */
export const blockSize = 512

export const entryTypes = {
  file: '0', 'hard-link': '1', symlink: '2', 'character-device': '3', directory: '5', fifo: '6',
} as const

export type TarEntryKind = keyof typeof entryTypes

export interface TarEntry {
  /** Relative, without a leading or trailing slash. */
  readonly path: string
  readonly kind: TarEntryKind
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Seconds since the Unix epoch. */
  readonly mtime: number
  /** Of a symlink as it stands there; of a hard link the other entry's path in the archive. Empty otherwise. */
  readonly target: string
  readonly device: { readonly major: number; readonly minor: number } | null
}

/** Offset and length of the header's fields. */
export const field = {
  name: [0, 100], mode: [100, 8], uid: [108, 8], gid: [116, 8], size: [124, 12], mtime: [136, 12], checksum: [148, 8], type: [156, 1],
  link: [157, 100], magic: [257, 8], major: [329, 8], minor: [337, 8], prefix: [345, 155],
} as const

/** The sum of the header's bytes, its checksum field taken as spaces. */
export function headerChecksum(header: Uint8Array): number {
  let sum = 0
  for (let index = 0; index < blockSize; index++) sum += index >= 148 && index < 156 ? 0x20 : header[index] ?? 0
  return sum
}
