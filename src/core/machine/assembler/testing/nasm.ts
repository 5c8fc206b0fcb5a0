import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Whether the genuine NASM is installed; under CI it must be. */
export function hasNasm(): boolean {
  const found = spawnSync('nasm', ['-v']).status === 0
  if (!found && process.env['CI']) throw new Error('nasm is not installed')
  if (!found) console.warn('nasm is not installed: what it judges is skipped')
  return found
}

function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'nasm-'))
  try {
    return work(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Bytes between two cases, so that one never runs into the next. */
const STRIDE = 24

/** What `ndisasm` prints for each case, each at its own address (case number × 24). */
export function ndisasm(cases: readonly Uint8Array[], bits: 16 | 32): string[] {
  const texts = new Map<number, string>()
  inFolder((folder) => {
    const file = join(folder, 'cases.bin')
    for (let from = 0; from < cases.length; from += 3000) {
      const part = cases.slice(from, from + 3000)
      writeFileSync(file, caseBytes(part))
      const marks = part.flatMap((_, n) => ['-s', String((from + n) * STRIDE)])
      const output = execFileSync('ndisasm', ['-b', String(bits), '-o', String(from * STRIDE), ...marks, file], { maxBuffer: 1 << 28 }).toString()
      for (const [, address, text] of output.matchAll(/^([0-9A-F]{8}) {2}[0-9A-F]+\s+(.*)$/gm)) texts.set(parseInt(address!, 16), text!)
    }
  })
  return cases.map((_, n) => texts.get(n * STRIDE) ?? '')
}

function caseBytes(cases: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(cases.length * STRIDE).fill(0x90)
  cases.forEach((one, n) => bytes.set(one.subarray(0, 16), n * STRIDE))
  return bytes
}

/** The case as it lies in `ndisasm`'s input, and its address. */
export function caseAt(cases: readonly Uint8Array[], n: number): { bytes: Uint8Array; address: number } {
  return { bytes: caseBytes([cases[n]!]), address: n * STRIDE }
}

/** What `nasm -f bin` makes of each source: its image, or its messages where it refuses. `-w` keeps warnings out of them. */
export function nasmImages(sources: readonly string[], includes: readonly string[] = []): (Uint8Array | string)[] {
  return inFolder((folder) => {
    sources.forEach((source, n) => writeFileSync(join(folder, `${n}.asm`), source))
    const options = includes.map((path) => `-I '${path}/'`).join(' ')
    // One shell for all: most of the time of a short run is its start.
    execFileSync('sh', ['-c', `for n in $(seq 0 ${sources.length - 1}); do nasm -w-all -f bin ${options} $n.asm -o $n.bin 2>$n.err; done; true`], { cwd: folder })
    return sources.map((_, n) => (existsSync(join(folder, `${n}.bin`)) ? new Uint8Array(readFileSync(join(folder, `${n}.bin`))) : readFileSync(join(folder, `${n}.err`), 'utf8')))
  })
}
