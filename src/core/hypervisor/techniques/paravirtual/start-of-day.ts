import { Failure } from '../../../base/failure.ts'
import type { Boot } from '../../../machine/board/config.ts'
import type { Cpu } from '../../../machine/cpu/cpu.ts'
import { CPL, CS, DS, ES, ESI, FLAGS, FS, GS, IF, SS } from '../../../machine/cpu/layout.ts'
import { PRESENT, WRITABLE } from '../../../machine/cpu/paging.ts'
import { setHidden } from '../../../machine/cpu/segments.ts'
import { gpa } from '../../../machine/memory/addresses.ts'
import { PAGE_SIZE } from '../../../machine/memory/physical-memory.ts'
import { FENCE } from '../../monitor/layout.ts'
import { HYPERCALL, HYPERCALL_VECTOR, NOTE_SEARCHED, NOTE_TEXT, RING1_CODE, RING1_DATA, STUB_BYTES } from './abi.ts'

const ENTRIES = 1024
/** Rights of flat segments of ring 1. */
const CODE_RIGHTS = 0xc0_bb00
const DATA_RIGHTS = 0xc0_b300
const CALLS = PAGE_SIZE / STUB_BYTES

/** The pages that a ported image names: linear addresses, where the guest's memory is still mapped one to one. */
export interface Note { readonly hypercallPage: number; readonly sharedInfo: number; readonly blockRing: number }

/** Throws a `Failure` for an image that was not ported: an unmodified kernel would execute instructions that do not trap, and go wrong in silence. */
export function readNote(boot: Boot, memoryBytes: number): Note {
  const refused = (reason: string): Failure => new Failure('unsupported', `This guest cannot be paravirtualized: ${reason}.`, 'Start a ported kernel (kernel-pv), or another technique for an unmodified one.')
  if (boot.kind !== 'multiboot') throw refused('only the image of a ported kernel can say that it was ported')
  const view = new DataView(boot.image.buffer, boot.image.byteOffset, boot.image.byteLength)
  for (let at = 0; at + NOTE_TEXT.length + 12 <= Math.min(view.byteLength, NOTE_SEARCHED); at += 4) {
    if (![...NOTE_TEXT].every((letter, i) => view.getUint8(at + i) === letter.charCodeAt(0))) continue
    const [hypercallPage, sharedInfo, blockRing] = [0, 4, 8].map((n) => view.getUint32(at + NOTE_TEXT.length + n, true)) as [number, number, number]
    const pages = [hypercallPage, sharedInfo, blockRing]
    if (pages.some((page) => page % PAGE_SIZE !== 0 || page >= tablesAt(memoryBytes)) || new Set(pages).size < pages.length) throw refused('the addresses in its note are not three pages of its memory')
    return { hypercallPage, sharedInfo, blockRing }
  }
  throw refused(`its image carries no note “${NOTE_TEXT}”, so it was not ported and expects ring 0`)
}

/** Where the first tables begin: a directory, and a table for every 4 MiB. */
const tablesAt = (memoryBytes: number): number => memoryBytes - (1 + Math.ceil(memoryBytes / PAGE_SIZE / ENTRIES)) * PAGE_SIZE

/** Fills the hypercall page: entry n of 32 bytes asks for hypercall n. */
export function fillHypercallPage(cpu: Cpu, page: number): void {
  const code = new Uint8Array(PAGE_SIZE).fill(0xcc)
  for (let n = 0; n < CALLS; n++) {
    const ask = [0xb8, n, 0, 0, 0, 0xcd, HYPERCALL_VECTOR]
    // `iret` is jumped to: EAX is kept on the stack, on top of the frame.
    code.set(n === HYPERCALL.iret ? [0x50, ...ask] : [...ask, 0xc3], n * STUB_BYTES)
  }
  cpu.memory.copyIn(gpa(page), code)
}

/**
 * The page tables that a guest starts with, as Xen's domain builder makes them, at the end of its memory: all of it one to one, for its kernel alone, and the
 * tables themselves read-only. Answers the directory's address.
 */
export function buildTables(cpu: Cpu): number {
  const { memory } = cpu
  const frames = memory.size / PAGE_SIZE
  const directory = tablesAt(memory.size) / PAGE_SIZE
  const tables = frames - directory - 1
  memory.copyIn(gpa(directory * PAGE_SIZE), new Uint8Array((tables + 1) * PAGE_SIZE))
  for (let n = 0; n < tables; n++) memory.write(gpa(directory * PAGE_SIZE + n * 4), ((directory + 1 + n) * PAGE_SIZE) | PRESENT | WRITABLE | 4, 4)
  for (let frame = 0; frame < frames; frame++) {
    memory.write(gpa((directory + 1) * PAGE_SIZE + frame * 4), (frame * PAGE_SIZE) | PRESENT | (frame >= directory ? 0 : WRITABLE), 4)
  }
  return directory * PAGE_SIZE
}

/** The guest's kernel begins in ring 1, its segments end at the fence; ESI says where its page directory is. */
export function enterRing1(cpu: Cpu, directory: number): void {
  cpu.s[ESI] = directory | 0
  // Interrupts are the host's, and always open: the mask byte is what the guest has.
  cpu.s[FLAGS]! |= IF
  cpu.setCpl(1)
  for (const segment of [ES, CS, SS, DS, FS, GS]) {
    cpu.selectors[segment] = segment === CS ? RING1_CODE : RING1_DATA
    setHidden(cpu, segment, 0, FENCE | 0, segment === CS ? CODE_RIGHTS : DATA_RIGHTS)
  }
}

/** Whether the guest shows a ring that it cannot be in. */
export const isInRing0 = (cpu: Cpu): boolean => cpu.s[CPL] === 0
