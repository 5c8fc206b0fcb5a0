import { expect, test } from 'vitest'
import type { MachineInput } from '../../../protocol/comparison.ts'
import { type TechniqueName, TECHNIQUES } from '../../../protocol/machine.ts'
import { nativeSha256 } from '../../../workers/platform.ts'
import { programOfSource } from '../../machine/desk/open-program.ts'
import { Recording } from '../../machine/history/recording.ts'
import { guestHash } from './guest-state.ts'
import { Lockstep } from './lockstep.ts'
import { plansOfProgram } from './programs.ts'

/** Counts down from ECX; what EDX and a word of memory say goes out at the end. */
const COUNTS = `
%include 'multiboot.inc'
section .text
start:  mov esp, stack_top
        lgdt [gdtr]
        jmp 8:.here
.here:  mov ax, 16
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov ecx, 500
        mov edx, 3
.loop:  add [total], edx
        dec ecx
        jnz .loop
        mov eax, [total]
        out 0xf4, eax
        hlt
align 8
gdt:    dd 0, 0, 0xffff, 0xcf9a00, 0xffff, 0xcf9200
gdtr:   dw 23
        dd gdt
section .data
total:  dd 0
file_end:
section .bss
        resb 4096
stack_top:
memory_end:
`
const program = programOfSource(COUNTS)
const HERE = 700
const planned = (technique: TechniqueName) => plansOfProgram(program, [technique])[0]!
const poke = (input: Omit<Extract<MachineInput, { kind: 'poke' }>, 'kind'>): MachineInput => ({ kind: 'poke', ...input })

test.each(TECHNIQUES.filter((name) => name !== 'paravirtual'))('under %s a value that is changed in the past makes another future, the same each time', (technique) => {
  const recording = new Recording(planned(technique).program.config, { interval: 300 })
  recording.run(5000)
  const before = recording.machine.end
  recording.seek(HERE)
  recording.give(poke({ place: { register: 'edx' }, value: 5 }))
  recording.give(poke({ place: { address: program.symbols.get('total')! }, value: 1000 }))
  expect(recording.lastTick).toBe(HERE)
  expect(recording.machine.cpu.s[2]).toBe(5)
  recording.run(5000)
  const { end, tick } = recording.machine
  expect(end).not.toEqual(before)
  const hash = guestHash(recording.machine, nativeSha256)
  recording.seek(HERE - 5)
  expect(recording.machine.cpu.s[2]).toBe(3)
  recording.run(tick + 1)
  expect(guestHash(recording.machine, nativeSha256)).toBe(hash)
  // Another run that is given the same comes to the same.
  const branch = new Recording(planned(technique).program.config)
  branch.adopt(recording.inputs)
  branch.run(5000)
  expect({ end: branch.machine.end, hash: guestHash(branch.machine, nativeSha256) }).toEqual({ end, hash })
  // As on bare metal.
  const bare = new Recording(planned('native').program.config)
  bare.adopt(recording.inputs)
  bare.run(5000)
  expect(bare.machine.end).toEqual(end)
})

test('two futures side by side: where they part, and that something came in there', () => {
  const inputs = [{ tick: HERE, input: poke({ place: { register: 'edx' }, value: 5 }) }]
  const steps = new Lockstep('branches', [planned('native'), { ...planned('native'), inputs }], { of: 'branches', hash: nativeSha256 })
  steps.run({ kind: 'end' })
  const { columns } = steps.state()
  expect(columns[1]!.divergence).toMatchObject({ tick: HERE - 1, step: 'input', differences: [{ name: 'edx', reference: '00000003', other: '00000005' }] })
  expect(columns[1]!.equalEnd).toBe(false)
})

test('where there is no memory nothing can be changed', () => {
  const recording = new Recording(program.config)
  expect(() => recording.give(poke({ place: { address: 0xf000_0000 }, value: 1 }))).toThrow('no doubleword of memory')
})
