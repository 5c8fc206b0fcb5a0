import { describe, expect, test } from 'vitest'
import { assemble } from '../assembler/assemble.ts'
import { bootDisk } from './disks.ts'
import { BOOT_VM, findGuest, GUESTS, KERNEL_PV, VM_KERNEL_PV } from './guests.ts'
import { GUEST_LIBRARY } from './library.ts'
import { hasTool, nasm } from './testing/real-tools.ts'

const assembled = (source: string) => assemble(source, { include: (name) => GUEST_LIBRARY.get(name) ?? null })

describe.runIf(hasTool('nasm'))('guests, assembled by Glasshouse', () => {
  test.each([...GUESTS, KERNEL_PV].map((guest) => [guest.key, guest] as const))('%s has the bytes that nasm makes', (key, { source }) => {
    const { image, messages, symbols } = assembled(source)
    expect(messages).toEqual([])
    expect(Buffer.from(image).equals(nasm(key))).toBe(true)
    expect(symbols.get('start')).toBeGreaterThan(0x10_0000)
  })

  test('the disk of a VM holds its kernel', () => {
    expect(BOOT_VM.disk?.((source) => assembled(source).image)).toEqual(bootDisk(nasm('vm-kernel')))
  })

  test('the kernel of a paravirtualized VM has the bytes that nasm makes', () => {
    expect(Buffer.from(assembled(VM_KERNEL_PV).image).equals(nasm('vm-kernel-pv'))).toBe(true)
  })
})

test('guests are found by key', () => {
  expect(findGuest('kernel')?.title).toBe('A kernel')
  expect(findGuest('none')).toBeUndefined()
  expect(new Set(GUESTS.map(({ key }) => key)).size).toBe(GUESTS.length)
})
