import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Program } from '../program/program.ts'

function inFolder<T>(action: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'riscv-'))
  try {
    return action(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The bytes of each section as the genuine assembler and linker make them, with the data and the zeros at these addresses. */
export function gnuSections(source: string, places: { readonly data: number; readonly bss: number }): Record<'.text' | '.data', Uint8Array> {
  return inFolder((folder) => {
    const at = (name: string): string => join(folder, name)
    writeFileSync(at('program.s'), source)
    execFileSync('riscv64-linux-gnu-as', ['-march=rv32im_zifencei', '-mabi=ilp32', '-mno-relax', '-o', at('program.o'), at('program.s')])
    execFileSync('riscv64-linux-gnu-ld', ['-m', 'elf32lriscv', '--no-relax', '-e', '0x10000', '-Ttext', '0x10000', '-Tdata', `0x${places.data.toString(16)}`, '-Tbss', `0x${places.bss.toString(16)}`, '-o', at('program'), at('program.o')])
    const section = (name: string): Uint8Array => {
      execFileSync('riscv64-linux-gnu-objcopy', ['-O', 'binary', '-j', name, at('program'), at('section')])
      return new Uint8Array(readFileSync(at('section')))
    }
    return { '.text': section('.text'), '.data': section('.data') }
  })
}

const HEADER = 52
const PROGRAM_HEADER = 32

/** A program as an ELF executable for Linux on RV32: each segment writable and executable, the last with the zeros behind it. */
export function elfOf({ entry, segments, end }: Program): Uint8Array {
  const start = Math.min(...segments.map(({ address }) => address))
  const offset = 4096
  const size = Math.max(...segments.map(({ address, bytes }) => address + bytes.length)) - start
  const file = new Uint8Array(offset + size)
  const view = new DataView(file.buffer)
  file.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1])
  view.setUint16(16, 2, true)
  view.setUint16(18, 243, true)
  const words: readonly [number, number][] = [[20, 1], [24, entry], [28, HEADER]]
  for (const [at, value] of words) view.setUint32(at, value, true)
  for (const [at, value] of [[40, HEADER], [42, PROGRAM_HEADER], [44, 1]] as const) view.setUint16(at, value, true)
  ;[1, offset, start, start, size, Math.max(end - start, size), 7, 4096].forEach((value, i) => view.setUint32(HEADER + i * 4, value, true))
  for (const { address, bytes } of segments) file.set(bytes, offset + address - start)
  return file
}

/** What a program writes, and its exit code, in the genuine QEMU. */
export function runInQemu(program: Program, input = ''): { readonly output: Uint8Array; readonly code: number } {
  return inFolder((folder) => {
    const file = join(folder, 'program')
    writeFileSync(file, elfOf(program), { mode: 0o755 })
    try {
      return { output: new Uint8Array(execFileSync('qemu-riscv32', [file], { input, timeout: 50_000, stdio: ['pipe', 'pipe', 'ignore'] })), code: 0 }
    } catch (error) {
      if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number' || !('stdout' in error) || !(error.stdout instanceof Uint8Array)) throw error
      return { output: new Uint8Array(error.stdout), code: error.status }
    }
  })
}
