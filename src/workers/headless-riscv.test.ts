import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runRiscv } from './headless-riscv.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'glasshouse-'))
})

afterEach(() => rmSync(folder, { recursive: true }))

const ECHO = 'li a7, 63; la a1, place; li a2, 9; ecall; mv a2, a0; li a0, 1; li a7, 64; ecall; li a7, 93; li a0, 7; ecall; .bss; place: .zero 9'

test('a program runs either way, with its input and its exit code', async () => {
  const [file, input] = [join(folder, 'echo.s'), join(folder, 'input')]
  writeFileSync(file, ECHO)
  writeFileSync(input, 'hélo')
  const params = { file, input, maxInstructions: 100, memoryMiB: 1 }
  let output = ''
  const translated = await runRiscv({ ...params, how: 'translate', listing: true }, (text) => (output += text))
  const interpreted = await runRiscv({ ...params, how: 'interpret', listing: false }, (text) => (output += text))
  expect(Buffer.from(output, 'latin1').toString()).toBe('hélohélo')
  expect(translated).toMatchObject({ end: { kind: 'exit', code: 7 }, text: 'exit code 7', instructions: 12 })
  expect(translated.listing).toMatch(/ecall\n +\w+ +cd80 +int 0x80 +; system call/)
  expect({ ...translated, host: null, listing: null }).toEqual(interpreted)
})

test('errors have their lines; a file that is not there is named; memory has its limits', async () => {
  const file = join(folder, 'wrong.s')
  const params = { file, input: null, maxInstructions: 100, memoryMiB: 1, how: 'translate', listing: false } as const
  await expect(runRiscv(params, () => undefined)).rejects.toThrow('wrong.s cannot be read')
  writeFileSync(file, 'nop\nfrob\n')
  expect(await runRiscv(params, () => undefined)).toMatchObject({ end: null, messages: [{ line: 2, column: 1 }] })
  writeFileSync(file, 'nop\n')
  await expect(runRiscv({ ...params, memoryMiB: 65 }, () => undefined)).rejects.toThrow('between 1 and 64 MiB')
})
