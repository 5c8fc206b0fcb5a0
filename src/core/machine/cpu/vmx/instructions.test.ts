import { describe, expect, test } from 'vitest'
import { gpa } from '../../memory/addresses.ts'
import { programMachine } from '../../testing/random-program.ts'
import { CODE, HANDLERS, type RingMachine } from '../../testing/ring-machine.ts'
import { makeGuest, VMCS, VMXON_REGION } from '../../testing/vmx-machine.ts'
import { eflags } from '../flags.ts'
import { step, run } from '../interpreter.ts'
import { CR0, CR4, EAX, EBX, ECX, EDX, EIP, ESP, FEATURE_CONTROL, FLAGS, IF, VMX_MODE } from '../layout.ts'
import { cpuidOf } from '../cpuid.ts'
import { CONTROLS } from './capabilities.ts'
import * as encodings from './encodings.ts'
import { type EntryResult, vmlaunch, vmresume } from './entry.ts'
import { exitInfo } from './exit-info.ts'
import { isField, VMCS_FIELDS } from './fields.ts'
import { invept, invvpid, vmclear, vmptrld, vmread, vmwrite, vmxoff, vmxon } from './operations.ts'
import { ERRORS, type VmxResult } from './result.ts'
import { readField, REVISION } from './vmcs.ts'

const fail = (error: number) => ({ kind: 'failValid', error })
const guest = (): { machine: RingMachine; cpu: RingMachine['cpu'] } => {
  const machine = programMachine('0fa2', 0)
  return { machine, cpu: makeGuest(machine) }
}

describe('results by number (SDM 3C 31.4)', () => {
  test('VMXON, VMCLEAR, VMPTRLD', () => {
    const { cpu, machine } = guest()
    expect(vmxon(cpu, VMXON_REGION)).toEqual(fail(15))
    expect([vmclear(cpu, 0x123), vmclear(cpu, VMXON_REGION)]).toEqual([fail(2), fail(3)])
    machine.write(0x9000, 5)
    expect([vmptrld(cpu, 0x123), vmptrld(cpu, 0xffff_f000 | 0), vmptrld(cpu, VMXON_REGION), vmptrld(cpu, 0x9000)]).toEqual([fail(9), fail(9), fail(10), fail(11)])
    expect([vmclear(cpu, VMCS), vmread(cpu, 0x6800), vmlaunch(cpu), vmptrld(cpu, 0x9000)]).toEqual([{ kind: 'ok' }, { kind: 'failInvalid', value: 0 }, { kind: 'failInvalid' }, { kind: 'failInvalid' }])
    vmxoff(cpu)
    expect([vmxon(cpu, 0x123), vmxon(cpu, 0x9000)]).toEqual([{ kind: 'failInvalid' }, { kind: 'failInvalid' }])
  })

  test('VMREAD, VMWRITE, INVEPT, INVVPID', () => {
    const { cpu } = guest()
    expect([vmwrite(cpu, 0x1234, 1), vmread(cpu, 0x1234), vmwrite(cpu, 0x4402, 1)]).toEqual([fail(12), { ...fail(12), value: 0 }, fail(13)])
    expect(vmread(cpu, 0x4400)).toEqual({ kind: 'ok', value: 13 })
    expect([invept(cpu, 0, 0), invept(cpu, 1, 5), invept(cpu, 2, 0), invvpid(cpu, 4, 1), invvpid(cpu, 1, 0), invvpid(cpu, 1, 1)]).toEqual([fail(28), fail(28), { kind: 'ok' }, fail(28), fail(28), { kind: 'ok' }])
  })

  test.each<[string, (cpu: RingMachine['cpu']) => EntryResult, VmxResult]>([
    ['resumed before it was launched', vmresume, { kind: 'failValid', error: 5 }],
    ['launched twice', (cpu) => { vmlaunch(cpu); run(cpu, 5); return vmlaunch(cpu) }, { kind: 'failValid', error: 4 }],
    ['a control that must be 1', (cpu) => { vmwrite(cpu, encodings.PIN_CONTROLS, 0); return vmlaunch(cpu) }, { kind: 'failValid', error: 7 }],
    ['a control that may not be', (cpu) => { vmwrite(cpu, encodings.PRIMARY_CONTROLS, CONTROLS.primary.must | (1 << 30)); return vmlaunch(cpu) }, { kind: 'failValid', error: 7 }],
    ['an event that does not exist', (cpu) => { vmwrite(cpu, encodings.ENTRY_INTERRUPTION, 0x8000_0103 | 0); return vmlaunch(cpu) }, { kind: 'failValid', error: 7 }],
    ['#GP without its error code', (cpu) => { vmwrite(cpu, encodings.ENTRY_INTERRUPTION, 0x8000_030d | 0); return vmlaunch(cpu) }, { kind: 'failValid', error: 7 }],
    ['host selector with RPL', (cpu) => { vmwrite(cpu, encodings.HOST_SELECTORS, 3); return vmlaunch(cpu) }, { kind: 'failValid', error: 8 }],
    ['host CR0 without paging', (cpu) => { vmwrite(cpu, encodings.HOST_CR0, 0x21); return vmlaunch(cpu) }, { kind: 'failValid', error: 8 }],
  ])('VM entry: %s', (_what, attempt, result) => {
    const { cpu } = guest()
    expect(attempt(cpu)).toEqual(result)
    expect(readField(cpu, encodings.INSTRUCTION_ERROR)).toBe(result.kind === 'failValid' ? result.error : 0)
    expect(cpu.s[VMX_MODE]).toBe(1)
  })

  test('each number has its text', () => {
    expect(Object.keys(ERRORS).map(Number)).toEqual([1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13, 15, 26, 28])
  })
})

