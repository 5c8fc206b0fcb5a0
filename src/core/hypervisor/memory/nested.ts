import { gpa } from '../../machine/memory/addresses.ts'
import { PAGE_SIZE, type PhysicalMemory } from '../../machine/memory/physical-memory.ts'

/**
 * A plain nested table (SDM 3C 29.3; AMD calls it the nested page table): guest-physical addresses of RAM are the host's, and nothing else is mapped, so that
 * no frame of the monitor's can be reached, whatever the guest's own tables say. It never changes.
 *
 * Frames, from `at` on: the table of 512 GiB, that of 1 GiB, a directory for each of the first two GiB, a table for a last megabyte that fills no large page.
 */
export const NESTED_FRAMES = 5

const RIGHTS = 7
const WRITE_BACK = 6 << 3
const LARGE = 0x80
const LARGE_BYTES = 0x20_0000
/** Entries of 8 bytes; a directory has 512, and the next follows it. */
const ENTRY = 8
/** In an EPT pointer: memory type, and the length of the walk less one. */
const POINTER_BITS = 6 | (3 << 3)

/** Writes the tables. @param guestBytes of RAM, below 2 GiB. Answers the EPT pointer. */
export function writeNestedTables(host: PhysicalMemory, at: number, guestBytes: number): number {
  const put = (address: number, entry: number): void => host.write(gpa(address), entry, 4)
  const [giants, directories, last] = [at + PAGE_SIZE, at + 2 * PAGE_SIZE, at + 4 * PAGE_SIZE]
  put(at, giants | RIGHTS)
  for (const n of [0, 1]) put(giants + n * ENTRY, (directories + n * PAGE_SIZE) | RIGHTS)
  const large = Math.floor(guestBytes / LARGE_BYTES)
  for (let n = 0; n < large; n++) put(directories + n * ENTRY, (n * LARGE_BYTES) | LARGE | WRITE_BACK | RIGHTS)
  const rest = guestBytes - large * LARGE_BYTES
  if (rest > 0) put(directories + large * ENTRY, last | RIGHTS)
  for (let offset = 0; offset < rest; offset += PAGE_SIZE) put(last + (offset / PAGE_SIZE) * ENTRY, (large * LARGE_BYTES + offset) | WRITE_BACK | RIGHTS)
  return at | POINTER_BITS
}
