/** The benchmark's kernel: loops.asm and kernels.c as one flat multiboot image for 0x100000. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const here = import.meta.dirname

/** The image and its entry, or null where nasm, gcc or ld for 32 bits are missing; then it says so in one line. */
export function buildKernel(folder) {
  mkdirSync(folder, { recursive: true })
  const at = (name) => join(folder, name)
  const tool = (name, args) => execFileSync(name, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  try {
    tool('nasm', ['-f', 'elf32', '-o', at('loops.o'), join(here, 'loops.asm')])
    tool('gcc', ['-m32', '-march=i386', '-O2', '-ffreestanding', '-fno-pic', '-fno-stack-protector', '-fno-asynchronous-unwind-tables', '-c', '-o', at('kernels.o'), join(here, 'kernels.c')])
    const link = (output, ...more) => tool('ld', ['-m', 'elf_i386', '-Ttext', '0x100000', '-e', 'start', '-o', at(output), ...more, at('loops.o'), at('kernels.o')])
    link('kernel.elf')
    link('kernel.bin', '--oformat', 'binary')
  } catch (error) {
    process.stderr.write(`skipped: the benchmark's kernel needs nasm, gcc -m32 and ld (${String(error.message).split('\n')[0]})\n`)
    return null
  }
  const image = readFileSync(at('kernel.bin'))
  return { image, entry: image.readUInt32LE(28) }
}