describe('guest-state checks end in exit reason 33 (SDM 3C 27.3.1, 27.8)', () => {
  const { GUEST_CR0, GUEST_CR4, GUEST_RIGHTS, GUEST_RFLAGS, GUEST_ACTIVITY, GUEST_INTERRUPTIBILITY, GUEST_SELECTORS, GUEST_LIMITS, LINK_POINTER } = encodings
  test.each<[string, number, number, number]>([
    ['CR0 without NE', GUEST_CR0, 0x8000_0011 | 0, 0], ['CR0 without paging', GUEST_CR0, 0x31, 0], ['CR4 without VMXE', GUEST_CR4, 0, 0], ['CR4 with PAE', GUEST_CR4, 0x2020, 0], ['data in CS', GUEST_RIGHTS + 2, 0xc093, 0],
    ['code in SS', GUEST_RIGHTS + 4, 0xc09b, 0], ['SS of another ring', GUEST_RIGHTS + 4, 0xc0f3, 0], ['DS not present', GUEST_RIGHTS + 6, 0xc013, 0], ['a limit that is not granular', GUEST_LIMITS + 6, 0x1234_5678, 0],
    ['TR unusable', GUEST_RIGHTS + 14, 0x1_0000, 0], ['TR in the LDT', GUEST_SELECTORS + 14, 0x4c, 0], ['RFLAGS without bit 1', GUEST_RFLAGS, 0, 0], ['virtual-8086 mode', GUEST_RFLAGS, 0x2_0002, 0], ['activity 2', GUEST_ACTIVITY, 2, 0],
    ['both blockings', GUEST_INTERRUPTIBILITY, 3, 0], ['blocking by STI with IF closed', GUEST_RFLAGS, 2, -1], ['VMCS link pointer', LINK_POINTER, 0, 4],
  ])('%s', (_what, field, value, qualification) => {
    const { cpu } = guest()
    vmwrite(cpu, field, value)
    if (qualification < 0) vmwrite(cpu, GUEST_INTERRUPTIBILITY, 1)
    expect(vmlaunch(cpu)).toEqual({ kind: 'entryFailure' })
    expect(exitInfo(cpu)).toMatchObject({ name: 'invalidGuestState', entryFailed: true, qualification: Math.max(qualification, 0) })
    // The host goes on, and the VMCS can still be launched.
    expect([cpu.s[VMX_MODE], cpu.s[EIP], vmresume(cpu)]).toEqual([1, 0x1234, fail(5)])
  })

  test('SS may differ from CS in nothing but what the manual says: the state as it is passes', () => {
    expect(vmlaunch(guest().cpu)).toEqual({ kind: 'ok' })
  })
})

