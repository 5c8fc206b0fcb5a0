import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assemble } from './assemble.ts'

const hex = (source: string): string => {
  const { image, messages } = assemble(source)
  expect(messages.filter(({ severity }) => severity === 'error')).toEqual([])
  return Buffer.from(image).toString('hex')
}

const bits32 = (line: string): string => `bits 32\n${line}\n`

describe('the shortest encoding, as NASM chooses it', () => {
  test.each([
    ['mov eax, 1', 'b801000000'], ['add eax, 5', '83c005'], ['add eax, strict dword 5', '0505000000'], ['add eax, 500', '05f4010000'], ['push 5', '6a05'], ['push strict dword 5', '6805000000'],
    ['mov eax, [0x1234]', 'a134120000'], ['mov ecx, [0x1234]', '8b0d34120000'], ['lea eax, [eax*5]', '8d0480'], ['mov eax, [ebx+esp]', '8b041c'], ['xchg eax, ecx', '91'], ['test eax, [ebx]', '8503'],
    ['imul eax, 5', '6bc005'], ['shl eax, 1', 'd1e0'], ['jmp short $', 'ebfe'], ['jmp near $', 'e9fbffffff'], ['jmp $', 'ebfe'], ['lock add word [bx], 5', 'f06667830705'], ['mov ds, ax', '8ed8'], ['mov ax, ds', '668cd8'],
    ['rep movsd', 'f3a5'], ['es lodsb', '26ac'], ['jmp 8:$', 'ea000000000800'], ['in al, dx', 'ec'], ['bound eax, [ebx]', '6203'], ['sal eax, 3', 'c1e003'], ['aam', 'd40a'], ['enter 8, 0', 'c8080000'],
  ])('%s', (line, bytes) => {
    expect(hex(bits32(line))).toBe(bytes)
  })

  test('jumps grow only where they must', () => {
    expect(hex('bits 32\njz far_away\ntimes 127 nop\nfar_away:')).toMatch(/^747f(?:90){127}$/)
    expect(hex('bits 32\njz far_away\ntimes 128 nop\nfar_away:')).toMatch(/^0f8480000000(?:90){128}$/)
  })
})

test('symbols, entry, lines and listing say where things are', () => {
  const result = assemble('bits 32\norg 0x100000\nlimit equ 5\nstart: mov eax, limit\n.loop: jmp .loop\nsection .bss\nspace: resd 4\n')
  expect([...result.symbols]).toEqual([['start', 0x100000], ['start.loop', 0x100005], ['space', 0x100008]])
  expect(result).toMatchObject({ ok: true, origin: 0x100000, entry: 0x100000, messages: [] })
  expect([...result.lines]).toEqual([[0x100000, 4], [0x100005, 5], [0x100008, 7]])
  expect(result.listing.split('\n').slice(3, 5)).toEqual(['     4 00000000 B805000000              start: mov eax, limit', '     5 00000005 EBFE                    .loop: jmp .loop'])
})

test('files come from the caller only', () => {
  expect(assemble('%include "a.inc"').messages[0]).toMatchObject({ line: 1, column: 10, message: "unable to open include file `a.inc'" })
  expect(assemble('%include "a.inc"', { include: (name) => (name === 'a.inc' ? 'db 7' : null) }).image).toEqual(Uint8Array.of(7))
  expect(assemble('incbin "x"').messages[0]?.message).toContain('unable to open file')
  expect(assemble('incbin "x", 1, 2', { incbin: () => Uint8Array.of(1, 2, 3, 4) }).image).toEqual(Uint8Array.of(2, 3))
  expect(assemble('%include "a"', { include: () => '%include "a"' }).ok).toBe(false)
})

