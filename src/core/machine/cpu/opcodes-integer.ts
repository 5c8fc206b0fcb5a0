import { hex, op, type Opcode } from './opcode.ts'

const ALL = 'oszapc'

/** add, or, adc, sbb, and, sub, xor, cmp: six encodings each, and the immediate groups. */
const alu = ['add', 'or', 'adc', 'sbb', 'and', 'sub', 'xor', 'cmp'].flatMap((name, n) => {
  const logic = name === 'or' || name === 'and' || name === 'xor'
  const extra = { flags: ALL, undefined: logic ? 'a' : '' }
  const locked = { ...extra, lock: name !== 'cmp' }
  return [
    op(hex(n * 8), name, 'Eb Gb', locked), op(hex(n * 8 + 1), name, 'Ev Gv', locked), op(hex(n * 8 + 2), name, 'Gb Eb', extra), op(hex(n * 8 + 3), name, 'Gv Ev', extra),
    op(hex(n * 8 + 4), name, 'Ab Ib', extra), op(hex(n * 8 + 5), name, 'Av Iv', extra),
    op(`80/${n}`, name, 'Eb Ib', locked), op(`81/${n}`, name, 'Ev Iv', locked), op(`82/${n}`, name, 'Eb Ib', locked), op(`83/${n}`, name, 'Ev Is', locked),
  ]
})

const shifts = ['rol', 'ror', 'rcl', 'rcr', 'shl', 'shr', 'shl', 'sar'].flatMap((name, n) => {
  const extra = n < 4 ? { flags: 'oc' } : { flags: ALL, undefined: 'a' }
  return [
    op(`c0/${n}`, name, 'Eb Ib', extra), op(`c1/${n}`, name, 'Ev Ib', extra), op(`d0/${n}`, name, 'Eb 1', extra), op(`d1/${n}`, name, 'Ev 1', extra),
    op(`d2/${n}`, name, 'Eb CL', extra), op(`d3/${n}`, name, 'Ev CL', extra),
  ]
})

const bits = ['bt', 'bts', 'btr', 'btc'].flatMap((name, n) => {
  const extra = { flags: 'c', undefined: 'oszap', lock: n > 0 }
  return [op(`0f${hex(0xa3 + n * 8)}`, name, 'Ev Gv', extra), op(`0fba/${n + 4}`, name, 'Ev Ib', extra)]
})

const unary = [['fe', 'Eb'], ['ff', 'Ev']].flatMap(([code, operand]) => [
  op(`${code}/0`, 'inc', operand, { flags: 'oszap', lock: true }), op(`${code}/1`, 'dec', operand, { flags: 'oszap', lock: true }),
])

const group3 = [['f6', 'b'], ['f7', 'v']].flatMap(([code, z]) => [
  op(`${code}/0`, 'test', `E${z} I${z}`, { flags: ALL, undefined: 'a' }), op(`${code}/1`, 'test', `E${z} I${z}`, { flags: ALL, undefined: 'a' }),
  op(`${code}/2`, 'not', `E${z}`, { lock: true }), op(`${code}/3`, 'neg', `E${z}`, { flags: ALL, lock: true }),
  op(`${code}/4`, 'mul', `E${z}`, { flags: ALL, undefined: 'szap', cost: 'mul' }), op(`${code}/5`, 'imul', `E${z}`, { handler: 'imul1', flags: ALL, undefined: 'szap', cost: 'mul' }),
  op(`${code}/6`, 'div', `E${z}`, { undefined: ALL, cost: 'div' }), op(`${code}/7`, 'idiv', `E${z}`, { undefined: ALL, cost: 'div' }),
])

export const INTEGER_OPCODES: readonly Opcode[] = [
  ...alu, ...shifts, ...bits, ...unary, ...group3,
  ...Array.from({ length: 8 }, (_, n) => op(hex(0x40 + n), 'inc', 'Zv', { flags: 'oszap' })),
  ...Array.from({ length: 8 }, (_, n) => op(hex(0x48 + n), 'dec', 'Zv', { flags: 'oszap' })),
  op('84', 'test', 'Eb Gb', { flags: ALL, undefined: 'a' }), op('85', 'test', 'Ev Gv', { flags: ALL, undefined: 'a' }),
  op('a8', 'test', 'Ab Ib', { flags: ALL, undefined: 'a' }), op('a9', 'test', 'Av Iv', { flags: ALL, undefined: 'a' }),
  op('69', 'imul', 'Gv Ev Iv', { flags: ALL, undefined: 'szap', cost: 'mul' }), op('6b', 'imul', 'Gv Ev Is', { flags: ALL, undefined: 'szap', cost: 'mul' }),
  op('0faf', 'imul', 'Gv Ev', { flags: ALL, undefined: 'szap', cost: 'mul' }),
  op('0fa4', 'shld', 'Ev Gv Ib', { flags: ALL, undefined: 'a', cost: 'complex' }), op('0fa5', 'shld', 'Ev Gv CL', { flags: ALL, undefined: 'a', cost: 'complex' }),
  op('0fac', 'shrd', 'Ev Gv Ib', { flags: ALL, undefined: 'a', cost: 'complex' }), op('0fad', 'shrd', 'Ev Gv CL', { flags: ALL, undefined: 'a', cost: 'complex' }),
  op('0fbc', 'bsf', 'Gv Ev', { flags: 'z', undefined: 'osapc', cost: 'complex' }), op('0fbd', 'bsr', 'Gv Ev', { flags: 'z', undefined: 'osapc', cost: 'complex' }),
  op('0fc0', 'xadd', 'Eb Gb', { flags: ALL, lock: true, cost: 'complex' }), op('0fc1', 'xadd', 'Ev Gv', { flags: ALL, lock: true, cost: 'complex' }),
  op('0fb0', 'cmpxchg', 'Eb Gb', { flags: ALL, lock: true, cost: 'complex' }), op('0fb1', 'cmpxchg', 'Ev Gv', { flags: ALL, lock: true, cost: 'complex' }),
  op('0fc7/1', 'cmpxchg8b', 'Md', { flags: 'z', lock: true, cost: 'complex' }),
  ...Array.from({ length: 8 }, (_, n) => op(`0f${hex(0xc8 + n)}`, 'bswap', 'Zv')),
  op('98', 'cbw', 'Av'), op('99', 'cwd', 'Av'),
  op('27', 'daa', '', { flags: ALL, undefined: 'o', cost: 'complex' }), op('2f', 'das', '', { flags: ALL, undefined: 'o', cost: 'complex' }),
  op('37', 'aaa', '', { flags: ALL, undefined: 'oszp', cost: 'complex' }), op('3f', 'aas', '', { flags: ALL, undefined: 'oszp', cost: 'complex' }),
  op('d4', 'aam', 'Ib', { flags: ALL, undefined: 'oac', cost: 'div' }), op('d5', 'aad', 'Ib', { flags: ALL, undefined: 'oac', cost: 'complex' }),
  op('f5', 'cmc', '', { flags: 'c' }), op('f8', 'clc', '', { flags: 'c' }), op('f9', 'stc', '', { flags: 'c' }), op('fc', 'cld', '', { flags: 'd' }), op('fd', 'std', '', { flags: 'd' }),
]
