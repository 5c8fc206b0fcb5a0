import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { assembleFile, disassembleFile } from './headless-asm.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'glasshouse-'))
})

afterEach(() => rmSync(folder, { recursive: true }))

test('a file is assembled with what it includes, from beside it or from lib', async () => {
  mkdirSync(join(folder, 'lib'))
  writeFileSync(join(folder, 'main.asm'), 'bits 32\norg 0x1000\n%include "a.inc"\n%include "b.inc"\nstart: mov eax, A + B\nincbin "raw"\n')
  writeFileSync(join(folder, 'a.inc'), 'A equ 1\n')
  writeFileSync(join(folder, 'lib', 'b.inc'), 'B equ 2\n')
  writeFileSync(join(folder, 'raw'), 'xyz')
  const result = await assembleFile({ file: join(folder, 'main.asm') })
  expect(result).toMatchObject({ ok: true, origin: 0x1000, entry: 0x1000, messages: [] })
  expect(Buffer.from(result.image).toString('latin1')).toBe('\xb8\x03\0\0\0xyz')
})

test('a file that is not there is named', async () => {
  await expect(assembleFile({ file: join(folder, 'none.asm') })).rejects.toThrow('none.asm cannot be read')
  await expect(disassembleFile({ file: join(folder, 'none.bin'), origin: 0, bits: 32 })).rejects.toThrow('none.bin cannot be read')
})

test('bytes are read as instructions at their addresses', async () => {
  writeFileSync(join(folder, 'code.bin'), Buffer.from('fa0f011500100000ebfe0f', 'hex'))
  const lines = await disassembleFile({ file: join(folder, 'code.bin'), origin: 0x7c00, bits: 32 })
  expect(lines.map(({ address, bytes, text }) => `${address.toString(16)} ${bytes} ${text}`)).toEqual([
    '7c00 FA cli', '7c01 0F011500100000 lgdt [dword 0x1000]', '7c08 EBFE jmp short 0x7c08', '7c0a 0F db 0x0f',
  ])
  expect(lines.map(({ privileged }) => privileged)).toEqual([true, true, false, false])
  writeFileSync(join(folder, 'real.bin'), Buffer.from('8b07', 'hex'))
  expect((await disassembleFile({ file: join(folder, 'real.bin'), origin: 0, bits: 16 }))[0]?.text).toBe('mov ax,[bx]')
})