describe('errors: line, column, NASM\'s words, a suggestion', () => {
  test.each([
    ['movv eax, 1', 1, 1, 5, 'parser: instruction expected', 'mov'],
    ['nop\n  mov eax, foo', 2, 12, 15, "symbol `foo' not defined", null],
    ['counter: nop\njmp conter', 2, 5, 11, "symbol `conter' not defined", 'counter'],
    ['mov [ebx], 5', 1, 5, 6, 'operation size not specified', 'dword ['],
    ['mov eax, bl', 1, 1, 4, 'invalid combination of opcode and operands', null],
    ['mov eax, [ebx+ecx+edx]', 1, 10, 11, 'invalid effective address: too many registers', null],
    ['mov eax, [bx+cx]', 1, 10, 11, 'invalid 16-bit effective address: only bx or bp plus si or di', null],
    ['mov eax 5', 1, 9, 10, 'comma, colon, decorator or end of line expected after operand', ', 5'],
    ['mov eax, (5', 1, 11, 12, "expecting `)'", null],
    ['jmp short x\ntimes 200 nop\nx:', 1, 5, 10, 'short jump is out of range', null],
    ['times -1 db 0', 1, 7, 8, 'TIMES value -1 is negative', null],
    ['a: nop\na: nop', 2, 1, 2, "label `a' inconsistently redefined; it is first defined in line 2", null],
    ['%endif', 1, 1, 7, "`%endif': no matching `%if'", null],
    ['%if 1', 1, 1, 4, "expected `%endif' before end of file", null],
    ['%macro x 0', 1, 1, 7, "expected `%endmacro' before end of file", null],
    ['%error "not today"', 1, 1, 7, 'not today', null],
    ['bits 15', 1, 6, 8, '`15\' is not a segment size of this processor; it must be 16 or 32', '32'],
    ['extern printf', 1, 8, 14, 'binary format does not support external references: there is one file, and no linker', null],
    ['%macro broken 0\n  mov eax, nothing\n%endmacro\n  broken ; here', 4, 3, 9, "symbol `nothing' not defined", null],
    ["db 'abc", 1, 4, 5, 'unterminated string', null],
    ['db 1 / 0', 1, 6, 7, 'division by zero', null],
  ])('%s', (source, line, column, endColumn, message, suggestion) => {
    const { ok, messages } = assemble(bits32(source))
    expect(ok).toBe(false)
    expect(messages.find(({ severity }) => severity === 'error')).toEqual({ severity: 'error', line: line + 1, column, endColumn, message, suggestion })
  })

  test('warnings do not stop it', () => {
    expect(assemble('db 300\nfoo\nmov al, 5')).toMatchObject({ ok: true, messages: [{ severity: 'warning', line: 1, message: 'byte data exceeds bounds' }, { line: 2, message: 'label alone on a line without a colon might be in error', suggestion: 'foo:' }] })
  })
})

describe('nothing goes on for ever', () => {
  test.each([
    '%macro m 0\n m\n m\n%endmacro\nm', '%rep 1000000\n%rep 1000000\nnop\n%endrep\n%endrep', 'times 2000000000 db 0', 'resb 0x7fffffffffffffff', '%rep 99999999\nnop\n%endrep', `db ${'('.repeat(5000)}1`,
    '%define a(x) x x x x\n%define b(x) a(a(a(a(x))))\ndb b(b(b(b(1))))', 'db 1000000000 dup (1)', 'section .x start=0xf0000000\ndb 1\nsection .text\ndb 1', `${'nop nop\n'.repeat(500)}`, 'x: times (x2-x) db 0\nx2:', 'a equ b\nb equ a+1\ndb a',
    `db ${'-'.repeat(20_000)}1`,
  ])('%s', (source) => {
    const { ok, messages } = assemble(source)
    expect(ok || messages.length > 0).toBe(true)
  })

  test('random text ends with messages', () => {
    const word = fc.constantFrom('mov', 'eax', '[', ']', ',', '+', '%macro', '%endmacro', '%rep', '%endrep', '%if', '%endif', '%define', 'x', '(', ')', '1', '%1', 'times', 'db', '"', "'", '$', ':', 'equ', 'section', '%%a', '%$b', '%push', '{', '}', '\\', '%+', '%[', 'struc', 'endstruc', 'align', '?', '*', '0x', '.l', 'dword', 'absolute', 'resb', '-1', '%rotate', '%exitrep', '%else', '%assign')
    const line = fc.array(word, { maxLength: 8 }).map((words) => words.join(' '))
    const text = fc.oneof(fc.array(line, { maxLength: 20 }).map((lines) => lines.join('\n')), fc.string({ maxLength: 300, unit: 'binary' }))
    fc.assert(fc.property(text, (source) => {
      const { messages, image } = assemble(source)
      expect(messages.every(({ line: at, column, endColumn }) => at >= 1 && column >= 1 && endColumn > column)).toBe(true)
      expect(image.length).toBeLessThan(70_000_000)
    }), { numRuns: 600, seed: 5 })
  })
})
