import { hex, op, type Opcode } from './opcode.ts'

const CONDITIONS = ['o', 'no', 'b', 'ae', 'e', 'ne', 'be', 'a', 's', 'ns', 'p', 'np', 'l', 'ge', 'le', 'g']
const FAR = { sensitive: true, cost: 'far' } as const
/** What it costs is what it does: a gate, a return, a port. */
const EVENT = { sensitive: true, cost: 'event' } as const
const RING0 = { privileged: 'ring0', sensitive: true, cost: 'system' } as const
const CONTROL = { ...RING0, cost: 'control' } as const
const INTERRUPT_FLAG = { privileged: 'iopl', sensitive: true, cost: 'interruptFlag' } as const
const PORT = { privileged: 'iopl', ...EVENT } as const
/** Reads machine state in every ring and never traps: what Robin and Irvine counted. */
const LEAK = { sensitive: true, cost: 'table' } as const

export const CONTROL_OPCODES: readonly Opcode[] = [
  ...CONDITIONS.map((cc, n) => op(hex(0x70 + n), `j${cc}`, 'Jb', { handler: 'jcc' })), ...CONDITIONS.map((cc, n) => op(`0f${hex(0x80 + n)}`, `j${cc}`, 'Jv', { handler: 'jcc' })),
  op('eb', 'jmp', 'Jb'), op('e9', 'jmp', 'Jv'), op('e8', 'call', 'Jv', { cost: 'call' }), op('ff/2', 'call', 'Ev', { handler: 'callIndirect', cost: 'call' }),
  op('ff/4', 'jmp', 'Ev', { handler: 'jmpIndirect', cost: 'indirect' }), op('c3', 'ret', '', { cost: 'ret' }), op('c2', 'ret', 'Iw', { cost: 'ret' }),
  op('e0', 'loopne', 'Jb', { cost: 'complex' }), op('e1', 'loope', 'Jb', { cost: 'complex' }), op('e2', 'loop', 'Jb', { cost: 'complex' }), op('e3', 'jecxz', 'Jb', { cost: 'complex' }),
  op('ea', 'jmp', 'Pv', { handler: 'jmpFar', ...FAR }), op('9a', 'call', 'Pv', { handler: 'callFar', ...FAR }), op('ff/5', 'jmp', 'Mv', { handler: 'jmpFarIndirect', ...FAR }),
  op('ff/3', 'call', 'Mv', { handler: 'callFarIndirect', ...FAR }), op('cb', 'retf', '', { handler: 'retFar', ...EVENT }), op('ca', 'retf', 'Iw', { handler: 'retFar', ...EVENT }),
  op('cc', 'int3', '', EVENT), op('cd', 'int', 'Ib', EVENT), op('ce', 'into', '', { sensitive: true }), op('f1', 'int1', '', EVENT), op('cf', 'iret', '', { ...EVENT, flags: 'odiszapc' }),
  op('62', 'bound', 'Gv Mv', { cost: 'complex' }), op('0f0b', 'ud2', '', { handler: 'ud' }), op('0fb9', 'ud1', 'Gv Ev', { handler: 'ud' }),
  op('fa', 'cli', '', { ...INTERRUPT_FLAG, flags: 'i' }), op('fb', 'sti', '', { ...INTERRUPT_FLAG, flags: 'i' }), op('f4', 'hlt', '', RING0),
  op('e4', 'in', 'Ab Ib', { handler: 'inPort', ...PORT }), op('e5', 'in', 'Av Ib', { handler: 'inPort', ...PORT }), op('ec', 'in', 'Ab DX', { handler: 'inPort', ...PORT }),
  op('ed', 'in', 'Av DX', { handler: 'inPort', ...PORT }), op('e6', 'out', 'Ib Ab', { handler: 'outPort', ...PORT }), op('e7', 'out', 'Ib Av', { handler: 'outPort', ...PORT }),
  op('ee', 'out', 'DX Ab', { handler: 'outPort', ...PORT }), op('ef', 'out', 'DX Av', { handler: 'outPort', ...PORT }),
  op('0f01/0', 'sgdt', 'Mv', LEAK), op('0f01/1', 'sidt', 'Mv', LEAK), op('0f01/2', 'lgdt', 'Mv', RING0), op('0f01/3', 'lidt', 'Mv', RING0),
  op('0f01/4', 'smsw', 'Ev', LEAK), op('0f01/6', 'lmsw', 'Ew', CONTROL), op('0f01/7', 'invlpg', 'Mb', RING0),
  op('0f00/0', 'sldt', 'Ev', LEAK), op('0f00/1', 'str', 'Ev', LEAK), op('0f00/2', 'lldt', 'Ew', RING0), op('0f00/3', 'ltr', 'Ew', RING0),
  op('0f00/4', 'verr', 'Ew', { ...LEAK, flags: 'z' }), op('0f00/5', 'verw', 'Ew', { ...LEAK, flags: 'z' }), op('0f02', 'lar', 'Gv Ew', { ...LEAK, flags: 'z' }), op('0f03', 'lsl', 'Gv Ew', { ...LEAK, flags: 'z' }),
  op('63', 'arpl', 'Ew Gw', { flags: 'z', cost: 'complex' }),
  op('0f20', 'mov', 'Rd Cd', { handler: 'movFromControl', undefined: 'oszapc', ...RING0 }), op('0f22', 'mov', 'Cd Rd', { handler: 'movToControl', undefined: 'oszapc', ...CONTROL }),
  op('0f21', 'mov', 'Rd Dd', { handler: 'movFromDebug', undefined: 'oszapc', ...RING0 }), op('0f23', 'mov', 'Dd Rd', { handler: 'movToDebug', undefined: 'oszapc', ...RING0 }),
  op('0f06', 'clts', '', CONTROL), op('0f08', 'invd', '', RING0), op('0f09', 'wbinvd', '', RING0),
  op('0fa2', 'cpuid', '', { cost: 'cpuid' }), op('0f31', 'rdtsc', '', { privileged: 'tsd', sensitive: true, cost: 'rdtsc' }), op('0f33', 'rdpmc', '', RING0),
  op('0f32', 'rdmsr', '', RING0), op('0f30', 'wrmsr', '', RING0), op('0f34', 'sysenter', '', EVENT), op('0f35', 'sysexit', '', { ...RING0, ...EVENT }),
  op('9b', 'wait'), ...Array.from({ length: 8 }, (_, n) => op(hex(0xd8 + n), 'fpu', 'Ev', { handler: 'coprocessor' })),
]
