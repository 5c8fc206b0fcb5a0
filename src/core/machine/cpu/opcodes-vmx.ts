import { op, type Opcode } from './opcode.ts'

const VMX = { privileged: 'vmx', sensitive: true, cost: 'vmx', flags: 'oszapc' } as const
const ENTRY = { ...VMX, cost: 'event' } as const

/** VMX (SDM 3C 30.3). */
export const VMX_OPCODES: readonly Opcode[] = [
  op('0f01c1', 'vmcall', '', VMX), op('0f01c2', 'vmlaunch', '', ENTRY), op('0f01c3', 'vmresume', '', ENTRY), op('0f01c4', 'vmxoff', '', VMX),
  op('np0fc7/6', 'vmptrld', 'Md', VMX), op('660fc7/6', 'vmclear', 'Md', VMX), op('f30fc7/6', 'vmxon', 'Md', VMX), op('np0fc7/7', 'vmptrst', 'Md', VMX),
  op('np0f78', 'vmread', 'Ed Gd', { ...VMX, cost: 'vmread' }), op('np0f79', 'vmwrite', 'Gd Ed', { ...VMX, cost: 'vmwrite' }), op('660f3880', 'invept', 'Gd Md', VMX), op('660f3881', 'invvpid', 'Gd Md', VMX),
]
