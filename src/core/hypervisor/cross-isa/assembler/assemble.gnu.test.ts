import { describe, expect, test } from 'vitest'
import { hasTool } from '../../../machine/guests/testing/real-tools.ts'
import { INSTRUCTIONS, type Instruction } from '../riscv/instructions.ts'
import { REGISTER_NAMES } from '../riscv/registers.ts'
import { RISCV_SAMPLES } from '../samples.ts'
import { gnuSections } from '../testing/gnu-tools.ts'
import { assembleRiscv } from './assemble.ts'

/** Each instruction with operands at the edges of what it takes. */
function everyForm({ mnemonic, syntax, format, does }: Instruction, n: number): string[] {
  const name = (k: number): string => REGISTER_NAMES[(n * 7 + k * 11) % 32]!
  const [rd, rs1, rs2] = [name(1), name(2), name(3)]
  const immediates = format === 'shift' ? [0, 1, 31] : [-2048, -1, 0, 2047]
  switch (syntax) {
    case 'rd,rs1,rs2': return [`${mnemonic} ${rd}, ${rs1}, ${rs2}`]
    case 'rd,rs1,imm': return immediates.map((imm) => `${mnemonic} ${rd}, ${rs1}, ${imm}`)
    case 'rd,imm(rs1)': return [...immediates.map((imm) => `${mnemonic} ${rd}, ${imm}(${rs1})`), ...(does.kind === 'jalr' ? ['jalr t0', 'jalr t0, t1', 'jalr t0, t1, 8', 'jr t2'] : [`${mnemonic} ${rd}, (${rs1})`])]
    case 'rs2,imm(rs1)': return immediates.map((imm) => `${mnemonic} ${rs2}, ${imm}(${rs1})`)
    case 'rs1,rs2,target': return [`${mnemonic} ${rs1}, ${rs2}, before`, `${mnemonic} ${rs1}, ${rs2}, behind`, `${mnemonic} ${rs1}, ${rs2}, .`]
    case 'rd,upper': return [`${mnemonic} ${rd}, 0`, `${mnemonic} ${rd}, 0xfffff`, `${mnemonic} ${rd}, 0x80000`]
    case 'rd,target': return [`${mnemonic} ${rd}, before`, `${mnemonic} ${rd}, behind`, 'jal behind', 'j before']
    case 'none': return [mnemonic]
  }
}

const PSEUDO = `
  nop; mv t0, a1; not t0, t1; neg t0, t1; seqz a0, a1; snez a0, a1; sltz a0, a1; sgtz a0, a1; beqz t3, before; bnez t3, before; blez t3, before; bgez t3, behind; bltz t3, behind; bgtz t3, behind
  bgt a0, a1, before; ble a0, a1, before; bgtu a0, a1, behind; bleu a0, a1, behind; ret; call behind; tail before; la s0, before; lla s1, there; la s2, there + 6
  li a0, 0; li a0, -1; li a0, 2047; li a0, 2048; li a0, -2048; li a0, -2049; li a0, 0x12345678; li a0, 0x12345fff; li a0, 0xfffff800; li a0, 0x80000000; li a0, 0x7fffffff; li a0, 1 << 12
  li a2, 'x'; li a2, '\\n'; add a0, a1, 5; and t0, t0, 15; xor t0, t0, -1; sll t0, t0, 3; lui a0, %hi(there); addi a0, a0, %lo(there); lw a1, %lo(there + 4)(a0); sw a1, %lo(end)(a0)
  li a0, 2 + 3 * 4 | 1; li a0, (7 - 2) << 3
`

const everything = `
  .equ FIVE, 5
  SIX = FIVE + 1
  .text
before:
${INSTRUCTIONS.flatMap(everyForm).map((line) => `  ${line}`).join('\n')}
${PSEUDO}
  .align 4
behind: addi t0, t0, FIVE
1: bnez t0, 1b
  beqz t0, 1f
1: j 1b
  # a comment
  .data
there: .byte 1, -1, 'a', 0xff
  .half 0x1234, -2
  .word before, there + 2, 0xdeadbeef, -5, end - there, SIX
  .ascii "tab\\tquote\\"" , "two"
  .asciz "zero \\101\\n"
  .align 2
  .string "é€"
  .balign 8
  .zero 3
  .space 2, 7
end:
`

describe.runIf(hasTool('riscv64-linux-gnu-as'))('beside GNU as', () => {
  test.each([['every instruction', everything], ...RISCV_SAMPLES.map(({ key, source }) => [key, source])])('%s has the same bytes', (_, source) => {
    const { program, messages } = assembleRiscv(source)
    expect(messages).toEqual([])
    const [text, data] = program!.segments
    const gnu = gnuSections(source, { data: data?.address ?? 0x2_0000, bss: Math.ceil(((data?.address ?? 0x1_1000) + Math.max(data?.bytes.length ?? 0, 1)) / 4096) * 4096 })
    expect(Buffer.from(text!.bytes).toString('hex').match(/.{8}/g)).toEqual(Buffer.from(gnu['.text']).toString('hex').match(/.{8}/g))
    if (data) expect(Buffer.from(data.bytes).toString('hex')).toBe(Buffer.from(gnu['.data']).toString('hex').slice(0, data.bytes.length * 2))
  })
})
