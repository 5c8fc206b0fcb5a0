import { describe, expect, test } from 'vitest'
import { GUESTS } from './guests.ts'
import { hasTool, nasm, qemu } from './testing/real-tools.ts'

/** What the serial line says is kept as text beside this file and read by people: `golden/*.serial.txt`. */
const golden = (key: string): string => `golden/${key}.serial.txt`

describe.runIf(hasTool('nasm') && hasTool('qemu-system-i386'))('in the genuine QEMU', () => {
  test.each(GUESTS.map((guest) => [guest.key, guest] as const))('%s says what was reviewed, and ends well', async (key) => {
    const { serial, status } = await qemu(nasm(key))
    await expect(serial).toMatchFileSnapshot(golden(key))
    expect(status).toBe(1)
  })
})
