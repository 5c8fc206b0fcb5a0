import { encodeUtf8 } from '../../base/bytes.ts'
import { Failure } from '../../base/failure.ts'
import type { Cpu } from '../cpu/cpu.ts'
import { EAX, EBX, EIP } from '../cpu/layout.ts'
import { gpa } from '../memory/addresses.ts'
import { PAGE_SIZE, type PhysicalMemory } from '../memory/physical-memory.ts'
import { isElf, readElf, type Segment } from './elf.ts'
import { BASE_MEMORY_KIB, BASE_MEMORY_WORD, BOOT_INFORMATION, EXTENDED_AREA_WORD, HIGH_MEMORY } from './layout.ts'

const HEADER_MAGIC = 0x1bad_b002
const LOADER_MAGIC = 0x2bad_b002
/** The header lies within the first 8 KiB. */
const SEARCHED = 8192
/** Requests in the header's flags: a loader must refuse those of the low half that it does not know. */
const KNOWN_REQUESTS = 7
const HAS_ADDRESSES = 0x1_0000
/** What the boot information holds: memory sizes, command line, memory map, loader's name. */
const INFORMATION = 1 | 4 | 0x40 | 0x200
const LOADER_NAME = 'Glasshouse'
const LONGEST_COMMAND_LINE = 2048

interface Kernel { readonly entry: number; readonly segments: readonly Segment[] }

/**
 * Loads a kernel as the Multiboot Specification 0.6.96 says and leaves the processor at its entry: protected mode, flat segments, paging and
 * interrupts off, EAX the loader's magic, EBX the boot information. Throws a `Failure` that says what is wrong with the image.
 */
export function bootMultiboot(cpu: Cpu, image: Uint8Array, commandLine: string): void {
  const { memory } = cpu
  const kernel = readKernel(image)
  for (const { offset, fileSize, physical, memorySize } of kernel.segments) {
    if (physical + memorySize > memory.size) {
      throw new Failure('capacity', `The kernel needs memory up to ${Math.ceil((physical + memorySize) / 0x10_0000)} MiB, but there are ${memory.size / 0x10_0000} MiB.`, 'Give the machine more memory.')
    }
    fill(memory, physical, image.subarray(offset, offset + fileSize), memorySize)
  }
  memory.write(gpa(EXTENDED_AREA_WORD), 0, 2)
  memory.write(gpa(BASE_MEMORY_WORD), BASE_MEMORY_KIB, 2)
  const line = encodeUtf8(commandLine)
  if (line.length > LONGEST_COMMAND_LINE) throw new Failure('limit', `The kernel's command line is longer than ${LONGEST_COMMAND_LINE} bytes.`)
  const at = freePage(kernel.segments)
  writeInformation(memory, at, line)
  cpu.s[EAX] = LOADER_MAGIC
  cpu.s[EBX] = at
  cpu.s[EIP] = kernel.entry | 0
}

function fill(memory: PhysicalMemory, at: number, bytes: Uint8Array, size: number): void {
  memory.copyIn(gpa(at), bytes)
  memory.copyIn(gpa(at + bytes.length), new Uint8Array(size - bytes.length))
}

function readKernel(image: Uint8Array): Kernel {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength)
  const header = findHeader(view)
  const flags = view.getUint32(header + 4, true)
  const unknown = flags & 0xffff & ~KNOWN_REQUESTS
  if (unknown !== 0) throw new Failure('unsupported', `The kernel asks its loader for features 0x${unknown.toString(16)}, which Multiboot 1 does not define.`)
  if ((flags & HAS_ADDRESSES) !== 0) return readAddresses(view, header)
  if (!isElf(image)) throw new Failure('file', 'The kernel has a multiboot header, but is neither an ELF file nor says by flag 16 where it is to be loaded.')
  const { entry, segments } = readElf(image)
  if (segments.length === 0) throw new Failure('file', 'This ELF file has nothing to load.')
  // Some kernels name a virtual entry: the segment that holds it says where that is.
  const home = segments.find(({ virtual, physical, memorySize }) => virtual !== physical && entry >= virtual && entry < virtual + memorySize)
  return { entry: home ? entry - home.virtual + home.physical : entry, segments }
}

function findHeader(view: DataView): number {
  for (let at = 0; at + 12 <= Math.min(view.byteLength, SEARCHED); at += 4) {
    if (view.getUint32(at, true) !== HEADER_MAGIC) continue
    const sum = HEADER_MAGIC + view.getUint32(at + 4, true) + view.getUint32(at + 8, true)
    if (sum % 0x1_0000_0000 === 0) return at
  }
  throw new Failure('file', 'This is not a multiboot kernel: there is no multiboot header within its first 8 KiB.', 'It has magic 0x1BADB002, flags and a checksum, and is aligned to 4 bytes.')
}

/** The header's own addresses: header, load, load end, bss end, entry. */
function readAddresses(view: DataView, header: number): Kernel {
  if (header + 32 > view.byteLength) throw new Failure('file', 'The multiboot header of this kernel is cut off.')
  const word = (n: number): number => view.getUint32(header + n * 4, true)
  const [headerAt, load, loadEnd, bssEnd, entry] = [word(3), word(4), word(5), word(6), word(7)]
  const offset = header - (headerAt - load)
  const fileSize = (loadEnd === 0 ? load + view.byteLength - offset : loadEnd) - load
  if (offset < 0 || fileSize <= 0 || offset + fileSize > view.byteLength) throw new Failure('file', 'The addresses in the multiboot header do not fit this file.')
  return { entry, segments: [{ offset, fileSize, virtual: load, physical: load, memorySize: Math.max(fileSize, bssEnd - load) }] }
}

/** A page of base memory that no segment touches. */
function freePage(segments: readonly Segment[]): number {
  for (let at = BOOT_INFORMATION; at < BASE_MEMORY_KIB * 1024 - PAGE_SIZE; at += PAGE_SIZE) {
    if (!segments.some(({ physical, memorySize }) => physical < at + PAGE_SIZE && at < physical + memorySize)) return at
  }
  throw new Failure('capacity', 'The kernel leaves no page of base memory for the boot information.')
}

function writeInformation(memory: PhysicalMemory, at: number, commandLine: Uint8Array): void {
  const word = (n: number, value: number): void => memory.write(gpa(at + n * 4), value, 4)
  const map = at + 0x80
  const regions = [
    [0, BASE_MEMORY_KIB * 1024, 1], [BASE_MEMORY_KIB * 1024, 1024, 2], [0xf_0000, 0x1_0000, 2], [HIGH_MEMORY, memory.size - HIGH_MEMORY, 1],
  ] as const
  regions.forEach(([base, length, type], i) => [20, base, 0, length, 0, type].forEach((value, n) => word(0x20 + i * 6 + n, value)))
  const name = map + regions.length * 24
  const line = name + LOADER_NAME.length + 1
  fill(memory, name, encodeUtf8(LOADER_NAME), LOADER_NAME.length + 1)
  fill(memory, line, commandLine, commandLine.length + 1)
  word(0, INFORMATION)
  word(1, BASE_MEMORY_KIB)
  word(2, (memory.size - HIGH_MEMORY) / 1024)
  word(4, line)
  word(11, regions.length * 24)
  word(12, map)
  word(16, name)
}
