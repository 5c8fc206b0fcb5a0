import { describe, expect, test } from 'vitest'
import { programMachine } from '../../testing/random-program.ts'
import { CODE, HANDLERS, type RingMachine } from '../../testing/ring-machine.ts'
import { EPT_TABLE, fineEpt, IO_BITMAPS, makeGuest, MSR_BITMAPS, type Wishes } from '../../testing/vmx-machine.ts'
import { run } from '../interpreter.ts'
import { CR2, DR0, EAX, EBX, ECX, EDI, EDX, EIP, ESI, ESP, FLAGS, IDT_LIMIT, IF, TF } from '../layout.ts'
import { walk } from '../paging.ts'
import { WALK_REFERENCE } from '../costs/counters.ts'
import {
  ACKNOWLEDGE_ON_EXIT, CONTROLS, CR3_LOAD_EXITING, CR3_STORE_EXITING, DESCRIPTOR_TABLE_EXITING, EXTERNAL_INTERRUPT_EXITING, HLT_EXITING, INTERRUPT_WINDOW_EXITING, INVLPG_EXITING, MONITOR_TRAP_FLAG, MOV_DR_EXITING, RDPMC_EXITING,
  RDTSC_EXITING, UNCONDITIONAL_IO_EXITING, USE_IO_BITMAPS, USE_MSR_BITMAPS, WBINVD_EXITING,
} from './capabilities.ts'
import {
  CR0_MASK, CR0_SHADOW, CR3_TARGET_COUNT, CR3_TARGETS, EXCEPTION_BITMAP, EXIT_CONTROLS, GUEST_INTERRUPTIBILITY, GUEST_RFLAGS, GUEST_RIP, HOST_RIP, IO_BITMAP_A, IO_BITMAP_B, MSR_BITMAP, PAGE_FAULT_MASK, PAGE_FAULT_MATCH,
} from './encodings.ts'
import { vmlaunch } from './entry.ts'
import { exitInfo } from './exit-info.ts'
import { vmwrite } from './operations.ts'
import type { ExitName } from './reasons.ts'
import { readField } from './vmcs.ts'

type Prepare = (machine: RingMachine) => void
type Fields = readonly (readonly [number, number])[]

/** Launches a guest that begins with this code; what stops it within some steps. */
function leaveBy(code: string, { wishes = {}, fields = [], prepare = null, steps = 5, ring = 0 }: { wishes?: Wishes; fields?: Fields; prepare?: Prepare | null; steps?: number; ring?: 0 | 3 }) {
  const machine = programMachine(code, ring)
  prepare?.(machine)
  const cpu = makeGuest(machine, wishes)
  for (const [field, value] of fields) vmwrite(cpu, field, value)
  expect(vmlaunch(cpu)).toEqual({ kind: 'ok' })
  return { machine, cpu, stop: run(cpu, steps), info: exitInfo(cpu), rip: readField(cpu, GUEST_RIP) }
}

const io: Fields = [[IO_BITMAP_A, IO_BITMAPS], [IO_BITMAP_B, IO_BITMAPS + 0x1000]]
const registers = (values: Readonly<Record<number, number>>): Prepare => ({ cpu }) => void Object.assign(cpu.s, values)
const primary = (bits: number): Wishes => ({ primary: bits })
const tables: Wishes = { secondary: DESCRIPTOR_TABLE_EXITING }
const own = (mask: number, shadow = 0): Fields => [[CR0_MASK, mask], [CR0_SHADOW, shadow]]

