import fc from 'fast-check'
import { OPCODES } from '../../cpu/opcodes.ts'
import { isTwin } from '../forms.ts'

/** Programs in NASM syntax: instructions drawn from the opcode table by their operand words, and everything a source may hold beside them. */

const BYTES = ['al', 'cl', 'dl', 'bl', 'ah', 'ch', 'dh', 'bh']
const WORDS = ['ax', 'cx', 'dx', 'bx', 'sp', 'bp', 'si', 'di']
const DOUBLES = WORDS.map((name) => `e${name}`)
const LABELS = ['first', 'middle', 'last', 'middle.inner']

const oneOf = (...values: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...values)
const join = (...parts: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> => fc.tuple(...parts).map((all) => all.join(''))

const number = oneOf('0', '1', '-1', '5', '127', '128', '-128', '-129', '0ffh', '0x7fff', '0x8000', '-0x8000', '0x12345678', '-2', "'a'", "'ab'", '1_000', '101b', '0o17')
const expression: fc.Arbitrary<string> = fc.oneof(
  number, join(oneOf('(', '(-', '(~'), number, oneOf(' + ', ' - ', ' * ', ' & ', ' | ', ' ^ ', ' << 2 ^ ', ' >> 1 ^ ', ' // 3 + ', ' % 7 + ', ' %% 5 + ', ' == ', ' < ', ' >= ', ' && ', ' || ', ' ? 3 : '), number, oneOf(')')),
  oneOf('last - first', '$ - $$', 'middle - $', 'SIZE', 'SIZE * 2 + 1', 'THREE', 'twice(4)'),
)
const label = oneOf(...LABELS)
const address = fc.oneof(label, join(label, oneOf(' + 4', ' - 1')), number)

const displacement = fc.oneof(oneOf('', '', '+4', '-4', '+127', '+128', '-128', '-129', '+0x1000'), join(oneOf('+'), label), oneOf('+last-first', '+SIZE'))
const memory32 = fc.oneof(
  join(oneOf(...DOUBLES), displacement), join(oneOf(...DOUBLES), oneOf('+'), oneOf(...DOUBLES.filter((name) => name !== 'esp')), displacement),
  join(oneOf(...DOUBLES.filter((name) => name !== 'esp')), oneOf('*1', '*2', '*3', '*4', '*5', '*8', '*9'), displacement),
  join(oneOf(...DOUBLES), oneOf('+'), oneOf(...DOUBLES.filter((name) => name !== 'esp')), oneOf('*2', '*4', '*8'), displacement), address,
)
const memory16 = fc.oneof(join(oneOf('bx', 'bp', 'si', 'di'), displacement), join(oneOf('bx', 'bp'), oneOf('+'), oneOf('si', 'di'), displacement))
const memory = fc.oneof({ weight: 6, arbitrary: join(oneOf('[', '[', '[', '[fs:', '[es:', '[byte ', '[nosplit '), memory32, oneOf(']')) }, { weight: 1, arbitrary: join(oneOf('[', '[gs:'), memory16, oneOf(']')) })

const sizeWord = (size: string): string => ({ b: 'byte', w: 'word', d: 'dword' })[size] ?? 'dword'
const registers = (size: string): fc.Arbitrary<string> => oneOf(...(size === 'b' ? BYTES : size === 'w' ? WORDS : DOUBLES))

/** Text for an operand word, at the operand size `v`. */
function operand(word: string, v: string, code: string, mnemonic: string): fc.Arbitrary<string> {
  const size = word.endsWith('v') || word.endsWith('s') ? v : word.slice(-1)
  switch (word.charAt(0)) {
    case 'E': return fc.oneof(registers(size), join(oneOf(`${sizeWord(size)} `), memory))
    case 'M': return mnemonic === 'jmp' || mnemonic === 'call' ? join(oneOf('far ', `${sizeWord(v)} far `), memory) : memory
    case 'R': return oneOf(...DOUBLES)
    case 'G': return registers(size)
    case 'Z': return oneOf((v === 'w' && size !== 'b' ? WORDS : size === 'b' ? BYTES : DOUBLES)[parseInt(code.slice(-2), 16) & 7]!)
    case 'A': return oneOf(size === 'b' ? 'al' : v === 'w' ? 'ax' : 'eax')
    case 'S': return mnemonic === 'mov' ? oneOf('es', 'ss', 'ds', 'fs', 'gs') : oneOf('ds')
    case 'C': return oneOf(...(word === 'CL' ? ['cl'] : ['cr0', 'cr2', 'cr3', 'cr4']))
    case 'D': return oneOf(...(word === 'DX' ? ['dx'] : ['dr0', 'dr6', 'dr7']))
    case 'I': return size === 'b' || word === 'Is' ? oneOf('1', '5', '-1', '127', 'THREE', '0x40 + 2') : word === 'Iw' ? oneOf('8', '0x1234') : fc.oneof(number, join(oneOf('strict dword ', 'dword '), label), expression)
    case 'J': return word === 'Jb' ? oneOf('$', '$+5', '$-20', '$$+($-$$)') : join(oneOf('', '', 'near '), oneOf('first', 'middle', 'last', '$', '$+200'))
    case 'P': return oneOf('8:first', '0x10:0x1234')
    case 'O': return join(oneOf('['), address, oneOf(']'))
    default: return oneOf(word.toLowerCase())
  }
}

const ROWS = OPCODES.filter((opcode) => !isTwin(opcode) && opcode.mnemonic !== 'wait' && !(opcode.mnemonic === 'nop' && opcode.operands !== ''))
const NARROW = /^(?:bswap|movzx|movsx|push|pop|jmp|call|ret|retf|j|lea|les|lds|lss|lfs|lgs|imul|enter|bound)/

const instruction: fc.Arbitrary<string> = fc.tuple(fc.constantFrom(...ROWS), fc.boolean()).chain(([{ operands, mnemonic, code, handler, lock }, narrow]) => {
  if (operands === 'b') return oneOf(`${mnemonic}b`, `rep ${mnemonic}b`)
  if (operands === 'v') return oneOf(`${mnemonic}w`, `${mnemonic}d`, `es ${mnemonic}d`)
  if (mnemonic === 'cbw') return oneOf('cbw', 'cwde')
  if (mnemonic === 'cwd') return oneOf('cwd', 'cdq')
  const v = narrow && !NARROW.test(mnemonic) && operands.includes('v') ? 'w' : 'd'
  const words = operands === '' ? [] : operands.split(' ').filter((word) => !(handler === 'loadFar' && /^[a-z]s$/.test(word)))
  // A 32-bit immediate does not fit 16 bits without a warning, and a label never does.
  const texts = words.map((word) => (v === 'w' && word === 'Iv' ? oneOf('5', '-1', '0x7fff', '128', 'SIZE') : operand(word, v, code, mnemonic)))
  const name = mnemonic === 'jecxz' ? oneOf('jecxz', 'jcxz') : oneOf(mnemonic)
  if (texts.length === 0) return name
  const plain = join(name, oneOf(' '), fc.tuple(...texts).map((all) => all.join(', ')))
  return lock && words[0]!.startsWith('E') ? fc.oneof({ weight: 8, arbitrary: plain }, { weight: 1, arbitrary: plain.map((text) => (/\w+ [^,]*\[/.test(text) ? `lock ${text}` : text)) }) : plain
})

const data = fc.oneof(
  join(oneOf('db '), oneOf('1, 2, 3', '"text", 0', '`a\\n\\x41`', "'q', -1, 0ffh", '3 dup (1, 2)', '$ - $$ & 0ffh')), join(oneOf('dw '), oneOf('1, -1', "'ab', 'abc'", '(last - first) & 0ffffh')),
  join(oneOf('dd '), fc.oneof(expression, label, oneOf("'abcd', first + 2, last", '$'))), join(oneOf('dq '), oneOf('1', '0x1122334455667788', '-1')),
  join(oneOf('times '), oneOf('0', '1', '7', 'THREE', '(4 - ($ - $$) % 4) % 4'), oneOf(' db 5', ' nop', ' dw SIZE', ' inc eax', ' jmp short $')),
)
const directive = fc.oneof(
  oneOf('align 4', 'align 16', 'align 8, db 0cch', 'alignb 4, db 0'), oneOf('pushes eax, ebx, ecx', 'choose 5', 'choose eax', "choose 'text'", 'defaults', 'defaults 7', 'defaults 7, 8', 'greedy 1, 2, "abc"', 'skipping'),
  oneOf('%rep 3\n  db 7\n%endrep', '%rep 5\n  %if counter > 6\n    %exitrep\n  %endif\n  db counter\n  %assign counter counter + 1\n%endrep', '%ifdef THREE\n  nop\n%else\n  hlt\n%endif', '%if SIZE > 3 && THREE == 3\n  nop\n%elif 1\n  hlt\n%endif'),
  oneOf('istruc point\n  at point.y, dw 5\niend', 'mov eax, [esi + point.z]', 'dd point_size', 'jcc_to ne', 'jcc_to c', '%push here\n%$loop: jmp %$loop\n%pop'),
)

const HEAD = `%define THREE 3
%define twice(x) ((x) * 2)
%assign counter 5
SIZE equ 4 * THREE
struc point
.x: resd 1
.y: resw 1
.z: resb 3
endstruc
%macro pushes 1-*
  %rep %0
    push %1
    %rotate 1
  %endrep
%endmacro
%macro choose 1
  %ifid %1
    mov %1, 1
  %elifnum %1
    db %1
  %else
    db %1, 0
  %endif
%endmacro
%macro defaults 0-2 1, 2
  db %1, %2, %0
%endmacro
%macro greedy 2+
  db %1
  db %2
%endmacro
%macro skipping 0
  jmp %%over
  times 3 nop
%%over:
%endmacro
%macro jcc_to 1
  j%1 first
  j%-1 last
%endmacro
`

const statements = fc.array(fc.oneof({ weight: 8, arbitrary: instruction }, { weight: 2, arbitrary: data }, { weight: 1, arbitrary: directive }), { minLength: 4, maxLength: 25 }).map((lines) => lines.join('\n'))

/** A program of 32 bits at some origin, with its labels in all places; sometimes with sections of data. */
export const program: fc.Arbitrary<string> = fc.tuple(oneOf('0x100000', '0', '0x7c00'), statements, statements, statements, fc.option(oneOf('section .data', 'section .data align=16', 'section .other vstart=0x5000'))).map(
  ([origin, a, b, c, section]) => `bits 32\norg ${origin}\n${HEAD}first: nop\n${a}\nmiddle:\n${b}\n.inner: db 1\n${section === null ? '' : 'last:\n'}${section ?? ''}\n${c}\n${section === null ? 'last:' : 'tail:'} ret\n${section === null ? '' : 'section .bss\nspace: resd 5\n'}`,
)
