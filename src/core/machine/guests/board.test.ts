import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeUtf8 } from '../../base/bytes.ts'
import { Machine } from '../board/machine.ts'
import { onBoard } from './testing/board.ts'
import { hasTool, nasm } from './testing/real-tools.ts'
import { type GuestRun, RUNS } from './testing/runs.ts'

const run = (golden: string): GuestRun => RUNS.find((candidate) => candidate.golden === golden)!

describe.runIf(hasTool('nasm'))('guests on the board', () => {
  test('a VM boots in less than 3 million instructions', () => {
    expect(onBoard(run('boot-vm'), nasm).machine.cpu.instructions).toBeLessThan(3_000_000)
  })

  test.each([
    ['boot-vm', 0x50], ['boot-vm-little-memory', 0xe1], ['boot-vm-without-disk', 0xe2], ['boot-vm-empty-disk', 0xe3], ['boot-vm-damaged-disk', 0xe4],
  ])('%s leaves %i on the POST port', (golden, code) => {
    expect(onBoard(run(golden), nasm).machine.devices.post.code).toBe(code)
  })

  test.each(['desktop', 'windows-like'])('%s leaves the screen as it was reviewed', async (golden) => {
    const { machine } = onBoard(run(golden), nasm)
    const lines = machine.devices.screen.lines ?? []
    await expect(`${lines.map((line) => line.trimEnd()).join('\n')}\n`).toMatchFileSnapshot(`golden/${golden}.screen.txt`)
  })

  test('a VM that found no system halts for good', () => {
    const { machine } = onBoard(run('boot-vm-without-disk'), nasm)
    machine.run(Infinity)
    expect(machine.end).toEqual({ kind: 'dead' })
  })

  test('what is typed reaches the kernel by interrupt, and a process by a system call', () => {
    const typed = { after: 'primes\n', type: 'to be or not' }
    expect(onBoard({ ...run('kernel'), inputs: [typed] }, nasm).serial).toContain('reader: somebody typed to be or not\n')
  })

  test('the sealed system does not run with one byte of its code changed', () => {
    const image = nasm('windows-like')
    // From the end of the multiboot header to the first byte of data, which is console.inc's `column`, four zeros before the digits.
    const end = Buffer.from(image).indexOf(encodeUtf8('0123456789ABCDEF')) - 4
    fc.assert(fc.property(fc.integer({ min: 32, max: end - 8 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const changed = Uint8Array.from(image)
      changed[at] = changed[at]! ^ change
      const machine = new Machine({ memoryMiB: 4, boot: { kind: 'multiboot', image: changed } })
      let serial = ''
      machine.onSerial = (bytes) => { serial += Buffer.from(bytes).toString('latin1') }
      while (machine.end === null && machine.cpu.instructions < 100_000 && machine.tick < 4_000_000) machine.run(machine.tick + 50_000)
      // A changed `print` may say anything, the texts that follow among them: what counts is that it does not end as if all were well.
      return serial.includes('Stop code') || machine.end?.kind !== 'exit' || machine.end.code !== 0
    }), { numRuns: 25, seed: 77 })
  })
})