/** Name, code, what exits it, what precedes it, and the exit: qualification, length, further fields. */
const INSTRUCTIONS: readonly (readonly [ExitName, string, Parameters<typeof leaveBy>[1], number, number, Readonly<Record<string, number>>?])[] = [
  ['cpuid', '0fa2', {}, 0, 2], ['cpuid', '0fa2', { ring: 3 }, 0, 2], ['hlt', 'f4', { wishes: primary(HLT_EXITING) }, 0, 1], ['invd', '0f08', {}, 0, 2], ['wbinvd', '0f09', { wishes: { secondary: WBINVD_EXITING } }, 0, 2],
  ['invlpg', '0f017b10', { wishes: primary(INVLPG_EXITING), prepare: registers({ [EBX]: 0x1234_5000 }) }, 0x1234_5010, 4],
  ['rdpmc', '0f33', { wishes: primary(RDPMC_EXITING) }, 0, 2], ['rdtsc', '0f31', { wishes: primary(RDTSC_EXITING), ring: 3 }, 0, 2],
  ['vmcall', '0f01c1', { ring: 3 }, 0, 3], ['vmlaunch', '0f01c2', {}, 0, 3], ['vmresume', '0f01c3', {}, 0, 3], ['vmxoff', '0f01c4', {}, 0, 3],
  ['vmptrld', '0fc77308', {}, 8, 4, { instructionInformation: (3 << 23) | (1 << 22) | (3 << 15) | (1 << 7) }], ['vmclear', '660fc733', {}, 0, 4], ['vmxon', 'f30fc733', {}, 0, 4], ['vmptrst', '0fc73b', {}, 0, 3],
  ['vmread', '0f78d9', {}, 0, 3, { instructionInformation: 0x3000_0408 }], ['vmwrite', '0f79d1', {}, 0, 3], ['invept', '660f388003', {}, 0, 5], ['invvpid', '660f388103', {}, 0, 5],
  ['io', 'e680', { wishes: primary(UNCONDITIONAL_IO_EXITING) }, 0x80_0040, 2], ['io', '66ed', { wishes: primary(UNCONDITIONAL_IO_EXITING), prepare: registers({ [EDX]: 0x3f8 }) }, 0x3f8_0009, 2],
  ['io', 'ee', { wishes: primary(USE_IO_BITMAPS), fields: io, prepare: (m) => { m.cpu.s[EDX] = 0x9003; m.write(IO_BITMAPS + 0x1000 + (0x1000 >> 3), 8) } }, 0x9003_0000 | 0, 1],
  ['io', 'f36c', { wishes: primary(UNCONDITIONAL_IO_EXITING), prepare: registers({ [EDX]: 0x1f0, [ECX]: 2, [EDI]: 0x4000_0010 }) }, 0x1f0_0038, 2, { guestLinear: 0x4000_0010, instructionInformation: 0x80 }],
  ['io', '656f', { wishes: primary(UNCONDITIONAL_IO_EXITING), prepare: registers({ [EDX]: 5, [ESI]: 0x4000_0000 }) }, 0x5_0013, 2, { guestLinear: 0x4000_0000, instructionInformation: (5 << 15) | 0x80 }],
  ['rdmsr', '0f32', {}, 0, 2], ['wrmsr', '0f30', { wishes: primary(USE_MSR_BITMAPS), fields: [[MSR_BITMAP, MSR_BITMAPS]], prepare: (m) => { m.cpu.s[ECX] = 0x175; m.write(MSR_BITMAPS + 0x800 + (0x174 >> 3), 0x20) } }, 0, 2],
  ['rdmsr', '0f32', { wishes: primary(USE_MSR_BITMAPS), fields: [[MSR_BITMAP, MSR_BITMAPS]], prepare: registers({ [ECX]: 0x4000_0000 }) }, 0, 2],
  ['debugRegister', '0f21f3', { wishes: primary(MOV_DR_EXITING) }, 0x316, 3], ['debugRegister', '0f23c1', { wishes: primary(MOV_DR_EXITING) }, 0x100, 3],
  ['controlRegister', '0f22d9', { wishes: primary(CR3_LOAD_EXITING) }, 0x103, 3], ['controlRegister', '0f20db', { wishes: primary(CR3_STORE_EXITING) }, 0x313, 3],
  ['controlRegister', '0f22c3', { fields: own(8), prepare: registers({ [EBX]: 0x8001_0019 | 0 }) }, 0x300, 3], ['controlRegister', '0f06', { fields: own(8, 8) }, 0x20, 2],
  ['controlRegister', '0f01f3', { fields: own(8), prepare: registers({ [EBX]: 0x9 }) }, 0x9_0030, 3], ['controlRegister', '0f0133', { fields: own(8), prepare: (m) => { m.cpu.s[EBX] = 0x9000; m.write(0x9000, 8) } }, 0x8_0070, 3, { guestLinear: 0x9000 }],
  ['controlRegister', '0f22e3', { prepare: registers({ [EBX]: 0x2010 }) }, 0x304, 3],
  ['gdtrIdtr', '0f010b', { wishes: tables, prepare: registers({ [EBX]: 0x9000 }), ring: 3 }, 0, 3, { instructionInformation: (1 << 28) | (3 << 23) | (1 << 22) | (3 << 15) | (1 << 11) | (1 << 7) }],
  ['gdtrIdtr', '0f011510900000', { wishes: tables }, 0x9010, 7, { instructionInformation: (2 << 28) | (1 << 27) | (1 << 22) | (3 << 15) | (1 << 11) | (1 << 7) }],
  ['ldtrTr', '0f00db', { wishes: tables }, 0, 3, { instructionInformation: (3 << 28) | (1 << 10) | (3 << 3) }],
]

