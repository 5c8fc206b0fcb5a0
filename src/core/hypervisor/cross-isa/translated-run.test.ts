import { expect, test } from 'vitest'
import { decodeUtf8, encodeUtf8 } from '../../base/bytes.ts'
import { assembleRiscv } from './assembler/assemble.ts'
import { describeEnd } from './program/end.ts'
import { interpret, type RunOptions } from './run-program.ts'
import { TranslatedRun } from './translated-run.ts'

const programOf = (source: string) => {
  const { program, messages } = assembleRiscv(source)
  expect(messages).toEqual([])
  return program!
}
const EXIT = 'li a7, 93; ecall'

/** Runs both ways; both must answer the same. */
function both(source: string, options: RunOptions = {}, most = 100_000): { text: string; output: string; run: TranslatedRun } {
  const program = programOf(source)
  let [output, other] = ['', '']
  const run = new TranslatedRun(program, { memoryMiB: 1, ...options, output: (bytes) => (output += decodeUtf8(bytes)) })
  const reference = interpret(program, { memoryMiB: 1, ...options, output: (bytes) => (other += decodeUtf8(bytes)) })
  const [end, expected] = [run.run(most), reference.run(most)]
  expect([end, output, run.instructions, run.pc]).toEqual([expected, other, reference.instructions, reference.pc])
  return { text: describeEnd(end), output, run }
}

test.each([
  ['lw t0, 0(zero)', 'at 0x00010000: load from 0x00000000, outside the program\'s memory'],
  ['li t0, 0x10000\n lb t0, -1(t0)', 'at 0x00010004: load from 0x0000ffff, outside the program\'s memory'],
  ['li t0, 0x100000\n nop\n sw t1, -2(t0)', 'at 0x00010008: store to 0x000ffffe, outside the program\'s memory'],
  ['li t0, -4\n lw zero, 2(t0)', 'at 0x00010004: load from 0xfffffffe, outside the program\'s memory'],
  ['li t0, -0x300000\n sw t0, 0(t0)', 'at 0x00010004: store to 0xffd00000, outside the program\'s memory'],
  ['li t0, 0x10002\n jr t0', 'at 0x00010008: jump to 0x00010002, which is not a multiple of 4'],
  ['li t0, 0x500000\n jr t0', 'at 0x00500000: no instruction can be fetched from there'],
  ['ebreak', 'at 0x00010000: ebreak, and nobody debugs'],
  ['nop\n.word 0xffffffff', 'at 0x00010004: 0xffffffff is not an instruction of RV32IM'],
  ['li a0, 300\n li a7, 93\n ecall', 'exit code 44'],
  ['j .', 'stopped at the limit of instructions'],
])('%s', (source, text) => {
  expect(both(source).text).toBe(text)
})

test('division answers where x86 would fault', () => {
  const { run } = both(`li s0, 0x80000000; li s1, -1
    div s2, s0, s1; rem s3, s0, s1; div s4, s0, zero; rem s5, s0, zero; divu s6, s0, zero; remu s7, s0, zero; divu s8, s0, s1; remu s9, s0, s1; mulhsu s10, s1, s0; mulh s11, s1, s0
    ${EXIT}`)
  expect(Array.from({ length: 10 }, (_, i) => run.registers.get(18 + i) >>> 0)).toEqual([0x8000_0000, 0, 0xffff_ffff, 0x8000_0000, 0xffff_ffff, 0x8000_0000, 0, 0x8000_0000, 0xffff_ffff, 0])
})

test('the kernel refuses what is wrong in Linux’s numbers, and reads what there is', () => {
  const source = `.bss
buffer: .zero 8
.text
_start:
  li a7, 1000; ecall; mv s0, a0
  li a7, 64; li a0, 7; ecall; mv s1, a0
  li a0, 1; li a1, 4; li a2, 4; ecall; mv s2, a0
  li a7, 63; li a0, 0; la a1, buffer; li a2, 8; ecall; mv s3, a0
  li a0, 0; ecall; mv s4, a0
  li a0, 0; ecall; mv s5, a0
  li a7, 64; li a0, 1; li a2, 4; ecall
  li a7, 214; li a0, 0; ecall; mv s6, a0; li a0, 1; ecall; sub s6, s6, a0
  li a0, 0; ${EXIT}`
  const { output, run } = both(source, { input: encodeUtf8('0123456789AB') })
  expect(Array.from([8, 9, 18, 19, 20, 21, 22], (register) => run.registers.get(register))).toEqual([-38, -9, -14, 8, 4, 0, 0])
  expect(output).toBe('89AB')
})

test('what a program changes in itself is seen after fence.i', () => {
  const { run } = both(`
_start: li s0, 0
again:  jal change
        addi s0, s0, 1
change_to: addi s0, s0, 100
        li t0, 3
        addi s1, s1, 1
        blt s1, t0, again
        ${EXIT}
change: la t1, change_to
        lw t2, 0(t1)
        sw t2, -4(t1)
        fence.i
        ret`)
  expect(run.registers.get(8)).toBe(600)
  expect(run.host.flushes).toBe(3)
})

/** The long proof instead of the sample that a short run takes. */
const THOROUGH = process.env['GLASSHOUSE_THOROUGH'] === '1'

test.runIf(THOROUGH)('more code than the cache holds: all goes, and the program goes on', () => {
  const blocks = 'mulhsu s1,s1,s1;bne x0,x0,.\n'.repeat(36_000)
  const { run, text } = both(`li s2, 2\nround:\n${blocks} addi s2, s2, -1\n la t0, round\n beqz s2, end\n jr t0\nend: li a0, 0\n ${EXIT}`, {}, 1e6)
  expect(text).toBe('exit code 0')
  expect(run.instructions).toBeGreaterThan(144_000)
  expect(run.host.flushes).toBe(2)
})

test('a program that does not fit is refused', () => {
  expect(() => interpret(programOf('.bss\n.zero 0x100000'), { memoryMiB: 1 })).toThrow('its memory, without a stack')
})
