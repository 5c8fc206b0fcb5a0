import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Failure } from '../../../base/failure.ts'
import { assembleRiscv } from '../assembler/assemble.ts'
import { RISCV_SAMPLES } from '../samples.ts'
import { interpret } from '../run-program.ts'
import { elfOf } from '../testing/gnu-tools.ts'
import { readRiscvElf } from './elf.ts'

const file = elfOf(assembleRiscv(RISCV_SAMPLES[0]!.source).program!)

test('an executable is loaded as it was linked', () => {
  const program = readRiscvElf(file)
  expect(program.entry).toBe(0x1_0000)
  expect(interpret(program).run(100)).toEqual({ kind: 'exit', code: 0 })
})

test('headers that a linker loads on the page before the code are left out', () => {
  const linked = Uint8Array.from(file)
  const view = new DataView(linked.buffer)
  const at = view.getUint32(28, true)
  view.setUint32(at + 4, 0, true)
  for (const [field, change] of [[8, -4096], [16, 4096], [20, 4096]] as const) view.setUint32(at + field, view.getUint32(at + field, true) + change, true)
  expect(readRiscvElf(linked)).toEqual(readRiscvElf(file))
})

test('a file that is damaged is refused, or ends as programs end', () => {
  fc.assert(fc.property(fc.nat(83), fc.integer({ min: 1, max: 255 }), (at, change) => {
    const changed = Uint8Array.from(file)
    changed[at] = changed[at]! ^ change
    try {
      interpret(readRiscvElf(changed)).run(100)
    } catch (error) {
      if (!(error instanceof Failure)) throw error
    }
  }), { numRuns: 400, seed: 6 })
})