describe('instructions that leave a guest (SDM 3C 26.1, 28.2)', () => {
  test.each(INSTRUCTIONS.map((row, n) => [n, ...row] as const))('%i: %s', (_n, name, code, how, qualification, instructionLength, further = {}) => {
    const { cpu, stop, info, rip } = leaveBy(code, how)
    expect([stop, info]).toMatchObject(['vm-exit', { name, qualification, instructionLength, interruption: 0, vectoring: 0, entryFailed: false, ...further }])
    expect([rip, cpu.s[EIP], cpu.instructions]).toEqual([CODE, readField(cpu, HOST_RIP), 0])
  })

  test('without their controls they do not', () => {
    expect(leaveBy('0f01330f310f21f30f09', { prepare: registers({ [EBX]: 0x9000 }), steps: 4 }).stop).toBe('limit')
    expect(leaveBy('f4', {}).stop).toBe('halt')
  })

  test('CR3-target values do not exit, and a fault by ring comes first', () => {
    const targets: Fields = [[CR3_TARGET_COUNT, 2], [CR3_TARGETS + 2, 0x10_0000]]
    expect(leaveBy('0f22d9', { wishes: primary(CR3_LOAD_EXITING), fields: targets, prepare: registers({ [ECX]: 0x10_0000 }), steps: 1 }).stop).toBe('limit')
    const { info } = leaveBy('f4', { wishes: primary(HLT_EXITING), fields: [[EXCEPTION_BITMAP, 1 << 13]], ring: 3 })
    expect(info).toMatchObject({ name: 'exception', interruption: 0x8000_0b0d | 0 })
  })

  test('reading CR0 shows the shadow where the host owns the bit', () => {
    const { cpu } = leaveBy('0f20c00fa2', { fields: own(0x20 | 8, 8) })
    expect(cpu.s[EAX]).toBe(0x8001_0019 | 0)
    expect(leaveBy('0f01e00fa2', { fields: own(0x20 | 8, 8) }).cpu.s[EAX]).toBe(0x8001_0019 | 0)
  })
})

describe('exceptions (SDM 3C 26.2)', () => {
  test('the bitmap chooses; a page fault leaves its address as the qualification, and CR2 alone', () => {
    const { cpu, info } = leaveBy('a100300040', { fields: [[EXCEPTION_BITMAP, 1 << 14]], prepare: registers({ [CR2]: 0x77 }) })
    expect(info).toMatchObject({ name: 'exception', qualification: 0x4000_3000, interruption: 0x8000_0b0e | 0, errorCode: 0, vectoring: 0 })
    expect([cpu.s[CR2], readField(cpu, GUEST_RFLAGS) & 0x1_0000]).toEqual([0x77, 0x1_0000])
    expect(leaveBy('a100300040', { steps: 1 }).stop).toBe('limit')
  })

  test('mask and match of the page fault turn the bit around', () => {
    const write = (mask: number, match: number, bitmap: number) => leaveBy('a300300040', { fields: [[EXCEPTION_BITMAP, bitmap], [PAGE_FAULT_MASK, mask], [PAGE_FAULT_MATCH, match]], steps: 1 }).stop
    expect([write(2, 2, 1 << 14), write(2, 0, 1 << 14), write(2, 2, 0), write(2, 0, 0)]).toEqual(['vm-exit', 'limit', 'limit', 'vm-exit'])
  })

  test('int3 is a software exception with its length, int1 a privileged one, ud2 and the single step hardware', () => {
    const all: Fields = [[EXCEPTION_BITMAP, -1]]
    expect(leaveBy('cc', { fields: all }).info).toMatchObject({ interruption: 0x8000_0603 | 0, instructionLength: 1 })
    expect(leaveBy('f1', { fields: all }).info).toMatchObject({ interruption: 0x8000_0501 | 0, instructionLength: 1 })
    expect(leaveBy('0f0b', { fields: all }).info).toMatchObject({ interruption: 0x8000_0306 | 0 })
    const stepped = leaveBy('90', { fields: all, prepare: ({ cpu }) => { cpu.s[FLAGS]! |= TF } })
    expect([stepped.info, stepped.rip, stepped.cpu.s[DR0 + 6]]).toMatchObject([{ interruption: 0x8000_0301 | 0, qualification: 0x4000 }, CODE + 1, 0])
    expect(leaveBy('cd80', { fields: all, steps: 1 }).stop).toBe('limit')
  })

  test('a fault on the way of another event tells of that event', () => {
    const noStack: Prepare = ({ cpu }) => { cpu.s[ESP] = 0x4000_3004 }
    const bitmap: Fields = [[EXCEPTION_BITMAP, 1 << 14]]
    const onInt = leaveBy('cd80', { prepare: noStack, fields: bitmap })
    expect(onInt.info).toMatchObject({ name: 'exception', interruption: 0x8000_0b0e | 0, vectoring: 0x8000_0480 | 0, instructionLength: 2 })
    const onFault = leaveBy('0f0b', { prepare: noStack, fields: bitmap })
    expect([onFault.info, onFault.cpu.deliveries]).toMatchObject([{ interruption: 0x8000_0b0e | 0, vectoring: 0x8000_0306 | 0 }, 0])
    const double = leaveBy('a100300040', { prepare: noStack, fields: [[EXCEPTION_BITMAP, 1 << 8]] })
    expect(double.info).toMatchObject({ interruption: 0x8000_0b08 | 0, errorCode: 0, vectoring: 0 })
  })

  test('a triple fault leaves the guest', () => {
    expect(leaveBy('0f0b', { prepare: registers({ [IDT_LIMIT]: 0 }) }).info).toMatchObject({ name: 'tripleFault', vectoring: 0, interruption: 0 })
  })
})

