import { readLinear, linearForRead, linearForWrite, probeWrite, write } from '../access.ts'
import type { Cpu } from '../cpu.ts'
import { GP, raise, UD } from '../fault.ts'
import type { Handler } from '../handler.ts'
import { CPL, CR0, CR0_PE, CR4, CURRENT_VMCS, FEATURE_CONTROL, NON_ROOT, R_DISP, R_REG, R_RM, VMX_MODE } from '../layout.ts'
import { offsetOf, readOperand, segmentOf, writeOperand } from '../operands.ts'
import { cr0Fits, cr4Fits, CR4_VMXE, FEATURE_LOCK, FEATURE_VMX, hasVmx, inVmx } from './capabilities.ts'
import { EXIT_INSTRUCTION_INFORMATION } from './encodings.ts'
import { enter } from './entry.ts'
import { exitAt } from './exit.ts'
import { operandInformation, withRegister } from './instruction-info.ts'
import { invept, invvpid, vmclear, vmptrld, vmread, vmwrite, vmxoff, vmxon } from './operations.ts'
import { REASON } from './reasons.ts'
import { fail, setFlags } from './result.ts'
import { writeField } from './vmcs.ts'

/** The VMX instructions (SDM 3C 30.3): who may execute them, their operands, and the result in the flags. */

/** #UD outside VMX operation and in real mode; in a guest a VM exit, in every ring (false: the instruction has ended); #GP(0) outside ring 0. `information`: of the operand, where it has one. */
function begin(c: Cpu, p: number, reason: number, information: ((c: Cpu, p: number) => number) | null): boolean {
  if (!inVmx(c) || (c.s[CR0]! & CR0_PE) === 0) raise(c.s, UD)
  if (c.s[VMX_MODE] === NON_ROOT) {
    if (information) writeField(c, EXIT_INSTRUCTION_INFORMATION, information(c, p))
    return !exitAt(c, p, reason, information && c.records[p + R_RM]! < 0 ? c.records[p + R_DISP]! : 0)
  }
  if (c.s[CPL] !== 0) raise(c.s, GP, 0)
  return true
}

/** A physical address from memory, 64 bits of which 32 are the processor's; -1: beyond them, which is aligned nowhere. */
function pointer(c: Cpu, p: number): number {
  const [low, high] = [wordAt(c, p, 0), wordAt(c, p, 4)]
  return high === 0 ? low : -1
}

function wordAt(c: Cpu, p: number, by: number): number {
  return readLinear(c, linearForRead(c, segmentOf(c, p), (offsetOf(c, p) + by) | 0, 4), 4)
}

const onPointer = (reason: number, operation: (c: Cpu, address: number) => ReturnType<typeof vmclear>): Handler => (c, p) => {
  if (!begin(c, p, reason, operandInformation)) return
  setFlags(c, operation(c, pointer(c, p)))
}

/** Before VMX operation: CR4.VMXE, IA32_FEATURE_CONTROL, and the bits of CR0 and CR4 that it fixes. */
const doVmxon: Handler = (c, p) => {
  const { s } = c
  if (inVmx(c)) {
    if (!begin(c, p, REASON.vmxon, operandInformation)) return
    return setFlags(c, fail(c, 15))
  }
  if (!hasVmx(c) || (s[CR0]! & CR0_PE) === 0 || (s[CR4]! & CR4_VMXE) === 0) raise(s, UD)
  const enabled = (s[FEATURE_CONTROL]! & (FEATURE_LOCK | FEATURE_VMX)) === (FEATURE_LOCK | FEATURE_VMX)
  if (s[CPL] !== 0 || !enabled || !cr0Fits(s[CR0]!, false) || !cr4Fits(s[CR4]!)) raise(s, GP, 0)
  const address = pointer(c, p)
  setFlags(c, vmxon(c, address))
}

const doVmxoff: Handler = (c, p) => {
  if (!begin(c, p, REASON.vmxoff, null)) return
  setFlags(c, vmxoff(c))
}

const doVmptrst: Handler = (c, p) => {
  if (!begin(c, p, REASON.vmptrst, operandInformation)) return
  const [segment, offset] = [segmentOf(c, p), offsetOf(c, p)]
  probeWrite(c, linearForWrite(c, segment, offset, 8), 8)
  const current = c.s[CURRENT_VMCS]!
  write(c, segment, offset, current, 4)
  write(c, segment, (offset + 4) | 0, current === -1 ? -1 : 0, 4)
  setFlags(c, { kind: 'ok' })
}

const doVmread: Handler = (c, p) => {
  if (!begin(c, p, REASON.vmread, withRegister)) return
  const result = vmread(c, c.s[c.records[p + R_REG]!]!)
  if (result.kind === 'ok') writeOperand(c, p, result.value, 4)
  setFlags(c, result)
}

const doVmwrite: Handler = (c, p) => {
  if (!begin(c, p, REASON.vmwrite, withRegister)) return
  const value = readOperand(c, p, 4)
  setFlags(c, vmwrite(c, c.s[c.records[p + R_REG]!]!, value))
}

const doEntry = (launch: boolean): Handler => (c, p) => {
  if (!begin(c, p, launch ? REASON.vmlaunch : REASON.vmresume, null)) return
  const result = enter(c, launch, 1)
  if (result.kind !== 'ok' && result.kind !== 'entryFailure') setFlags(c, result)
}

const doVmcall: Handler = (c, p) => {
  if (!begin(c, p, REASON.vmcall, null)) return
  setFlags(c, fail(c, 1))
}

/** `what` gets the type and the descriptor's first words. */
const doInvalidate = (reason: number, what: (c: Cpu, type: number, low: number, high: number) => ReturnType<typeof vmclear>): Handler => (c, p) => {
  if (!begin(c, p, reason, withRegister)) return
  const [low, high] = [wordAt(c, p, 0), wordAt(c, p, 4)]
  setFlags(c, what(c, c.s[c.records[p + R_REG]!]!, low, high))
}

export const VMX_HANDLERS: Readonly<Record<string, Handler>> = {
  vmxon: doVmxon, vmxoff: doVmxoff, vmclear: onPointer(REASON.vmclear, vmclear), vmptrld: onPointer(REASON.vmptrld, vmptrld), vmptrst: doVmptrst, vmread: doVmread, vmwrite: doVmwrite,
  vmlaunch: doEntry(true), vmresume: doEntry(false), vmcall: doVmcall,
  invept: doInvalidate(REASON.invept, (c, type, low, high) => (type === 1 && high !== 0 ? fail(c, 28) : invept(c, type, low))),
  invvpid: doInvalidate(REASON.invvpid, (c, type, low, high) => (high !== 0 ? fail(c, 28) : invvpid(c, type, low))),
}
