import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { SensitiveGuest } from '../../../protocol/classifier.ts'
import { decodeUtf8 } from '../../base/bytes.ts'
import { assemble } from '../../machine/assembler/assemble.ts'
import { disassemble } from '../../machine/assembler/disassemble.ts'
import { Machine } from '../../machine/board/machine.ts'
import { GUEST_LIBRARY } from '../../machine/guests/library.ts'
import { hasTool, nasm, nasmOf, qemu } from '../../machine/guests/testing/real-tools.ts'
import { portedSource } from './failures.ts'
import { entryOf } from './seventeen-entries.ts'
import { SEVENTEEN } from './seventeen.ts'

const assembled = ({ source }: SensitiveGuest) => assemble(source, { include: (name) => GUEST_LIBRARY.get(name) ?? null })
const all = SEVENTEEN.map((guest) => [guest.key, guest] as const)
const hasNasm = hasTool('nasm')

function onBoard(image: Uint8Array): { serial: string; machine: Machine } {
  const machine = new Machine({ memoryMiB: 4, boot: { kind: 'multiboot', image } })
  let serial = ''
  machine.onSerial = (bytes) => { serial += decodeUtf8(bytes).replaceAll('\r', '') }
  machine.run(20_000_000)
  return { serial, machine }
}

test('there is one for each of the seventeen, and no other', () => {
  const files = readdirSync(new URL('../../../../resources/guests/seventeen', import.meta.url))
  expect(files.sort()).toEqual(SEVENTEEN.map(({ key }) => `${key}.asm`).sort())
  expect(SEVENTEEN).toHaveLength(17)
})

test.each(all)('%s ends well on the board, and uses its instruction', async (key, guest) => {
  const { image, messages, symbols, origin } = assembled(guest)
  expect(messages).toEqual([])
  const { serial, machine } = onBoard(image)
  expect(machine.end).toEqual({ kind: 'exit', code: 0 })
  await expect(serial).toMatchFileSnapshot(`golden/${key}.serial.txt`)
  expect(serial).not.toContain('WRONG')
  const used = new Set<string | null>()
  for (let at = symbols.get('start')! - origin; at < image.length;) {
    const { length, entry } = disassemble(image.subarray(at, at + 16), at)
    if (entry) used.add(entryOf(entry))
    at += length
  }
  expect(used).toContain(key)
})

test('what is not as on bare metal ends with code 1, a fault with code 2', () => {
  const source = (body: string): SensitiveGuest => ({ ...SEVENTEEN[0]!, source: `%include 'expect.inc'\nstart: begin\n${body}\njmp finish\nend_of_guest\n` })
  const wrong = onBoard(assembled(source("mov eax, 7\nexpect 'seven', 8\nexpect 'seven again', 7")).image)
  expect(wrong.serial).toBe('seven: got 7, expected 8: WRONG\nseven again: got 7, expected 7\n')
  expect(wrong.machine.end).toEqual({ kind: 'exit', code: 1 })
  const fault = onBoard(assembled(source('mov ax, USER_DATA\nmov ss, ax')).image)
  expect(fault.serial).toBe('fault 13, error code 20: WRONG\n')
  expect(fault.machine.end).toEqual({ kind: 'exit', code: 2 })
})

describe.runIf(hasNasm)('the genuine nasm', () => {
  test.each(all)('makes the same bytes of %s', (key, guest) => {
    expect(Buffer.from(assembled(guest).image).equals(nasm(`seventeen/${key}`))).toBe(true)
  })

  test.each(all)('makes the same bytes of %s, ported', (_key, guest) => {
    const source = portedSource(guest.source)
    expect(source).toContain("'expect-pv.inc'")
    expect(Buffer.from(assembled({ ...guest, source }).image).equals(nasmOf(source))).toBe(true)
  })
})

describe.runIf(hasNasm && hasTool('qemu-system-i386'))('in the genuine QEMU', () => {
  test.each(all)('%s says the same', async (key) => {
    const { serial, status } = await qemu(nasm(`seventeen/${key}`))
    await expect(serial).toMatchFileSnapshot(`golden/${key}.serial.txt`)
    expect(status).toBe(1)
  })
})
