import { hex, op, type Opcode } from './opcode.ts'

const CONDITIONS = ['o', 'no', 'b', 'ae', 'e', 'ne', 'be', 'a', 's', 'ns', 'p', 'np', 'l', 'ge', 'le', 'g']
const FAR = { sensitive: true, cycles: 30 }
const RING0 = { privileged: 'ring0', sensitive: true, cycles: 20 } as const
const IOPL = { privileged: 'iopl', sensitive: true, cycles: 5 } as const
/** Reads machine state in every ring and never traps: what Robin and Irvine counted. */
const LEAK = { sensitive: true, cycles: 5 } as const

export const CONTROL_OPCODES: readonly Opcode[] = [
  ...CONDITIONS.map((cc, n) => op(hex(0x70 + n), `j${cc}`, 'Jb', { handler: 'jcc' })), ...CONDITIONS.map((cc, n) => op(`0f${hex(0x80 + n)}`, `j${cc}`, 'Jv', { handler: 'jcc' })),
  op('eb', 'jmp', 'Jb'), op('e9', 'jmp', 'Jv'), op('e8', 'call', 'Jv', { cycles: 2 }), op('ff/2', 'call', 'Ev', { handler: 'callIndirect', cycles: 3 }),
  op('ff/4', 'jmp', 'Ev', { handler: 'jmpIndirect', cycles: 2 }), op('c3', 'ret', '', { cycles: 2 }), op('c2', 'ret', 'Iw', { cycles: 2 }),
  op('e0', 'loopne', 'Jb', { cycles: 5 }), op('e1', 'loope', 'Jb', { cycles: 5 }), op('e2', 'loop', 'Jb', { cycles: 5 }), op('e3', 'jecxz', 'Jb', { cycles: 5 }),
  op('ea', 'jmp', 'Pv', { handler: 'jmpFar', ...FAR }), op('9a', 'call', 'Pv', { handler: 'callFar', ...FAR }), op('ff/5', 'jmp', 'Mv', { handler: 'jmpFarIndirect', ...FAR }),
  op('ff/3', 'call', 'Mv', { handler: 'callFarIndirect', ...FAR }), op('cb', 'retf', '', { handler: 'retFar', ...FAR }), op('ca', 'retf', 'Iw', { handler: 'retFar', ...FAR }),
  op('cc', 'int3', '', FAR), op('cd', 'int', 'Ib', FAR), op('ce', 'into', '', FAR), op('f1', 'int1', '', FAR), op('cf', 'iret', '', { ...FAR, flags: 'odiszapc' }),
  op('62', 'bound', 'Gv Mv', { cycles: 4 }), op('0f0b', 'ud2', '', { handler: 'ud' }), op('0fb9', 'ud1', 'Gv Ev', { handler: 'ud' }),
  op('fa', 'cli', '', { ...IOPL, flags: 'i' }), op('fb', 'sti', '', { ...IOPL, flags: 'i' }), op('f4', 'hlt', '', RING0),
  op('e4', 'in', 'Ab Ib', { handler: 'inPort', ...IOPL }), op('e5', 'in', 'Av Ib', { handler: 'inPort', ...IOPL }), op('ec', 'in', 'Ab DX', { handler: 'inPort', ...IOPL }),
  op('ed', 'in', 'Av DX', { handler: 'inPort', ...IOPL }), op('e6', 'out', 'Ib Ab', { handler: 'outPort', ...IOPL }), op('e7', 'out', 'Ib Av', { handler: 'outPort', ...IOPL }),
  op('ee', 'out', 'DX Ab', { handler: 'outPort', ...IOPL }), op('ef', 'out', 'DX Av', { handler: 'outPort', ...IOPL }),
  op('0f01/0', 'sgdt', 'Mv', LEAK), op('0f01/1', 'sidt', 'Mv', LEAK), op('0f01/2', 'lgdt', 'Mv', RING0), op('0f01/3', 'lidt', 'Mv', RING0),
  op('0f01/4', 'smsw', 'Ev', LEAK), op('0f01/6', 'lmsw', 'Ew', RING0), op('0f01/7', 'invlpg', 'Mb', RING0),
  op('0f00/0', 'sldt', 'Ev', LEAK), op('0f00/1', 'str', 'Ev', LEAK), op('0f00/2', 'lldt', 'Ew', RING0), op('0f00/3', 'ltr', 'Ew', RING0),
  op('0f00/4', 'verr', 'Ew', { ...LEAK, flags: 'z' }), op('0f00/5', 'verw', 'Ew', { ...LEAK, flags: 'z' }), op('0f02', 'lar', 'Gv Ew', { ...LEAK, flags: 'z' }), op('0f03', 'lsl', 'Gv Ew', { ...LEAK, flags: 'z' }),
  op('63', 'arpl', 'Ew Gw', { flags: 'z', cycles: 5 }),
  op('0f20', 'mov', 'Rd Cd', { handler: 'movFromControl', undefined: 'oszapc', ...RING0 }), op('0f22', 'mov', 'Cd Rd', { handler: 'movToControl', undefined: 'oszapc', ...RING0 }),
  op('0f21', 'mov', 'Rd Dd', { handler: 'movFromDebug', undefined: 'oszapc', ...RING0 }), op('0f23', 'mov', 'Dd Rd', { handler: 'movToDebug', undefined: 'oszapc', ...RING0 }),
  op('0f06', 'clts', '', RING0), op('0f08', 'invd', '', RING0), op('0f09', 'wbinvd', '', RING0),
  op('0fa2', 'cpuid', '', { cycles: 100 }), op('0f31', 'rdtsc', '', { privileged: 'tsd', sensitive: true, cycles: 20 }), op('0f33', 'rdpmc', '', RING0),
  op('0f32', 'rdmsr', '', RING0), op('0f30', 'wrmsr', '', RING0), op('0f34', 'sysenter', '', FAR), op('0f35', 'sysexit', '', { ...FAR, ...RING0 }),
  op('9b', 'wait'), ...Array.from({ length: 8 }, (_, n) => op(hex(0xd8 + n), 'fpu', 'Ev', { handler: 'coprocessor' })),
]
