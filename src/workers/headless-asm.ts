import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Failure } from '../core/base/failure.ts'
import { assemble, type AssembleResult } from '../core/machine/assembler/assemble.ts'
import { disassemble } from '../core/machine/assembler/disassemble.ts'

export interface AsmParams {
  readonly file: string
}

export interface DisasmParams {
  readonly file: string
  /** Address of the first byte. */
  readonly origin: number
  readonly bits: 16 | 32
}

export interface DisassembledLine {
  readonly address: number
  /** Hex pairs without spaces. */
  readonly bytes: string
  readonly text: string
  readonly privileged: boolean
  readonly sensitive: boolean
}

/** Assembles a file; `%include` and `incbin` find files beside it and in `lib` there. */
export async function assembleFile({ file }: AsmParams): Promise<AssembleResult> {
  const beside = (name: string): Uint8Array | null => {
    for (const folder of [dirname(file), join(dirname(file), 'lib')]) {
      try {
        return readFileSync(join(folder, name))
      } catch {
        continue
      }
    }
    return null
  }
  const include = (name: string): string | null => {
    const bytes = beside(name)
    return bytes === null ? null : Buffer.from(bytes).toString('utf8')
  }
  return assemble(Buffer.from(bytesOf(file)).toString('utf8'), { include, incbin: beside, name: file })
}

/** Every instruction of a file, one after the other from its first byte. */
export async function disassembleFile({ file, origin, bits }: DisasmParams): Promise<readonly DisassembledLine[]> {
  const bytes = bytesOf(file)
  const lines: DisassembledLine[] = []
  for (let at = 0; at < bytes.length;) {
    const address = (origin + at) >>> 0
    const { length, text, entry } = disassemble(bytes.subarray(at, at + 32), address, bits)
    const hex = Buffer.from(bytes.subarray(at, at + length)).toString('hex').toUpperCase()
    lines.push({ address, bytes: hex, text, privileged: entry !== null && entry.privileged !== 'never', sensitive: entry?.sensitive ?? false })
    at += length
  }
  return lines
}

function bytesOf(file: string): Uint8Array {
  try {
    return readFileSync(file)
  } catch (error) {
    throw new Failure('file', `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
}
