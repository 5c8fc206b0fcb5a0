import { describe, expect, test } from 'vitest'
import { decodeUtf8 } from '../../base/bytes.ts'
import { CR0, EAX, EBX, EIP, FLAGS } from '../cpu/layout.ts'
import { gpa } from '../memory/addresses.ts'
import { Machine } from './machine.ts'

interface Part { readonly virtual?: number; readonly physical: number; readonly bytes: readonly number[]; readonly memorySize?: number }

/** A multiboot header: magic, flags, checksum, and addresses where flag 16 wants them. */
function header(flags = 0, ...addresses: readonly number[]): number[] {
  const words = [0x1bad_b002, flags, -(0x1bad_b002 + flags), ...addresses]
  return words.flatMap((word) => [word & 255, (word >> 8) & 255, (word >> 16) & 255, word >>> 24])
}

/** An ELF32 executable with a multiboot header behind its own headers. */
function elf(entry: number, parts: readonly Part[], patch: (view: DataView) => void = () => undefined): Uint8Array {
  const data = 52 + 32 * parts.length + 12 + 12
  const bytes = new Uint8Array(data + parts.reduce((sum, part) => sum + part.bytes.length, 0))
  const view = new DataView(bytes.buffer)
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1])
  for (const [at, value] of [[16, 2], [18, 3], [40, 52], [42, 32], [44, parts.length]] as const) view.setUint16(at, value, true)
  view.setUint32(24, entry, true)
  view.setUint32(28, 52, true)
  bytes.set(header(), Math.ceil((52 + 32 * parts.length) / 4) * 4)
  let at = data
  parts.forEach(({ physical, virtual = physical, bytes: content, memorySize = content.length }, i) => {
    const row = [1, at, virtual, physical, content.length, memorySize, 7, 4]
    row.forEach((value, n) => view.setUint32(52 + 32 * i + n * 4, value, true))
    bytes.set(content, at)
    at += content.length
  })
  patch(view)
  return bytes
}

const boot = (image: Uint8Array, memoryMiB = 4, commandLine = ''): Machine => new Machine({ memoryMiB, boot: { kind: 'multiboot', image, commandLine } })
const message = (image: Uint8Array, memoryMiB = 4): string => {
  const { end } = boot(image, memoryMiB)
  return end?.kind === 'boot-failed' ? end.message : 'it boots'
}
const KERNEL: Part = { physical: 0x10_0000, bytes: [0x90, 0xf4] }
const word = (machine: Machine, at: number): number => machine.memory.read(gpa(at), 4) >>> 0

describe('a multiboot kernel', () => {
  test('is loaded by its program headers, and entered as the specification says', () => {
    const machine = boot(elf(0x10_0001, [KERNEL, { physical: 0x20_0000, bytes: [1, 2, 3], memorySize: 8 }]))
    const { s } = machine.cpu
    expect([s[EAX]! >>> 0, s[EIP], s[CR0]! & 1, s[CR0]! >>> 31, s[FLAGS]! & 0x200]).toEqual([0x2bad_b002, 0x10_0001, 1, 0, 0])
    expect([...machine.memory.bytes.subarray(0x20_0000, 0x20_0005)]).toEqual([1, 2, 3, 0, 0])
    expect(machine.memory.read(gpa(0x413), 2)).toBe(639)
    expect(machine.memory.read(gpa(0x40e), 2)).toBe(0)
  })

  test('is told of memory, command line and loader', () => {
    const machine = boot(elf(0x10_0000, [KERNEL]), 64, 'console=ttyS0 ä')
    const at = machine.cpu.s[EBX]!
    const text = (from: number): string => decodeUtf8(machine.memory.bytes.subarray(from, machine.memory.bytes.indexOf(0, from)))
    expect(word(machine, at)).toBe(0x245)
    expect([word(machine, at + 4), word(machine, at + 8)]).toEqual([639, 63 * 1024])
    expect(text(word(machine, at + 16))).toBe('console=ttyS0 ä')
    expect(text(word(machine, at + 64))).toBe('Glasshouse')
    const [length, first] = [word(machine, at + 44), word(machine, at + 48)]
    const regions = Array.from({ length: length / 24 }, (_, i) => [0, 4, 12, 20].map((offset) => word(machine, first + i * 24 + offset)))
    expect(regions).toEqual([[20, 0, 639 * 1024, 1], [20, 639 * 1024, 1024, 2], [20, 0xf_0000, 0x1_0000, 2], [20, 0x10_0000, 63 << 20, 1]])
  })

  test('may name a virtual entry', () => {
    const machine = boot(elf(0x8010_0001, [{ ...KERNEL, virtual: 0x8010_0000 }]))
    expect(machine.cpu.s[EIP]).toBe(0x10_0001)
  })

  test('may lie where the boot information would be', () => {
    const machine = boot(elf(0x9000, [{ physical: 0x8800, bytes: [0xf4], memorySize: 0x2000 }]))
    expect(machine.cpu.s[EBX]).toBe(0xb000)
  })

  test('may say in its header where it is to be loaded', () => {
    const code = [0x90, 0xf4]
    const image = Uint8Array.from([0, 0, 0, 0, ...header(0x1_0000, 0x10_0004, 0x10_0000, 0, 0x10_1000, 0x10_0024), ...code])
    const machine = boot(image)
    expect([machine.cpu.s[EIP], ...machine.memory.bytes.subarray(0x10_0024, 0x10_0026)]).toEqual([0x10_0024, 0x90, 0xf4])
  })
})

describe('what cannot be booted says why', () => {
  test.each([
    ['no multiboot header', new Uint8Array(9000), 'no multiboot header within its first 8 KiB'],
    ['a wrong checksum', Uint8Array.from([...header().slice(0, 8), 1, 2, 3, 4]), 'no multiboot header'],
    ['requests of the future', Uint8Array.from(header(0x10)), 'features 0x10'],
    ['neither ELF nor addresses', Uint8Array.from(header()), 'neither an ELF file nor'],
    ['addresses that do not fit', Uint8Array.from(header(0x1_0000, 0x10_0000, 0x20_0000, 0, 0, 0)), 'do not fit this file'],
    ['a cut header', Uint8Array.from(header(0x1_0000)), 'cut off'],
    ['64 bits', elf(0, [KERNEL], (view) => view.setUint8(4, 2)), 'not for a 32-bit'],
    ['another processor', elf(0, [KERNEL], (view) => view.setUint16(18, 40, true)), 'processor type 40'],
    ['an object file', elf(0, [KERNEL], (view) => view.setUint16(16, 1, true)), 'not an executable'],
    ['damaged headers', elf(0, [KERNEL], (view) => view.setUint32(28, 5000, true)), 'damaged'],
    ['a segment beyond the file', elf(0, [KERNEL], (view) => view.setUint32(52 + 16, 5000, true)), "beyond the file's end"],
    ['nothing to load', elf(0, []), 'nothing to load'],
    ['too little memory', elf(0, [{ ...KERNEL, memorySize: 0x40_0000 }]), 'needs memory up to 5 MiB, but there are 4 MiB'],
  ])('%s', (_name, image, text) => expect(message(image)).toContain(text))

  test('a disk, as yet; a machine of no size is an error', () => {
    const machine = new Machine({ memoryMiB: 1, boot: { kind: 'disk' } })
    expect(machine.run(1000)).toBe('end')
    expect([machine.end?.kind, machine.tick]).toEqual(['boot-failed', 0])
    expect(() => new Machine({ memoryMiB: 0, boot: { kind: 'disk' } })).toThrow('between 1 and 2047 MiB')
  })
})
