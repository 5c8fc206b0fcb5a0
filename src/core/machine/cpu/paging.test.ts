import { describe, expect, test } from 'vitest'
import { CODE, RingMachine } from '../testing/ring-machine.ts'
import { CR0, CR2, CR3, CR4, EAX, EBX, ECX, EDI, EDX, EIP } from './layout.ts'

const DIRECTORY = 0x10_0000
const TABLE = 0x10_1000
const PAGE = 0x4000_0000
const FRAME = 0x20_0000
const P = 1, W = 2, U = 4, A = 0x20, D = 0x40, LARGE = 0x80

/** Low 4 MiB identical (one large page for all rings), and one 4 KiB page at PAGE with these rights. */
function paged(ring: number, pde: number, pte: number, writeProtect = true): RingMachine {
  const machine = new RingMachine(ring)
  const { cpu } = machine
  machine.write(DIRECTORY, LARGE | P | W | U)
  machine.write(DIRECTORY + (PAGE >>> 22) * 4, TABLE | pde)
  machine.write(TABLE, FRAME | pte)
  cpu.s[CR3] = DIRECTORY
  cpu.s[CR4] = 0x10
  cpu.s[CR0] = (writeProtect ? 0x8001_0011 : 0x8000_0011) | 0
  cpu.flushTlb()
  cpu.s[EBX] = PAGE
  return machine
}

const READ = '8b03'
const WRITE = '8903'

describe('paging (SDM 3A 4.3, 4.6, 4.7)', () => {
  test.each([
    ['ring 3 reads a user page', 3, P | U, P | U, READ, null], ['ring 3 writes a read-only page', 3, P | U | W, P | U, WRITE, 7],
    ['ring 3 writes where the directory is read-only', 3, P | U, P | U | W, WRITE, 7], ['ring 3 reads a supervisor page', 3, P | U, P | W, READ, 5],
    ['ring 3 reads below a supervisor directory entry', 3, P | W, P | U | W, READ, 5], ['ring 3 writes an absent page', 3, P | U, 0, WRITE, 6], ['ring 3 reads below an absent entry', 3, 0, P | U, READ, 4],
    ['ring 2 is supervisor', 2, P | W, P | W, WRITE, null], ['ring 0 writes a read-only page with WP', 0, P | W, P, WRITE, 3], ['ring 0 reads an absent page', 0, P, 0, READ, 0],
  ] as const)('%s', (_what, ring, pde, pte, code, error) => {
    const machine = paged(ring, pde, pte).code(code)
    const fault = machine.fault()
    expect(fault).toEqual(error === null ? null : { vector: 14, error, eip: CODE })
    if (error !== null) expect(machine.cpu.s[CR2]! >>> 0).toBe(PAGE)
  })

  test('without WP ring 0 writes everywhere', () => {
    expect(paged(0, P, P, false).code(WRITE).fault()).toBeNull()
  })

  test('A is set by a read, D by a write, neither by a fault', () => {
    const machine = paged(0, P | W, P | W).code(`${READ} ${WRITE}`)
    machine.steps(1)
    expect([machine.read(TABLE), machine.read(DIRECTORY + 0x400)]).toEqual([FRAME | P | W | A, TABLE | P | W | A])
    machine.steps(1)
    expect(machine.read(TABLE)).toBe(FRAME | P | W | A | D)
    const denied = paged(3, P | U, P | U).code(WRITE)
    denied.fault()
    expect(denied.read(TABLE)).toBe(FRAME | P | U)
  })

  test('a 4 MiB page gets its own A and D, and its reserved bits are checked', () => {
    const machine = paged(0, P, P).code(WRITE)
    const entry = DIRECTORY + (PAGE >>> 22) * 4
    machine.write(entry, LARGE | P | W)
    machine.cpu.s[EAX] = 0x1234
    machine.cpu.s[EBX] = PAGE + FRAME
    expect(machine.fault()).toBeNull()
    expect([machine.read(FRAME), machine.read(entry)]).toEqual([0x1234, LARGE | P | W | A | D])
    const reserved = paged(0, P, P).code(READ)
    reserved.write(entry, LARGE | P | W | 0x2000)
    expect(reserved.fault()).toMatchObject({ vector: 14, error: 9 })
  })

  test('a translation lives until invlpg or a load of CR3', () => {
    for (const forget of ['0f013b', '0f20d9 0f22d9']) {
      const machine = paged(0, P | W, P | W).code(`${READ} ${READ} ${forget} ${READ}`)
      machine.write(FRAME, 1)
      machine.write(FRAME + 0x1000, 2)
      machine.steps(1)
      machine.write(TABLE, (FRAME + 0x1000) | P | W)
      machine.steps(1)
      expect(machine.cpu.s[EAX]).toBe(1)
      machine.steps(forget.includes(' ') ? 3 : 2)
      expect(machine.cpu.s[EAX]).toBe(2)
    }
  })

  /** A kernel's usual place: linear addresses are negative as 32-bit integers. */
  test('code and data above 2 GiB, singly and in bulk', () => {
    const high = 0x8000_0000
    const machine = paged(0, P, P)
    const { cpu } = machine
    machine.write(DIRECTORY + (high >>> 22) * 4, LARGE | P | W)
    // mov [ebx], al; mov cx, [ebx]; movzx edx, byte [ebx]; mov ecx, 16; rep stosb; mov ecx, 16; mov esi, ebx; lea edi, [ebx + 64]; rep movsb; xchg [ebx + 64], eax; sbb [ebx + 64], eax
    machine.code('8803 668b0b 0fb613 b910000000 f3aa b910000000 89de 8d7b40 f3a4 874340 194340')
    cpu.s[EIP] = (high + CODE) | 0
    cpu.s[EAX] = 0x5a
    cpu.s[EBX] = cpu.s[EDI] = (high + FRAME) | 0
    machine.steps(3)
    expect([cpu.s[ECX], cpu.s[EDX]]).toEqual([0x5a, 0x5a])
    machine.steps(6)
    expect([0, 12, 16, 0x40, 0x4c, 0x50].map((at) => machine.read(FRAME + at))).toEqual([0x5a5a_5a5a, 0x5a5a_5a5a, 0, 0x5a5a_5a5a, 0x5a5a_5a5a, 0])
    machine.steps(2)
    expect([cpu.s[EAX], machine.read(FRAME + 0x40)]).toEqual([0x5a5a_5a5a, (0x5a - 0x5a5a_5a5a) >>> 0])
  })

  test('a store across pages writes nothing if the second is absent', () => {
    const machine = paged(0, P | W, P | W).code('89430e')
    machine.cpu.s[EBX] = PAGE + 0xff0
    expect(machine.fault()).toEqual({ vector: 14, error: 2, eip: CODE })
    expect([machine.cpu.s[CR2]! >>> 0, machine.read(FRAME + 0xffc)]).toEqual([PAGE + 0x1000, 0])
  })
})
