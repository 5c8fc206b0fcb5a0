import { expect, test } from 'vitest'
import tinyVmm from '../../../../../resources/guests/tiny-vmm.asm?raw'
import { assemble } from '../../assembler/assemble.ts'
import { Machine } from '../../board/machine.ts'
import { GUEST_LIBRARY } from '../../guests/library.ts'
import { gpa } from '../../memory/addresses.ts'
import { cpuidOf } from '../cpuid.ts'
import { NON_ROOT, VMX_MODE } from '../layout.ts'

const { image } = assemble(tinyVmm, { include: (name) => GUEST_LIBRARY.get(name) ?? null })
const power = (): Machine => new Machine({ memoryMiB: 2, boot: { kind: 'multiboot', image }, cpuid: cpuidOf('intel', 'test', ['vmx']) })
const whole = power()
whole.run(Infinity)
const end = whole.stateHash()

test('a hypervisor and its guest end the same however the run is cut', () => {
  expect(whole.end).toEqual({ kind: 'exit', code: 0 })
  for (const slice of [1, 7, 1000]) {
    const machine = power()
    while (machine.end === null) machine.run(machine.tick + slice)
    expect([machine.tick, machine.stateHash()], `slices of ${slice}`).toEqual([whole.tick, end])
  }
})

test('a moment in the guest can be kept and taken up again', () => {
  const machine = power()
  let kept = 0
  while (machine.end === null) {
    machine.run(machine.tick + 1)
    if (machine.cpu.s[VMX_MODE] !== NON_ROOT) continue
    const [snapshot, bytes] = [machine.save(), machine.memory.bytes.slice()]
    const other = power()
    other.run(500)
    other.memory.copyIn(gpa(0), bytes)
    other.load(snapshot)
    expect(other.stateHash()).toBe(machine.stateHash())
    other.run(Infinity)
    expect(other.stateHash()).toBe(end)
    kept++
  }
  expect(kept).toBeGreaterThan(8)
})
