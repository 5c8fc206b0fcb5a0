import { encodeUtf8 } from '../../base/bytes.ts'

const SECTOR = 512
const SECTORS = 64
const ENTRY = 32
const LONGEST_NAME = 23

export interface DiskFile {
  /** At most 23 characters of ASCII. */
  readonly name: string
  readonly text: string
}

/**
 * A disk of 32 KiB with the file system of kernel.asm. Sector 0: `GLFS`, number of files, and from byte 32 on 32 bytes for each: name, padded with
 * zeros; at 24 its first sector, at 28 its length in bytes. Files lie one after the other, each in whole sectors. Throws when they do not fit.
 */
export function fileDisk(files: readonly DiskFile[]): Uint8Array {
  const disk = new Uint8Array(SECTORS * SECTOR)
  const view = new DataView(disk.buffer)
  disk.set(encodeUtf8('GLFS'))
  view.setUint32(4, files.length, true)
  let sector = 1
  files.forEach(({ name, text }, i) => {
    const bytes = encodeUtf8(text)
    const entry = (i + 1) * ENTRY
    if (entry >= SECTOR || name.length > LONGEST_NAME || sector * SECTOR + bytes.length > disk.length) throw new RangeError(`no room for ${name}`)
    disk.set(encodeUtf8(name), entry)
    view.setUint32(entry + 24, sector, true)
    view.setUint32(entry + 28, bytes.length, true)
    disk.set(bytes, sector * SECTOR)
    sector += Math.ceil(bytes.length / SECTOR)
  })
  return disk
}

/**
 * A disk of 32 KiB that boot-vm.asm boots. Sector 0: `BOOT`, first sector of the kernel, number of its sectors, sum of its 32-bit words; 55 AA at its end.
 * Throws when the kernel does not fit.
 */
export function bootDisk(kernel: Uint8Array): Uint8Array {
  const disk = new Uint8Array(SECTORS * SECTOR)
  const view = new DataView(disk.buffer)
  const count = Math.ceil(kernel.length / SECTOR)
  if (count >= SECTORS) throw new RangeError('no room for the kernel')
  disk.set(kernel, SECTOR)
  let sum = 0
  for (let at = SECTOR; at < SECTOR * (count + 1); at += 4) sum = (sum + view.getUint32(at, true)) >>> 0
  disk.set(encodeUtf8('BOOT'))
  view.setUint32(4, 1, true)
  view.setUint32(8, count, true)
  view.setUint32(12, sum, true)
  disk.set([0x55, 0xaa], SECTOR - 2)
  return disk
}
