import { describe, expect, test } from 'vitest'
import {
  ABSENT_DATA, CALL_GATE, CALL_GATE_PARAMETERS, CODE, CONFORMING_CODE, codeOf, DATA, dataOf, EXECUTE_ONLY, GATE_TARGET, GDT, HANDLERS, RingMachine, SMALL_DATA, TSS, TSS_SELECTOR,
} from '../testing/ring-machine.ts'
import { CS, DS, EAX, EBX, EDX, EIP, ESP, FLAGS, IF, IOPL_SHIFT, LIMITS, SS } from './layout.ts'
import { run, step } from './interpreter.ts'
import { OPCODES } from './opcodes.ts'

const GP0 = { vector: 13, error: 0, eip: CODE }
const word = (value: number): string => [0, 8, 16, 24].map((shift) => ((value >>> shift) & 255).toString(16).padStart(2, '0')).join('')
/** An encoding of a row with memory at [DATA] or register EAX, immediates zero. */
const encode = (code: string, operands: string): string => {
  const [bytes, group] = code.split('/') as [string, string | undefined]
  const reg = Number(group ?? 0) << 3
  const memory = /\bM/.test(operands)
  const modrm = group !== undefined || /[EMRG]/.test(operands) ? (memory ? `${(reg | 5).toString(16).padStart(2, '0')}${word(DATA)}` : (0xc0 | reg).toString(16)) : ''
  return `${bytes}${modrm}00000000`
}

describe('privilege, by the opcode table (SDM 3A 5.9)', () => {
  const ring0 = OPCODES.filter(({ privileged }) => privileged === 'ring0')

  test.each(ring0.flatMap((row) => [1, 2, 3].map((ring) => [row.code, row.mnemonic, ring, row] as const)))('%s %s in ring %d is #GP(0) and restarts', (_code, _name, ring, row) => {
    expect(new RingMachine(ring, 3).code(encode(row.code, row.operands)).fault()).toEqual(GP0)
  })

  const iopl = OPCODES.filter(({ privileged }) => privileged === 'iopl')
  test.each(iopl.map((row) => [row.code, row.mnemonic, row] as const))('%s %s needs CPL ≤ IOPL', (_code, _name, row) => {
    for (const ring of [0, 1, 2, 3]) {
      for (const level of [0, 1, 2, 3]) {
        const machine = new RingMachine(ring, level).code(encode(row.code, row.operands))
        machine.cpu.s[7] = machine.cpu.s[6] = DATA
        expect(machine.fault(), `ring ${ring}, IOPL ${level}`).toEqual(ring <= level ? null : GP0)
      }
    }
  })

  test('what is sensitive and never traps is the list of Robin and Irvine, with iret and the far pointer loads', () => {
    const names = OPCODES.filter(({ sensitive, privileged }) => sensitive && privileged === 'never').map(({ mnemonic }) => mnemonic)
    expect([...new Set(names)].sort()).toEqual([
      'call', 'int', 'int1', 'int3', 'into', 'iret', 'jmp', 'lar', 'lds', 'les', 'lfs', 'lgs', 'lsl', 'lss', 'mov', 'pop', 'popf', 'push', 'pushf', 'retf', 'sgdt', 'sidt', 'sldt', 'smsw', 'str', 'sysenter', 'verr', 'verw',
    ])
  })

  test('popf in ring 3 keeps IF and IOPL silently', () => {
    const machine = new RingMachine(3).code('9d')
    machine.write(0xf000, 0x3002)
    expect(machine.fault()).toBeNull()
    expect(machine.flags & (IF | (3 << IOPL_SHIFT))).toBe(IF)
  })
})

