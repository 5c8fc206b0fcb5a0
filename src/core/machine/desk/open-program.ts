import type { AssembleAnswer, GuestInfo } from '../../../protocol/machine.ts'
import { Failure } from '../../base/failure.ts'
import { assemble, type AssembleResult } from '../assembler/assemble.ts'
import type { Boot } from '../board/config.ts'
import { cpuidOf } from '../cpu/cpuid.ts'
import { elfSymbols, isElf } from '../board/elf.ts'
import { findGuest, GUESTS, KERNEL_PV } from '../guests/guests.ts'
import { GUEST_LIBRARY } from '../guests/library.ts'
import type { MachineProgram } from './program.ts'

const MEMORY_MIB = 32
const CPU_BRAND = 'Glasshouse IA-32'
const BOOT_SECTOR = 512
const MULTIBOOT_MAGIC = 0x1bad_b002
/** A multiboot header lies within the first 8 KiB. */
const SEARCHED = 8192
const LARGEST_IMAGE = 64 << 20
/** A program without a header finds its stack below the end of base memory. */
const STACK = 0x9_0000

/** A directive that says how wide the code is. */
const WIDTH = /^\s*\[?\s*(?:bits\s+\d+|use16|use32)\b/im

/** Without a word about it, code is of 32 bits, where NASM would take 16: nothing else runs here. The line in front is not counted. */
function assembled(source: string): AssembleResult {
  const options = { include: (name: string) => GUEST_LIBRARY.get(name) ?? null }
  if (WIDTH.test(source)) return assemble(source, options)
  const { messages, lines, ...result } = assemble(`bits 32\n${source}`, options)
  return { ...result, messages: messages.map((message) => ({ ...message, line: Math.max(1, message.line - 1) })), lines: new Map([...lines].map(([address, line]) => [address, line - 1])) }
}

/** `machine.assemble`: messages only, nothing runs. */
export function assembleAnswer(source: string): AssembleAnswer {
  const { ok, messages, image } = assembled(source)
  return { ok, messages, size: image.length }
}

/** `machine.guests`. */
export function guestList(): { readonly guests: readonly GuestInfo[] } {
  return { guests: [...GUESTS, KERNEL_PV].map(({ key, title, description, source }) => ({ key, title, description, source })) }
}

/** `machine.open-guest`: a guest of the catalogue with its disk. */
export function programOfGuest(key: string): MachineProgram {
  const guest = findGuest(key)
  if (!guest) throw new Failure('not-found', `There is no guest "${key}".`, `There are ${GUESTS.map((known) => known.key).join(', ')}.`)
  const program = programOfSource(guest.source, guest.title)
  const disk = guest.disk?.((source) => translated(source).image)
  const cpuid = guest.cpuFlags ? cpuidOf('intel', CPU_BRAND, guest.cpuFlags) : null
  return { ...program, config: { ...program.config, ...(disk && { disks: [disk, null] as const }), ...(cpuid && { cpuid }) } }
}

/** `machine.open-source`: NASM source, with a multiboot header, or without one to be put where its `org` says and entered in protected mode. A source with errors is refused with the first of them. */
export function programOfSource(source: string, title = 'Program'): MachineProgram {
  const { image, origin, entry, symbols, lines } = translated(source)
  const boot: Boot = hasMultibootHeader(image) ? { kind: 'multiboot', image } : { kind: 'flat', image, address: origin, entry, stack: STACK }
  return { title, config: { memoryMiB: MEMORY_MIB, boot }, symbols, lines, source }
}

/** `machine.open-image`: an ELF or flat kernel with a multiboot header, or a disk whose first sector boots. */
export function programOfImage(name: string, image: Uint8Array): MachineProgram {
  if (image.length === 0) throw new Failure('file', `${name} is empty.`)
  if (image.length > LARGEST_IMAGE) throw new Failure('limit', `${name} has ${Math.ceil(image.length / 0x10_0000)} MiB; an image may have ${LARGEST_IMAGE >> 20}.`)
  const memory = { memoryMiB: Math.max(MEMORY_MIB, Math.ceil(image.length / 0x10_0000) * 2 + MEMORY_MIB) }
  if (hasMultibootHeader(image)) return { title: name, config: { ...memory, boot: { kind: 'multiboot', image } }, symbols: isElf(image) ? elfSymbols(image) : new Map(), lines: new Map(), source: null }
  if (isElf(image)) throw new Failure('file', `${name} is an ELF file, but has no multiboot header within its first 8 KiB.`, 'A program of an operating system needs that system; only a kernel starts by itself.')
  if (!isBootDisk(image)) {
    throw new Failure('file', `${name} is neither a multiboot kernel nor a disk that boots.`, 'A kernel has a multiboot header (0x1BADB002); the first sector of a disk that boots ends with 55 AA.')
  }
  return { title: name, config: { memoryMiB: MEMORY_MIB, disks: [image, null], boot: { kind: 'disk' } }, symbols: new Map(), lines: new Map(), source: null }
}

function translated(source: string): AssembleResult {
  const result = assembled(source)
  if (result.ok) return result
  const first = result.messages.find(({ severity }) => severity === 'error')
  throw new Failure('invalid', first ? `Line ${first.line}: ${first.message}.` : 'The source cannot be assembled.', first?.suggestion ? `Did you mean "${first.suggestion}"?` : '')
}

/** Whether this is no kernel, but a disk whose first sector boots. */
export const isBootDisk = (image: Uint8Array): boolean => image.length >= BOOT_SECTOR && image[510] === 0x55 && image[511] === 0xaa && !hasMultibootHeader(image)

function hasMultibootHeader(image: Uint8Array): boolean {
  const view = new DataView(image.buffer, image.byteOffset, Math.min(image.length, SEARCHED))
  for (let at = 0; at + 12 <= view.byteLength; at += 4) {
    if (view.getUint32(at, true) === MULTIBOOT_MAGIC && (MULTIBOOT_MAGIC + view.getUint32(at + 4, true) + view.getUint32(at + 8, true)) % 0x1_0000_0000 === 0) return true
  }
  return false
}