describe('event injection (SDM 3C 27.6)', () => {
  const COUNTER = 0x9000
  /** Counts, keeps the error code, and returns. */
  const handler = (vector: number, hasCode: boolean): ((machine: RingMachine) => void) => (machine) => {
    machine.code(`ff0500900000${hasCode ? '8f0504900000' : ''}cf`, HANDLERS + vector * 16)
  }

  function inject(information: number, error: number, vector: number, prepare: (machine: RingMachine) => void = () => undefined) {
    const machine = programMachine('400fa2', 0)
    handler(vector, (information & 0x800) !== 0)(machine)
    prepare(machine)
    const cpu = makeGuest(machine)
    vmwrite(cpu, encodings.ENTRY_INTERRUPTION, information | 0)
    vmwrite(cpu, encodings.ENTRY_ERROR_CODE, error)
    vmwrite(cpu, encodings.ENTRY_INSTRUCTION_LENGTH, 1)
    expect(vmlaunch(cpu)).toEqual({ kind: 'ok' })
    return { machine, cpu, stop: run(cpu, 20) }
  }

  test.each([['an interrupt', 0x8000_0021, 0x21, false], ['#UD', 0x8000_0306, 6, false], ['#GP with its error code', 0x8000_0b0d, 13, true], ['int 0x81', 0x8000_0481, 0x81, false]])('%s reaches the handler once', (_what, information, vector, hasCode) => {
    const { machine, cpu, stop } = inject(information, 0x48, vector)
    expect([stop, exitInfo(cpu).name, machine.read(COUNTER), machine.read(COUNTER + 4)]).toEqual(['vm-exit', 'cpuid', 1, hasCode ? 0x48 : machine.read(COUNTER + 4)])
    expect(cpu.deliveries).toBe(1)
    // Valid is clear after the exit, or the event would come again.
    expect(readField(cpu, encodings.ENTRY_INTERRUPTION) >>> 31).toBe(0)
  })

  test('a software interrupt returns behind its instruction', () => {
    // So that its `inc eax` is skipped.
    expect(inject(0x8000_0481, 0, 0x81).cpu.s[EAX]).toBe(0)
    expect(inject(0x8000_0021, 0, 0x21).cpu.s[EAX]).toBe(1)
  })

  test('an interrupt into a guest that has them closed is refused', () => {
    const machine = programMachine('90', 0)
    machine.cpu.s[FLAGS]! &= ~IF
    const cpu = makeGuest(machine)
    vmwrite(cpu, encodings.ENTRY_INTERRUPTION, 0x8000_0021 | 0)
    expect(vmlaunch(cpu)).toEqual({ kind: 'entryFailure' })
  })

  test('a page fault on the way is an exit that tells of the event', () => {
    const machine = programMachine('90', 0)
    machine.cpu.s[ESP] = 0x4000_3000 + 4
    const cpu = makeGuest(machine)
    vmwrite(cpu, encodings.EXCEPTION_BITMAP, 1 << 14)
    vmwrite(cpu, encodings.ENTRY_INTERRUPTION, 0x8000_0021 | 0)
    vmlaunch(cpu)
    expect([run(cpu, 5), exitInfo(cpu)]).toMatchObject(['vm-exit', { name: 'exception', interruption: 0x8000_0b0e | 0, vectoring: 0x8000_0021 | 0 }])
    expect([cpu.deliveries, readField(cpu, encodings.GUEST_RIP)]).toEqual([0, CODE])
  })
})