describe('gates (SDM 3A 5.8, 6.12)', () => {
  test('an interrupt gate leads inward with SS:ESP, EFLAGS, CS:EIP of the outer ring, and closes IF', () => {
    const machine = new RingMachine(3).code('cd80')
    machine.gate(0x80, 0xee00)
    const flags = machine.flags
    step(machine.cpu)
    expect([machine.cpl, machine.cpu.s[EIP], machine.cpu.selectors[CS], machine.cpu.selectors[SS]]).toEqual([0, HANDLERS + 0x800, 8, dataOf(0)])
    expect(machine.stack(5)).toEqual([CODE + 2, codeOf(3), flags, 0xf000, dataOf(3)])
    expect(machine.flags & IF).toBe(0)
  })

  test('a trap gate leaves IF open, and iret undoes everything but nulls inner data segments', () => {
    const machine = new RingMachine(3).code('cd80')
    machine.gate(0x80, 0xef00)
    step(machine.cpu)
    expect(machine.flags & IF).toBe(IF)
    machine.code('b810000000 8ed8 cf')
    machine.steps(3)
    expect([machine.cpl, machine.cpu.s[EIP], machine.cpu.s[ESP], machine.cpu.selectors[DS]]).toEqual([3, CODE + 2, 0xf000, 0])
    machine.code('8b0500900000')
    expect(machine.fault()).toEqual({ vector: 13, error: 0, eip: CODE + 2 })
  })

  test.each([
    ['closed to ring 3', 0x8e00, 8, 13, 0x80 * 8 + 2], ['not present', 0x6e00, 8, 11, 0x80 * 8 + 2], ['no gate at all', 0xe200, 8, 13, 0x80 * 8 + 2],
    ['to a null selector', 0xee00, 0, 13, 0], ['to a data segment', 0xee00, 0x10, 13, 0x10], ['beyond the GDT', 0xee00, 0x1000, 13, 0x1000],
  ])('int n through a gate %s', (_what, type, selector, vector, error) => {
    const machine = new RingMachine(3).code('cd80')
    machine.gate(0x80, type, selector)
    expect(machine.fault()).toEqual({ vector, error, eip: CODE })
  })

  test('an inner stack that is none is #TS with its selector', () => {
    const machine = new RingMachine(3).code('cd80')
    machine.gate(0x80, 0xee00)
    machine.gate(10, 0x8e00, CONFORMING_CODE)
    machine.write(TSS + 8, dataOf(3))
    step(machine.cpu)
    expect(machine.stack(2)).toEqual([dataOf(3) & 0xfffc, CODE])
  })

  test('a call gate copies parameters, and retf n releases them on both stacks', () => {
    const machine = new RingMachine(3).code(`9a 00000000 ${word(CALL_GATE_PARAMETERS).slice(0, 4)}`)
    machine.write(0xf000, 0x111)
    machine.write(0xf004, 0x222)
    step(machine.cpu)
    expect([machine.cpl, machine.cpu.s[EIP]]).toEqual([0, GATE_TARGET])
    expect(machine.stack(6)).toEqual([CODE + 7, codeOf(3), 0x111, 0x222, 0xf000, dataOf(3)])
    machine.code('ca0800')
    step(machine.cpu)
    expect([machine.cpl, machine.cpu.s[EIP], machine.cpu.s[ESP]]).toEqual([3, CODE + 7, 0xf008])
  })

  test.each([
    ['through a call gate inward', CALL_GATE, 13, 8], ['to code of ring 0', 8, 13, 8], ['to data', dataOf(3), 13, dataOf(3) & 0xfffc],
    ['to nothing', 0, 13, 0], ['to a TSS', TSS_SELECTOR, 13, TSS_SELECTOR], ['beyond the table', 0x88, 13, 0x88],
  ])('jmp %s is refused in ring 3', (_what, selector, vector, error) => {
    expect(new RingMachine(3).code(`ea 00000000 ${word(selector).slice(0, 4)}`).fault()).toEqual({ vector, error, eip: CODE })
  })

  test('conforming code of ring 0 runs in ring 3', () => {
    const machine = new RingMachine(3).code(`ea ${word(0x3000)} ${word(CONFORMING_CODE).slice(0, 4)}`)
    step(machine.cpu)
    expect([machine.cpl, machine.cpu.s[EIP], machine.cpu.selectors[CS]]).toEqual([3, 0x3000, CONFORMING_CODE | 3])
  })

  test('a fault on the way to a handler is a double fault, one more shuts the processor down', () => {
    const machine = new RingMachine(3).code('f4')
    machine.gate(13, 0x8e00, 0x10)
    expect(machine.fault()).toEqual({ vector: 8, error: 0, eip: CODE })
    const dead = new RingMachine(3).code('f4')
    dead.gate(13, 0x8e00, 0x10)
    dead.gate(8, 0x8e00, 0x10)
    expect(run(dead.cpu, 10)).toBe('shutdown')
  })
})

