import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { hasTool, nasm, qemu } from './testing/real-tools.ts'
import { onBoard } from './testing/board.ts'
import { RUNS } from './testing/runs.ts'

const hasNasm = hasTool('nasm')

describe.runIf(hasNasm && hasTool('qemu-system-i386'))('in the genuine QEMU', () => {
  test.each(RUNS.map((run) => [run.golden, run] as const))('%s says what was reviewed', async (golden, { guest, disk, inputs, until, ...run }) => {
    const { serial, status } = await qemu(nasm(guest), { ...run, disk: disk?.(nasm) ?? null, inputs: inputs ?? [], ...(until && { until }) })
    await expect(serial).toMatchFileSnapshot(`golden/${golden}.serial.txt`)
    expect(status).toBe(until ? null : 1)
  })
})

describe.runIf(hasNasm)('on the board', () => {
  test.each(RUNS.map((run) => [run.golden, run] as const))('%s says the same as in QEMU', (golden, run) => {
    const { serial, machine } = onBoard(run, nasm)
    expect(serial).toBe(readFileSync(join(import.meta.dirname, `golden/${golden}.serial.txt`), 'utf8'))
    if (!run.until) expect(machine.end).toEqual({ kind: 'exit', code: 0 })
  })
})
