import { Failure } from '../../../base/failure.ts'
import { FIRST_ADDRESS } from './guest-memory.ts'
import type { Program, ProgramSegment } from './program.ts'

const HEADER = 52
const PROGRAM_HEADER = 32
const LOADABLE = 1
const RISCV = 243
const EXECUTABLE = 2
const MOST_HEADERS = 256
/** Flags of the header: no compressed instructions (bit 0), no floating-point registers in calls (bits 1 and 2). */
const COMPRESSED_OR_FLOAT = 7

export const isElf = (file: Uint8Array): boolean => file[0] === 0x7f && file[1] === 0x45 && file[2] === 0x4c && file[3] === 0x46

/** A static executable for RV32 (System V ABI, chapter 5; RISC-V ELF psABI). One of another kind, or a damaged one, is a `Failure`. */
export function readRiscvElf(file: Uint8Array): Program {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  if (!isElf(file) || file.length < HEADER) throw new Failure('file', 'This is not an ELF file.')
  if (file[4] !== 1 || file[5] !== 1 || view.getUint16(18, true) !== RISCV) throw new Failure('file', 'This ELF file is not for a 32-bit RISC-V.', 'Build it with -march=rv32im -mabi=ilp32.')
  if (view.getUint16(16, true) !== EXECUTABLE) throw new Failure('file', 'This ELF file is not a static executable.', 'Link it with -static, to fixed addresses.')
  if ((view.getUint32(36, true) & COMPRESSED_OR_FLOAT) !== 0) throw new Failure('file', 'This ELF file has compressed or floating-point instructions.', 'Build it with -march=rv32im -mabi=ilp32.')
  const [at, size, count] = [view.getUint32(28, true), view.getUint16(42, true), view.getUint16(44, true)]
  if (size !== PROGRAM_HEADER || count > MOST_HEADERS || at + count * size > file.length) throw new Failure('file', 'The program headers of this ELF file are damaged.')
  const segments: ProgramSegment[] = []
  let end = 0
  for (let i = 0; i < count; i++) {
    const word = (n: number): number => view.getUint32(at + i * PROGRAM_HEADER + n * 4, true)
    if (word(0) !== LOADABLE || word(5) === 0) continue
    if (word(1) + word(4) > file.length || word(4) > word(5)) throw new Failure('file', `Segment ${i} of this ELF file reaches beyond its end.`)
    // A linker may load the file's headers with the code, on the page before it: nobody needs them there.
    const headers = word(1) === 0 ? Math.min(Math.max(FIRST_ADDRESS - word(2), 0), word(4)) : 0
    segments.push({ address: word(2) + headers, bytes: file.slice(word(1) + headers, word(1) + word(4)) })
    end = Math.max(end, word(2) + word(5))
  }
  return { entry: view.getUint32(24, true), segments, end }
}
