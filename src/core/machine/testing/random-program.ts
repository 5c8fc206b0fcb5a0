import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { gpa } from '../memory/addresses.ts'
import { ATTENTION, CR0, CR3, CR4, EBP, EBX, ECX, EDI, EIP, ESI } from '../cpu/layout.ts'
import { CODE, HANDLERS, RingMachine } from './ring-machine.ts'

/** Linear pages of the programs' data; the last is not mapped. Code and stack are mapped one to one. */
const DATA = 0x4000_0000
const FRAMES = 0x20_0000
const DIRECTORY = 0x10_0000
const TABLE = 0x10_1000

/** Instructions with what random bytes they take: `..` is one. They compute, fault, touch page tables, and change their own code. */
const TEMPLATES = [
  '01c8', '29d1', '31f0', '11c2', '1bc2', '21d8', '09c8', '39c8', '85c0', '40', '4a', 'f7d8', 'c1e0..', 'd3e8', 'd3c0', '0fafc1', '8d4488..', '0fb6c2', '0fbfc9', '6bc0..',
  '8b03', '8903', '034304', '014308', 'ff430c', '8b43..', '8943..', '8803', '8a4301', '66894305', '668b4307', '807b..42', '837b0405', '80430903', 'c74310........', '0fb64303', '0fbe4302',
  '50', '58', '53', '5b', '6a..', '68........', 'ff7304', '8f4308', '9c', '9d', '60', '61', '0f94c0', '0f9cc2', '0f45c1', '7402', '7506', '72..', 'e302', 'eb00', 'e800000000', 'e2fe', 'd0d0', '86c4',
  'f3a4', 'f3ab', 'f3a5', 'a4', 'aa', 'fc', '99', 'f7e1', 'f7f1', 'f7f9', '0fbcc1', '0fa3c8', '0fabc1', '0fa5c2', 'cd80', 'cd81', '0f013b', '0f20d80f22d8', 'fa', 'fb', 'a1........',
  // Stores into the code page, and into the table that maps DATA.
  '88057f80....'.replace('....', '0000'), 'ff0540800000', '810d0010100020000000', '8325001010009f',
]

const byteText = (n: number): string => n.toString(16).padStart(2, '0')

/** A program as hexadecimal text, with bytes filled in, that jumps back to its beginning. */
export const programs = fc.array(fc.tuple(fc.constantFrom(...TEMPLATES), fc.infiniteStream(fc.nat(255))), { minLength: 5, maxLength: 60 }).map((parts) => {
  const code = parts.map(([template, bytes]) => template.replaceAll('..', () => byteText(Number(bytes.next().value)))).join('')
  const back = -(code.length / 2 + 5)
  return `${code}e9${[0, 8, 16, 24].map((shift) => byteText((back >>> shift) & 255)).join('')}`
})

/** Ring 0 or 3, paging on, handlers that step over what faulted or return. */
export function programMachine(program: string, ring: 0 | 3): RingMachine {
  const machine = new RingMachine(ring)
  const { cpu } = machine
  machine.write(DIRECTORY, 0x87)
  machine.write(DIRECTORY + (DATA >>> 22) * 4, TABLE | 7)
  for (let page = 0; page < 3; page++) machine.write(TABLE + page * 4, (FRAMES + page * 0x1000) | 7)
  for (let v = 0; v < 256; v++) {
    // With an error code: add esp,4. Then inc dword [esp] (the fault's EIP), but not behind an `int`; iret.
    const code = `${[8, 10, 11, 12, 13, 14].includes(v) ? '83c404' : ''}${v < 0x80 ? 'ff0424' : ''}cf`
    machine.code(code, HANDLERS + v * 16)
    machine.gate(v, v >= 0x80 ? 0xee00 : 0x8e00)
  }
  machine.code(program, CODE)
  for (let i = 0; i < 0x3000; i += 4) machine.memory.write(gpa(FRAMES + i), Math.imul(i, 0x9e37_79b1), 4)
  const { s } = cpu
  s[CR3] = DIRECTORY
  s[CR4] = 0x10
  s[CR0] = 0x8001_0011 | 0
  cpu.flushTlb()
  Object.assign(s, { [EBX]: DATA + 0xff4, [ESI]: DATA, [EDI]: DATA + 0x800, [EBP]: DATA + 0x1ff0, [ECX]: 3, [EIP]: CODE })
  return machine
}

/** All that a guest or a counter could tell apart. */
export function everything({ cpu, memory }: RingMachine): unknown {
  const { state, tlb, ...counts } = cpu.save()
  state[ATTENTION] = 0
  return { state: [...state], counts, pages: [...tlb.pages], memory: createHash('sha1').update(memory.bytes).digest('hex') }
}