describe('between instructions (SDM 3C 26.2, 26.5)', () => {
  const waiting: Prepare = ({ cpu }) => {
    cpu.acknowledge = () => 0x21
    cpu.setInterrupt(true)
  }

  test('an interrupt leaves whatever IF says, with its vector where the host wants it acknowledged', () => {
    const closed: Prepare = (machine) => { waiting(machine); machine.cpu.s[FLAGS]! &= ~IF }
    const plain = leaveBy('90', { wishes: { pin: EXTERNAL_INTERRUPT_EXITING }, prepare: closed })
    expect([plain.info, plain.rip]).toMatchObject([{ name: 'externalInterrupt', interruption: 0 }, CODE])
    const exit = CONTROLS.exit.must | ACKNOWLEDGE_ON_EXIT
    expect(leaveBy('90', { wishes: { pin: EXTERNAL_INTERRUPT_EXITING }, fields: [[EXIT_CONTROLS, exit]], prepare: closed }).info).toMatchObject({ name: 'externalInterrupt', interruption: 0x8000_0021 | 0 })
    expect(leaveBy('90', { prepare: waiting, steps: 1 }).cpu.s[EIP]).toBe(HANDLERS + 0x210)
  })

  test('the interrupt window opens when IF does, and after the shadow of sti', () => {
    const { rip, info } = leaveBy('fb9090', { wishes: primary(INTERRUPT_WINDOW_EXITING), prepare: ({ cpu }) => { cpu.s[FLAGS]! &= ~IF } })
    expect([info.name, rip]).toEqual(['interruptWindow', CODE + 2])
    const popf = leaveBy('9d9090', { wishes: primary(INTERRUPT_WINDOW_EXITING), prepare: (machine) => { machine.cpu.s[FLAGS]! &= ~IF; machine.write(machine.cpu.s[ESP]!, 0x202) } })
    expect([popf.info.name, popf.rip]).toEqual(['interruptWindow', CODE + 1])
  })

  test('hlt behind sti tells of the blocking', () => {
    const { cpu } = leaveBy('fbf4', { wishes: primary(HLT_EXITING), prepare: ({ cpu: before }) => { before.s[FLAGS]! &= ~IF } })
    expect(readField(cpu, GUEST_INTERRUPTIBILITY)).toBe(1)
  })

  test.each([1, 7])('the monitor trap flag leaves after one instruction, in slices of %i', (slice) => {
    const machine = programMachine('4040', 0)
    const cpu = makeGuest(machine, primary(MONITOR_TRAP_FLAG))
    vmlaunch(cpu)
    let stop = run(cpu, 0)
    for (let n = 0; n < 9 && stop !== 'vm-exit'; n++) stop = run(cpu, slice)
    expect([stop, exitInfo(cpu).name, readField(cpu, GUEST_RIP), cpu.instructions]).toEqual(['vm-exit', 'monitorTrapFlag', CODE + 1, 1])
  })
})