describe('segments (SDM 3A 5.3 to 5.5)', () => {
  test.each([
    ['not present', ABSENT_DATA | 3, 11, ABSENT_DATA], ['execute-only code', EXECUTE_ONLY | 3, 13, EXECUTE_ONLY], ['of ring 0', 0x10, 13, 0x10], ['a TSS', TSS_SELECTOR, 13, TSS_SELECTOR],
    ['outside the GDT', 0x80, 13, 0x80], ['in an LDT that is not there', 0x0c, 13, 0x0c],
  ])('loading DS with a segment %s', (_what, selector, vector, error) => {
    const machine = new RingMachine(3).code('8ed8')
    machine.cpu.s[EAX] = selector
    expect(machine.fault()).toEqual({ vector, error, eip: CODE })
  })

  test('a limit holds for every byte: #GP for data, #SS for the stack; a null segment faults when it is used', () => {
    const small = (code: string, ebx: number): RingMachine => {
      const machine = new RingMachine(3).code(`8ed8 8ed0 ${code}`)
      machine.cpu.s[EAX] = SMALL_DATA | 3
      machine.cpu.s[EBX] = ebx
      machine.steps(2)
      return machine
    }
    expect(small('8b03', 0xfc).fault()).toBeNull()
    expect(small('8b03', 0xfd).fault()).toEqual({ vector: 13, error: 0, eip: CODE + 4 })
    expect(small('8903', 0xfd).fault()).toEqual({ vector: 13, error: 0, eip: CODE + 4 })
    expect(small('8b0424', 0).fault()).toEqual({ vector: 12, error: 0, eip: CODE + 4 })
    const none = new RingMachine(3).code('8ed8 8b03')
    expect([none.fault(), none.fault()]).toEqual([null, { vector: 13, error: 0, eip: CODE + 2 }])
  })

  test('a loaded descriptor is marked accessed, a loaded TSS busy', () => {
    const machine = new RingMachine().code('8ed8 0f00db')
    machine.cpu.s[EAX] = dataOf(0)
    machine.cpu.s[EBX] = TSS_SELECTOR
    machine.steps(2)
    expect([machine.read(GDT + 0x14) & 0x100, machine.read(GDT + TSS_SELECTOR + 4) & 0xff00]).toEqual([0x100, 0x8b00])
    machine.code('0f00db')
    expect(machine.fault()).toMatchObject({ vector: 13, error: TSS_SELECTOR })
  })
})

test('the I/O bitmap opens single ports, and a wide access needs all of them (SDM 1 19.5.2)', () => {
  const port = (number: number, code: string): unknown => {
    const machine = new RingMachine(3).code(code)
    machine.write(TSS + 0x68, ~0x60)
    machine.cpu.s[EDX] = number
    return machine.fault()
  }
  expect([port(5, 'ec'), port(6, 'ec'), port(5, '66ed')]).toEqual([null, null, null])
  expect([port(7, 'ec'), port(4, 'ec'), port(6, '66ed'), port(5, 'ed'), port(0xffff, 'ec')]).toEqual([GP0, GP0, GP0, GP0, GP0])
})

describe('interrupts from outside', () => {
  test('wait for IF and for the instruction after sti; hlt sleeps until one comes', () => {
    const machine = new RingMachine().code('fb 40 43 f4')
    machine.cpu.s[FLAGS] = 0
    machine.cpu.acknowledge = () => 0x20
    machine.cpu.setInterrupt(true)
    run(machine.cpu, 2)
    expect([machine.cpu.s[EIP], machine.cpu.s[EAX]]).toEqual([CODE + 2, 1])
    machine.code('f4', HANDLERS + 0x200)
    run(machine.cpu, 1)
    expect([machine.cpu.s[EBX], machine.stack(1)]).toEqual([0, [CODE + 2]])
    expect(run(machine.cpu, 5)).toBe('halt')
  })

  test('TF traps after each instruction, with EIP behind it', () => {
    const machine = new RingMachine().code('40 40')
    machine.cpu.s[FLAGS]! |= 0x100
    expect(machine.fault()).toEqual({ vector: 1, error: null, eip: CODE + 1 })
    expect(machine.cpu.s[EAX]).toBe(1)
  })
})

test('code that changes itself is seen at once, also in the same block', () => {
  const machine = new RingMachine().code(`b900000000 40 c605${word(CODE + 13)}4b 48`)
  run(machine.cpu, 4)
  expect([machine.cpu.s[EAX], machine.cpu.s[EBX]]).toEqual([1, -1])
})

test('CS has a limit, and an instruction has at most 15 bytes', () => {
  const machine = new RingMachine().code('eb 7e')
  machine.cpu.s[LIMITS + CS] = CODE + 0x7f
  machine.cpu.noteFlatness()
  expect(machine.fault()).toEqual(GP0)
  expect(new RingMachine().code(`${'66'.repeat(14)}40`).fault()).toBeNull()
  expect(new RingMachine().code(`${'66'.repeat(15)}40`).fault()).toEqual(GP0)
})
