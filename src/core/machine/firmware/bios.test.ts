import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { hasNasm, nasmImages } from '../assembler/testing/nasm.ts'
import { Machine } from '../board/machine.ts'
import { hasTool } from '../guests/testing/real-tools.ts'
import { disassembly } from '../inspect/code.ts'
import { SymbolTable } from '../inspect/symbols.ts'
import { bios } from './bios.ts'
import { bootSector, qemuSerial, SERVICES, XV6_STYLE } from './testing/boot-sectors.ts'

test.runIf(hasNasm())('the firmware is, byte for byte, what nasm makes of it', () => {
  const folder = resolve(import.meta.dirname, '../../../../resources/firmware')
  const [image] = nasmImages([readFileSync(join(folder, 'bios.asm'), 'latin1')], [folder])
  expect(Buffer.from(bios()).equals(Buffer.from(image as Uint8Array))).toBe(true)
})

function boot(disk: Uint8Array): { machine: Machine; serial: string } {
  const machine = new Machine({ memoryMiB: 32, ticksPerSecond: 1_000_000, disks: [disk, null], boot: { kind: 'disk' } })
  let serial = ''
  machine.onSerial = (bytes) => (serial += Buffer.from(bytes).toString('latin1'))
  machine.run(5_000_000)
  return { machine, serial }
}

test('a boot sector that needs no service opens A20, enters protected mode and reads an ELF kernel by PIO', () => {
  const { machine, serial } = boot(XV6_STYLE())
  expect(serial).toBe('kernel\n')
  expect(machine.end).toEqual({ kind: 'exit', code: 9 })
})

/** As the genuine QEMU has it; the first row is what the disk's second and following sectors took, then extensions, geometry, CHS, packets, errors, sizes, memory map, timer and keys. */
const SAID = [
  '0001 0000', '0000 AA55 0001 0000 0000', '0000 0000 263F 0F01 0000', '0003 0470 0471 0472 0000', '0000 9C40 9C41 0002 0000', '0100 0000 0000 0000 0001', '0001 1234 0105 0080 0000',
  '0101 0000 0105 0085 0001', '027F', '8600 0000 0000 0000 0001', '4150 0001 0000 534D 0000', '0000 FC00 0009 0001 0001', '!0001 0002', '',
]

test('services answer: screen, sizes, disk, memory map, keys', () => {
  const { machine, serial } = boot(SERVICES())
  expect(machine.devices.screen.lines?.[0]).toMatch(/^on the screen +$/)
  expect(machine.devices.screen.cursor).toEqual({ row: 1, column: 2 })
  expect(serial.split('\n').map((line) => line.trimEnd())).toEqual(SAID)
  expect(machine.end).toEqual({ kind: 'exit', code: 9 })
})

test('keys wait in firmware until they are asked for', () => {
  const machine = new Machine({ memoryMiB: 1, ticksPerSecond: 1_000_000, disks: [bootSector(`
  mov dx, 0x3F8
  .more:
  mov ah, 0
  int 0x16
  out dx, al
  cmp al, 13
  jne .more
  mov al, ah
  out 0xF4, al`), null], boot: { kind: 'disk' } })
  let serial = ''
  machine.onSerial = (bytes) => (serial += Buffer.from(bytes).toString('latin1'))
  machine.run(200_000)
  expect(machine.end).toBe(null)
  for (const [code, down] of [[0x1e, true], [0x1e, false], [0x2a, true], [0x30, true], [0x30, false], [0x02, true], [0x2a, false], [0x02, true], [0x3a, true], [0x2e, true], [0x1c, true]] as const) machine.key(code, down)
  machine.run(400_000)
  expect([serial, machine.end]).toEqual(['aB!1C\r', { kind: 'exit', code: 0x1c }])
})

test.runIf(hasTool('qemu-system-i386'))('boot sectors say the same under the genuine QEMU and its firmware', () => {
  for (const disk of [XV6_STYLE(), SERVICES()]) expect(boot(disk).serial).toBe(qemuSerial(disk))
})

test('a look at real mode shows code of 16 bits', () => {
  const machine = new Machine({ memoryMiB: 1, disks: [bootSector('hlt'), null], boot: { kind: 'disk' } })
  const rows = disassembly(machine.cpu, { symbols: new SymbolTable(new Map()), lines: new Map() }, 0xf_fff0, 0, 1)
  expect(rows[0]!.text).toBe('jmp 0xf000:0xe000')
})

test('a disk without 55 AA, and none at all, say so', () => {
  const blank = new Uint8Array(1024)
  expect(new Machine({ memoryMiB: 1, disks: [blank, null], boot: { kind: 'disk' } }).end).toMatchObject({ kind: 'boot-failed', message: expect.stringContaining('55 AA') as string })
  expect(new Machine({ memoryMiB: 1, boot: { kind: 'disk' } }).end).toMatchObject({ kind: 'boot-failed', message: expect.stringContaining('no primary master') as string })
  expect(bootSector('hlt')).toHaveLength(512)
})