describe('EPT (SDM 3C 29.3)', () => {
  const DIRECTORY_PAGE = 0x100
  const FRAME_PAGE = 0x1ff
  const load = 'a100000040'
  const withEpt: Wishes = { ept: true }
  /** The page of DATA is 0x200 (second half of the 4 MiB): moved into the first, whose pages have rights of their own. */
  const frame: Prepare = (machine) => machine.write(0x10_1000, (FRAME_PAGE << 12) | 7)

  function violate(code: string, page: number, rights: number, prepare: Prepare | null = frame) {
    const machine = programMachine(code, 0)
    prepare?.(machine)
    const cpu = makeGuest(machine, withEpt)
    fineEpt(machine, page, rights)
    vmlaunch(cpu)
    return { stop: run(cpu, 3), info: exitInfo(cpu), cpu, machine }
  }

  test.each([
    ['a load from a page that is absent', load, FRAME_PAGE, 0, 0x181, 0x4000_0000], ['a store to a page for reading', 'a300000040', FRAME_PAGE, 5, 0x1aa, 0x4000_0000], ['a fetch', '9090', CODE >> 12, 1, 0x18c, CODE],
    ["a guest's page table that is absent", load, DIRECTORY_PAGE + 1, 0, 0x81, 0x4000_0000], ["A of a guest's page table for reading", load, DIRECTORY_PAGE + 1, 1, 0x8b, 0x4000_0000],
  ])('%s is a violation with its qualification', (_what, code, page, rights, qualification, guestLinear) => {
    const { stop, info } = violate(code, page, rights)
    expect([stop, info]).toMatchObject(['vm-exit', { name: 'eptViolation', qualification, guestLinear, vectoring: 0 }])
    expect(info.guestPhysical >>> 12).toBe(page)
  })

  test('a page that was read cannot be executed for that', () => {
    const { info } = violate('a1f08f0000ebf5', CODE >> 12, 7)
    expect(info.name).not.toBe('eptViolation')
    const target: Prepare = (machine) => { frame(machine); machine.code('9090', FRAME_PAGE << 12) }
    expect(violate('a100000040ea000000400800', FRAME_PAGE, 1, target).info).toMatchObject({ name: 'eptViolation', qualification: 0x18c, guestLinear: 0x4000_0000 })
  })

  test.each([['writable alone', 2], ['executable alone', 4], ['memory type 7', 0x3f]])('%s is a misconfiguration', (_what, entry) => {
    const machine = programMachine(load, 0)
    frame(machine)
    const cpu = makeGuest(machine, withEpt)
    fineEpt(machine, FRAME_PAGE, 7)
    machine.write(EPT_TABLE + FRAME_PAGE * 8, (FRAME_PAGE << 12) | entry)
    vmlaunch(cpu)
    expect([run(cpu, 3), exitInfo(cpu)]).toMatchObject(['vm-exit', { name: 'eptMisconfiguration', guestPhysical: FRAME_PAGE << 12 }])
  })

  test('walks cost (g+1)(n+1)−1 references', () => {
    const machine = programMachine(load, 0)
    frame(machine)
    const cpu = makeGuest(machine, withEpt)
    vmlaunch(cpu)
    const cost = (linear: number): number => {
      const before = cpu.counts[WALK_REFERENCE]!
      walk(cpu, linear, false, false)
      return cpu.counts[WALK_REFERENCE]! - before
    }
    const refs = (g: number, n: number): number => (g + 1) * (n + 1) - 1
    // Pages of 2 MiB take three levels of EPT; a guest's page of 4 MiB one level of its own.
    expect([cost(0x4000_0000), cost(0x8000)]).toEqual([refs(2, 3), refs(1, 3)])
    fineEpt(machine, 0, 7)
    cpu.flushTlb()
    expect([cost(0x4000_0000), cost(0x8000)]).toEqual([refs(2, 4), refs(1, 4)])
  })

  test('a violation while an event is delivered tells of the event', () => {
    const { info, cpu } = violate('0f0b', 0xe, 0)
    expect(info).toMatchObject({ name: 'eptViolation', vectoring: 0x8000_0306 | 0, guestLinear: 0xeff4 })
    expect(cpu.deliveries).toBe(0)
  })
})
