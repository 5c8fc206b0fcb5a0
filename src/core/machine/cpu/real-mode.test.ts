import { expect, test } from 'vitest'
import { gpa } from '../memory/addresses.ts'
import { PhysicalMemory } from '../memory/physical-memory.ts'
import { Cpu } from './cpu.ts'
import { run } from './interpreter.ts'
import { CR0, CS, EIP, ESP, HALTED } from './layout.ts'
import { enterRealMode } from './real-mode.ts'

/**
 * Assembled for 0x7C00: in real mode sets SS:SP and a vector, stores through ES = 0x1000, int 0x80 (which counts at 0x600), a far call (which
 * stores through CS at 0x601), a loop; enters protected mode by a far jump with 32-bit operand, stores at 0x602, jumps to 16-bit code,
 * leaves protected mode, stores SP through DS = 0x20, halts.
 */
const BOOT_SECTOR = 'fa31c08ed88ed0bc007cc7060002487cc70602020000b800108ec0bf100026c7053412cd809a4d7c0000b90300be307c4975fd0f0116b07c0f20c00c010f22c066ea547c00000800fe060006cf2ec606010607cbb8100000008ed88ed0bc00900000c70502060000efbeaddeea737c000018000f20c024fe0f22c0ea807c0000b820008ed889261004f49090909090900000000000000000ffff0000009acf00ffff00000092cf00ffff0000009a00001f00907c0000'

test('a boot sector goes from real mode to protected mode and back', () => {
  const memory = new PhysicalMemory(0x10_0000)
  const cpu = new Cpu(memory)
  enterRealMode(cpu, 0, 0x7c00)
  memory.copyIn(gpa(0x7c00), Uint8Array.from(BOOT_SECTOR.match(/../g)!, (pair) => parseInt(pair, 16)))
  expect(run(cpu, 1000)).toBe('halt')
  expect([0x1_0010, 0x600, 0x602, 0x610].map((at) => memory.read(gpa(at), 4) >>> 0)).toEqual([0x1234, 0xbeef_0701, 0xdead_beef, 0x9000])
  expect([cpu.s[HALTED], cpu.s[CR0]! & 1, cpu.selectors[CS], cpu.s[ESP]]).toEqual([1, 0, 0, 0x9000])
  expect(cpu.s[EIP]).toBeGreaterThan(0x7c00)
})

test('in real mode a fault goes through the table at 0 without an error code, and what needs descriptors is #UD', () => {
  const memory = new PhysicalMemory(0x10_0000)
  const cpu = new Cpu(memory)
  enterRealMode(cpu, 0, 0x7c00)
  cpu.s[ESP] = 0x7000
  memory.write(gpa(6 * 4), 0x9000, 4)
  memory.copyIn(gpa(0x7c00), Uint8Array.of(0x0f, 0x00, 0xd8))
  run(cpu, 1)
  expect([cpu.s[EIP], cpu.s[ESP], memory.read(gpa(0x6ffa), 2)]).toEqual([0x9000, 0x6ffa, 0x7c00])
})
