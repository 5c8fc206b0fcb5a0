import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { hasNasm, nasmImages } from '../assembler/testing/nasm.ts'
import { Machine } from '../board/machine.ts'
import { hasTool } from '../guests/testing/real-tools.ts'
import { bios } from './bios.ts'
import { bootSector, qemuSerial, SERVICES, XV6_STYLE } from './testing/boot-sectors.ts'

test.runIf(hasNasm())('the firmware is, byte for byte, what nasm makes of it', () => {
  const [image] = nasmImages([readFileSync('resources/firmware/bios.asm', 'latin1')])
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

test.runIf(hasTool('qemu-system-i386'))('boot sectors say the same under the genuine QEMU and its firmware', () => {
  for (const disk of [XV6_STYLE(), SERVICES()]) expect(boot(disk).serial).toBe(qemuSerial(disk))
})

test('a disk without 55 AA, and none at all, say so', () => {
  const blank = new Uint8Array(1024)
  expect(new Machine({ memoryMiB: 1, disks: [blank, null], boot: { kind: 'disk' } }).end).toMatchObject({ kind: 'boot-failed', message: expect.stringContaining('55 AA') as string })
  expect(new Machine({ memoryMiB: 1, boot: { kind: 'disk' } }).end).toMatchObject({ kind: 'boot-failed', message: expect.stringContaining('no primary master') as string })
  expect(bootSector('hlt')).toHaveLength(512)
})
