import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { hasTool, nasm, qemu } from './testing/real-tools.ts'
import { bochs } from './testing/bochs.ts'
import { onBoard } from './testing/board.ts'
import { RUNS } from './testing/runs.ts'

const hasNasm = hasTool('nasm')
const golden = (name: string): string => readFileSync(join(import.meta.dirname, `golden/${name}.serial.txt`), 'utf8')

/** The lines of each speaker (`reader: …`) in their order, one speaker after the other; what the kernel says of a process's end belongs to the process. */
function bySpeaker(serial: string): string {
  const speaker = (line: string): string => (/^kernel: process \d+ \((\w+)\)/.exec(line) ?? /^(\w+): /.exec(line))?.[1] ?? ''
  return serial.split('\n').sort((a, b) => (speaker(a) < speaker(b) ? -1 : Number(speaker(a) > speaker(b)))).join('\n')
}

describe.runIf(hasNasm && hasTool('qemu-system-i386'))('in the genuine QEMU', () => {
  test.each(RUNS.map((run) => [run.golden, run] as const))('%s says what was reviewed', async (name, { guest, disk, inputs, until, ...run }) => {
    const { serial, status } = await qemu(nasm(guest), { ...run, disk: disk?.(nasm) ?? null, inputs: inputs ?? [], ...(until && { until }) })
    // QEMU's disk is as fast as the host's, so that there processes overtake each other.
    if (name === 'kernel') expect(bySpeaker(serial)).toBe(bySpeaker(golden(name)))
    else await expect(serial).toMatchFileSnapshot(`golden/${name}.serial.txt`)
    expect(status).toBe(until ? null : 1)
  })
})

describe.runIf(hasNasm && hasTool('bochs', '--help'))('in the genuine Bochs, which has VMX', () => {
  test('tiny-vmm says what was reviewed', async () => {
    await expect(await bochs(nasm('tiny-vmm'), 'VMXOFF\n')).toMatchFileSnapshot('golden/tiny-vmm.serial.txt')
  }, 120_000)
})

describe.runIf(hasNasm)('on the board', () => {
  test.each(RUNS.map((run) => [run.golden, run] as const))('%s says the same as in QEMU', (name, run) => {
    const { serial, machine } = onBoard(run, nasm)
    expect(serial).toBe(golden(name))
    if (!run.until) expect(machine.end).toEqual({ kind: 'exit', code: 0 })
  })
})

describe.runIf(hasNasm)('with VMX, on the board', () => {
  test('tiny-vmm says why its guest was left', () => {
    const { serial, machine } = onBoard({ golden: 'tiny-vmm', guest: 'tiny-vmm', cpuFlags: ['vmx'] }, nasm)
    expect(serial).toBe(golden('tiny-vmm'))
    expect(machine.end).toEqual({ kind: 'exit', code: 0 })
  })
})