describe('the instructions themselves', () => {
  /** Executes one instruction in ring 0 with paging and VMXE. */
  function execute(code: string, prepare: (machine: RingMachine) => void = () => undefined, ring: 0 | 3 = 0) {
    const machine = programMachine(code, ring)
    const { cpu } = machine
    cpu.cpuid = cpuidOf('intel', 'test', ['vmx'])
    cpu.s[CR0] = 0x8000_0031 | 0
    cpu.s[CR4] = 0x2010
    cpu.s[FEATURE_CONTROL] = 5
    machine.write(VMXON_REGION, REVISION)
    machine.write(0x9000, VMXON_REGION)
    machine.write(0x9004, 0)
    cpu.s[EBX] = 0x9000
    prepare(machine)
    const outcome = step(cpu)
    return { cpu, machine, vector: outcome === 'fault' ? (cpu.s[EIP]! - HANDLERS) / 16 : null, flags: eflags(cpu.s) & 0x8d5 }
  }

  test('VMXON: #UD without VMXE or VMX, #GP for the ring, the lock and fixed bits, VMfailInvalid for a region of another revision', () => {
    expect(execute('f30fc733')).toMatchObject({ vector: null, flags: 0 })
    expect(execute('f30fc733', ({ cpu }) => { cpu.s[CR4] = 0x10 }).vector).toBe(6)
    expect(execute('f30fc733', ({ cpu }) => { cpu.cpuid = cpuidOf('intel', 'test', []) }).vector).toBe(6)
    expect(execute('f30fc733', undefined, 3).vector).toBe(13)
    expect(execute('f30fc733', ({ cpu }) => { cpu.s[FEATURE_CONTROL] = 4 }).vector).toBe(13)
    expect(execute('f30fc733', ({ cpu }) => { cpu.s[CR0] = 0x8000_0011 | 0 }).vector).toBe(13)
    expect(execute('f30fc733', (machine) => machine.write(VMXON_REGION, 1))).toMatchObject({ vector: null, flags: 1 })
    expect(execute('f30fc733', (machine) => machine.write(0x9004, 1))).toMatchObject({ vector: null, flags: 1 })
  })

  test.each(['0f01c1', '0f01c2', '0f01c3', '0f01c4', '0fc733', '660fc733', '0fc73b', '0f78d8', '0f79d8', '660f388003', '660f388103'])('%s outside VMX operation is #UD', (code) => {
    expect([execute(code).vector, execute(code, undefined, 3).vector]).toEqual([6, 6])
  })

  test('in root operation: #GP outside ring 0, vmcall is error 1, vmread and vmwrite move registers', () => {
    const on = (machine: RingMachine): void => {
      machine.write(VMCS, REVISION)
      vmxon(machine.cpu, VMXON_REGION)
      vmptrld(machine.cpu, VMCS)
    }
    expect(execute('0f01c4', on, 3).vector).toBe(13)
    const called = execute('0f01c1', on)
    expect([called.flags, readField(called.cpu, encodings.INSTRUCTION_ERROR)]).toEqual([0x40, 1])
    expect(execute('0f78d1', (machine) => { on(machine); vmwrite(machine.cpu, 0x6800, 77); machine.cpu.s[EDX] = 0x6800 }).cpu.s[ECX]).toBe(77)
    expect(readField(execute('0f7911', (machine) => { on(machine); machine.cpu.s[EDX] = 0x6800; machine.cpu.s[ECX] = 0x9000 }).cpu, 0x6800)).toBe(VMXON_REGION)
    const shadowed = execute('8ed00f01c2', (machine) => { on(machine); machine.cpu.s[EAX] = 16 }).cpu
    run(shadowed, 1)
    expect(readField(shadowed, encodings.INSTRUCTION_ERROR)).toBe(26)
    expect(execute('0f22e1', (machine) => { on(machine); machine.cpu.s[ECX] = 0x10 }).vector).toBe(13)
  })

  test('capability MSRs: the revision, the feature lock once', () => {
    const { cpu } = execute('0f32', ({ cpu: before }) => { before.s[ECX] = 0x480 })
    expect([cpu.s[EAX], cpu.s[EDX]! & 0x1fff]).toEqual([REVISION, 0x1000])
    expect(execute('0f30', ({ cpu: before }) => { before.s[ECX] = 0x3a; before.s[EAX] = 5; before.s[EDX] = 0 }).vector).toBe(13)
    expect(execute('0f30', ({ cpu: before }) => { Object.assign(before.s, { [FEATURE_CONTROL]: 0, [ECX]: 0x3a, [EAX]: 5, [EDX]: 0 }) }).cpu.s[FEATURE_CONTROL]).toBe(5)
    expect(execute('0f32', ({ cpu: before }) => { before.s[ECX] = 0x491 }).vector).toBe(13)
  })
})

describe('fields', () => {
  test('every constant names a field of the table, and each has a place of its own', () => {
    for (const [name, encoding] of Object.entries(encodings)) expect(isField(encoding), name).toBe(true)
    const { cpu } = guest()
    const all = VMCS_FIELDS.flatMap(({ encoding, width }) => (width === 64 ? [encoding, encoding + 1] : [encoding])).filter((encoding) => ((encoding >> 10) & 3) !== 1)
    all.forEach((encoding, n) => vmwrite(cpu, encoding, n + 1))
    expect(all.map((encoding) => readField(cpu, encoding))).toEqual(all.map((_, n) => n + 1))
    expect(cpu.memory.read(gpa(VMCS), 4)).toBe(REVISION)
  })

})
