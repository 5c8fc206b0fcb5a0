import { hex, op, type Opcode } from './opcode.ts'

const CONDITIONS = ['o', 'no', 'b', 'ae', 'e', 'ne', 'be', 'a', 's', 'ns', 'p', 'np', 'l', 'ge', 'le', 'g']
const SENSITIVE = { sensitive: true }
const SEGMENT_SENSITIVE = { sensitive: true, cost: 'segment' } as const
const each = <T>(count: number, make: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n))

const segments = (['es', 'cs', 'ss', 'ds'] as const).flatMap((name, n) => [
  op(hex(n * 8 + 6), 'push', name, { handler: 'pushSegment', ...SENSITIVE }),
  ...(name === 'cs' ? [] : [op(hex(n * 8 + 7), 'pop', name, { handler: 'popSegment', ...SEGMENT_SENSITIVE })]),
])

const strings: readonly [string, string, string, string][] = [
  ['a4', 'movs', '', ''], ['a6', 'cmps', 'oszapc', ''], ['aa', 'stos', '', ''], ['ac', 'lods', '', ''], ['ae', 'scas', 'oszapc', ''], ['6c', 'ins', '', 'iopl'], ['6e', 'outs', '', 'iopl'],
]

export const MOVE_OPCODES: readonly Opcode[] = [
  op('88', 'mov', 'Eb Gb'), op('89', 'mov', 'Ev Gv'), op('8a', 'mov', 'Gb Eb'), op('8b', 'mov', 'Gv Ev'),
  op('a0', 'mov', 'Ab Ob'), op('a1', 'mov', 'Av Ov'), op('a2', 'mov', 'Ob Ab'), op('a3', 'mov', 'Ov Av'),
  ...each(8, (n) => op(hex(0xb0 + n), 'mov', 'Zb Ib')), ...each(8, (n) => op(hex(0xb8 + n), 'mov', 'Zv Iv')),
  op('c6/0', 'mov', 'Eb Ib'), op('c7/0', 'mov', 'Ev Iv'),
  op('8c', 'mov', 'Ev Sw', { handler: 'movFromSegment', sensitive: true }), op('8e', 'mov', 'Sw Ew', { handler: 'movToSegment', ...SEGMENT_SENSITIVE }),
  op('0fb6', 'movzx', 'Gv Eb', { handler: 'movzxByte' }), op('0fb7', 'movzx', 'Gv Ew', { handler: 'movzxWord' }),
  op('0fbe', 'movsx', 'Gv Eb', { handler: 'movsxByte' }), op('0fbf', 'movsx', 'Gv Ew', { handler: 'movsxWord' }),
  op('8d', 'lea', 'Gv Mv'), op('86', 'xchg', 'Eb Gb', { lock: true, cost: 'complex' }), op('87', 'xchg', 'Ev Gv', { lock: true, cost: 'complex' }),
  op('90', 'nop'), ...each(7, (n) => op(hex(0x91 + n), 'xchg', 'Zv Av', { cost: 'complex' })),
  op('d7', 'xlat', '', { cost: 'complex' }),
  ...each(8, (n) => op(`0f${hex(0x18 + n)}`, 'nop', 'Ev')), op('0f0d', 'nop', 'Ev'),
  ...CONDITIONS.map((cc, n) => op(`0f${hex(0x40 + n)}`, `cmov${cc}`, 'Gv Ev', { handler: 'cmov' })),
  ...CONDITIONS.map((cc, n) => op(`0f${hex(0x90 + n)}`, `set${cc}`, 'Eb', { handler: 'setcc' })),
  ...each(8, (n) => op(hex(0x50 + n), 'push', 'Zv', { handler: 'pushOperand' })), ...each(8, (n) => op(hex(0x58 + n), 'pop', 'Zv', { handler: 'popOperand' })),
  op('68', 'push', 'Iv', { handler: 'pushImmediate' }), op('6a', 'push', 'Is', { handler: 'pushImmediate' }),
  op('ff/6', 'push', 'Ev', { handler: 'pushOperand' }), op('8f/0', 'pop', 'Ev', { handler: 'popOperand' }),
  ...segments, op('0fa0', 'push', 'fs', { handler: 'pushSegment', ...SENSITIVE }), op('0fa1', 'pop', 'fs', { handler: 'popSegment', ...SEGMENT_SENSITIVE }),
  op('0fa8', 'push', 'gs', { handler: 'pushSegment', ...SENSITIVE }), op('0fa9', 'pop', 'gs', { handler: 'popSegment', ...SEGMENT_SENSITIVE }),
  ...([['c4', 'es'], ['c5', 'ds'], ['0fb2', 'ss'], ['0fb4', 'fs'], ['0fb5', 'gs']] as const).map(([code, s]) => op(code, `l${s}`, `Gv Mv ${s}`, { handler: 'loadFar', ...SEGMENT_SENSITIVE })),
  op('60', 'pusha', '', { cost: 'complex' }), op('61', 'popa', '', { cost: 'complex' }),
  op('9c', 'pushf', '', { ...SENSITIVE, cost: 'flags' }), op('9d', 'popf', '', { sensitive: true, flags: 'odiszapc', cost: 'flags' }),
  op('9e', 'sahf', '', { flags: 'szapc' }), op('9f', 'lahf'), op('c8', 'enter', 'Iw Ib', { cost: 'complex' }), op('c9', 'leave'),
  ...strings.flatMap(([code, name, flags, privileged]) => [0, 1].map((wide) => op(hex(parseInt(code, 16) + wide), name, wide === 0 ? 'b' : 'v', {
    flags, ...(privileged === '' ? { cost: 'string' } : { cost: 'event', privileged: 'iopl', sensitive: true }),
  }))),
]
