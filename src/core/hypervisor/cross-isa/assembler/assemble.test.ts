import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decode } from '../riscv/decode.ts'
import { disassembleWord } from '../riscv/disassemble.ts'
import { encode } from '../riscv/encode.ts'
import { assembleRiscv } from './assemble.ts'

const complaints = (source: string): string[] => assembleRiscv(source).messages.map(({ line, column, message }) => `${line}:${column} ${message}`)

test.each([
  ['addi t0, t1, 2048', '1:14 2048 is not between -2048 and 2047'],
  ['nop\n  slli t0, t0, 32', '2:16 32 is not between 0 and 31'],
  ['lw t0, 4[sp]', '1:9 "[" means nothing here'],
  ['lw t0, sp', '1:8 a place in memory is written offset(register)'],
  ['add t0, t1', '1:1 "add" takes 3 operands, not 2'],
  ['mv t0', '1:1 "mv" takes 2 operands'],
  ['j nowhere', '1:3 "nowhere" is not defined'],
  ['j 1f', '1:3 "1f" is not defined'],
  ['a: nop\na: nop', '2:1 "a" is defined twice'],
  ['frob t0', '1:1 there is no instruction or directive "frob"'],
  ['add t0, t1, t9', '1:13 "t9" is not defined'],
  ['b: .zero 5000\nbeq t0, t1, b', '2:13 the jump of -5000 bytes is too long for this instruction'],
  ['.zero -1', '1:1 -1 bytes are too many'],
  ['.zero 0x7fffffff', '1:1 2147483647 bytes are too many'],
  ['.section .text2', '1:1 there is no section ".text2" here: .text, .data, .bss'],
  ['.word 1 / 0', '1:9 division by zero'],
  ['.ascii "\\q"', '1:8 there is no escape "\\q"'],
  ['.byte 256', '1:7 256 does not fit 1 bytes'],
  ['li t0, later\n.equ later, 5', '1:8 this value must be known here: it decides how many instructions there are'],
  [`.word ${'('.repeat(60)}1`, '1:57 the expression is nested too deeply'],
])('%s', (source, message) => {
  expect(complaints(source)[0]).toContain(message)
  expect(assembleRiscv(source).program).toBeNull()
})

test('places, lines and symbols are told', () => {
  const { program, symbols, lines } = assembleRiscv('.equ N, 3\n.text\nnop\n_start: li a0, N ; ret\n.data\nd: .word d\n.bss\nz: .zero 4100\n')
  expect(program).toMatchObject({ entry: 0x1_0004, end: 0x1_2000 + 4100 })
  expect([...symbols]).toEqual([['N', 3], ['_start', 0x1_0004], ['d', 0x1_1000], ['z', 0x1_2000]])
  expect([...lines]).toEqual([[0x1_0000, 3], [0x1_0004, 4], [0x1_0008, 4]])
  expect([...program!.segments[1]!.bytes]).toEqual([0, 0x10, 1, 0])
})

test('what is disassembled assembles to the same word', () => {
  fc.assert(fc.property(fc.integer(), (word) => {
    const decoded = decode(word)
    if (!decoded) return disassembleWord(word, 0x1_0000).startsWith('.word')
    // Reserved fields of `fence` are not written.
    if (decoded.instruction.syntax === 'none') return true
    const text = disassembleWord(word, 0x1_0000)
    expect(encode(decoded.instruction, decoded)).toBe(word >>> 0)
    // A jump to where no label can be.
    if (/^(b|jal )/.test(text)) return true
    const { program, messages } = assembleRiscv(text)
    expect({ text, messages }).toEqual({ text, messages: [] })
    return new DataView(program!.segments[0]!.bytes.buffer).getUint32(0, true) === word >>> 0
  }), { numRuns: 3000, seed: 4 })
})

test('random text ends with messages', () => {
  const words = ['addi', 't0', ',', '(', ')', '%hi', '.word', '.zero', '1b', ':', '"', '\'', '-', '0x', '5', '\n', ' ', 'li', 'la', 'x', '.align', '.equ', ';', '#', '=']
  fc.assert(fc.property(fc.array(fc.constantFrom(...words), { maxLength: 40 }), (parts) => {
    const { program, messages } = assembleRiscv(parts.join(' '))
    return program !== null || messages.length > 0
  }), { numRuns: 500, seed: 5 })
})
