import { decodeUtf8 } from '../../base/bytes.ts'
import { Failure } from '../../base/failure.ts'

/** A part of an ELF file that is loaded: `fileSize` bytes from the file, then zeros up to `memorySize`. */
export interface Segment {
  readonly offset: number
  readonly fileSize: number
  readonly virtual: number
  readonly physical: number
  readonly memorySize: number
}

export interface Elf { readonly entry: number; readonly segments: readonly Segment[] }

const PROGRAM_HEADER = 32
const LOADABLE = 1
const MOST_HEADERS = 256

export const isElf = (image: Uint8Array): boolean => image[0] === 0x7f && image[1] === 0x45 && image[2] === 0x4c && image[3] === 0x46

/** Reads the headers of a 32-bit ELF executable for Intel 80386 (System V ABI, Intel386 supplement, chapters 4 and 5). */
export function readElf(image: Uint8Array): Elf {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength)
  if (!isElf(image) || image.length < 52) throw new Failure('file', 'This is not an ELF file.')
  if (image[4] !== 1 || image[5] !== 1) throw new Failure('file', 'This ELF file is not for a 32-bit little-endian processor.', 'Build it with -m32.')
  const [type, machine] = [view.getUint16(16, true), view.getUint16(18, true)]
  if (machine !== 3) throw new Failure('file', `This ELF file is for processor type ${machine}, not for Intel 80386 (3).`)
  if (type !== 2) throw new Failure('file', `This ELF file is of type ${type}, not an executable (2).`, 'Link it to fixed addresses.')
  const [at, size, count] = [view.getUint32(28, true), view.getUint16(42, true), view.getUint16(44, true)]
  if (size !== PROGRAM_HEADER || count > MOST_HEADERS || at + count * size > image.length) throw new Failure('file', 'The program headers of this ELF file are damaged.')
  const segments: Segment[] = []
  for (let i = 0; i < count; i++) {
    const word = (n: number): number => view.getUint32(at + i * size + n * 4, true)
    if (word(0) !== LOADABLE || word(5) === 0) continue
    const segment = { offset: word(1), virtual: word(2), physical: word(3), fileSize: word(4), memorySize: word(5) }
    if (segment.offset + segment.fileSize > image.length || segment.fileSize > segment.memorySize) throw new Failure('file', `Segment ${i} of this ELF file reaches beyond the file's end.`)
    segments.push(segment)
  }
  return { entry: view.getUint32(24, true), segments }
}

const SECTION_HEADER = 40
const SYMBOL_TABLE = 2
const MOST_SYMBOLS = 100_000
/** Kinds of symbols that name a place in the program: no type, object, function. */
const LAST_PLACE = 2

/** Names of an executable's routines and data with their (virtual) addresses; empty where the file has no symbol table, or a damaged one. */
export function elfSymbols(image: Uint8Array): ReadonlyMap<string, number> {
  const symbols = new Map<string, number>()
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength)
  try {
    const section = (index: number, field: number): number => view.getUint32(view.getUint32(32, true) + index * SECTION_HEADER + field * 4, true)
    const count = isElf(image) && image[4] === 1 ? view.getUint16(48, true) : 0
    for (let i = 0; i < count; i++) {
      if (section(i, 1) !== SYMBOL_TABLE) continue
      const [at, size, names] = [section(i, 4), section(i, 5), section(section(i, 6), 4)]
      for (let row = at; row + 16 <= at + size && symbols.size < MOST_SYMBOLS; row += 16) {
        const defined = view.getUint16(row + 14, true) !== 0
        const name = defined && (view.getUint8(row + 12) & 15) <= LAST_PLACE ? zeroTerminated(image, names + view.getUint32(row, true)) : ''
        if (name !== '') symbols.set(name, view.getUint32(row + 4, true))
      }
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    symbols.clear()
  }
  return symbols
}

function zeroTerminated(image: Uint8Array, at: number): string {
  const end = image.indexOf(0, at)
  return decodeUtf8(image.subarray(at, end < 0 ? image.length : end))
}
