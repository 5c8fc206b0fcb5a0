import { describe, expect, test } from 'vitest'
import { assemble } from '../../machine/assembler/assemble.ts'
import type { MachineConfig } from '../../machine/board/config.ts'
import { Machine } from '../../machine/board/machine.ts'
import { findGuest } from '../../machine/guests/guests.ts'
import { GUEST_LIBRARY } from '../../machine/guests/library.ts'
import { expectSameAtAnyMoment } from '../testing/any-moment.ts'
import { trapAndEmulate } from './trap-and-emulate.ts'

const MOST = 2_000_000
const RINGS = [1, 3] as const

const bytesOf = (source: string): Uint8Array => assemble(source, { include: (name) => GUEST_LIBRARY.get(name) ?? null }).image

function configOf(key: string): MachineConfig {
  const { source, disk } = findGuest(key)!
  return { memoryMiB: 32, boot: { kind: 'multiboot', image: bytesOf(source) }, disks: [disk?.(bytesOf) ?? null, null] }
}

const imageConfig = (source: string): MachineConfig => ({ memoryMiB: 8, boot: { kind: 'multiboot', image: bytesOf(source) } })

/** What a guest says until it ends, or for so many ticks. */
function outcome(config: MachineConfig, ticks = MOST) {
  const machine = new Machine(config)
  let text = ''
  machine.onSerial = (bytes) => (text += Buffer.from(bytes).toString('latin1'))
  machine.run(ticks)
  return { text, end: machine.end, tick: machine.tick, machine }
}

const deprivileged = (config: MachineConfig, kernelRing: 1 | 3): MachineConfig => ({ ...config, monitor: trapAndEmulate({ kernelRing }) })

describe.each(RINGS)('trap and emulate, the kernel in ring %i', (ring) => {
  test.each(['hello', 'selfmod'])('%s, which asks for nothing that does not trap, does the same to the tick', (key) => {
    const bare = outcome(configOf(key))
    const { text, end, tick } = outcome(deprivileged(configOf(key), ring))
    expect({ text, end, tick }).toEqual({ text: bare.text, end: bare.end, tick: bare.tick })
  })

  test('the system that looks at itself notices that it was deprivileged, and stops', () => {
    const { text, end } = outcome(deprivileged(configOf('windows-like'), ring))
    expect(text).toContain('Casement was stopped to protect your computer.')
    expect(end).toMatchObject({ kind: 'exit' })
    expect(end).not.toEqual(outcome(configOf('windows-like')).end)
  })

  test('a guest cannot reach the monitor: not behind the fence, not by its page tables', () => {
    const marks = (host: Uint8Array): number => {
      const words = new Uint32Array(host.buffer, host.byteOffset, host.byteLength / 4)
      return words.reduce((count, word) => count + (word === 0xdead_beef ? 1 : 0), 0)
    }
    const { machine, end } = outcome(deprivileged(imageConfig(ESCAPE), ring))
    expect(end).toEqual({ kind: 'exit', code: 0 })
    expect(marks(machine.host.bytes.subarray(machine.memory.size))).toBe(0)
  })

  test('the same at any moment, however the run is cut and taken back', () => {
    expectSameAtAnyMoment(deprivileged(configOf('kernel'), ring))
  })
})

/** Writes DEADBEEF wherever a monitor might be: behind the fence by any segment, and through its own page tables to frames that it does not have. */
const ESCAPE = `
%include 'multiboot.inc'
section .text
start:
        mov esp, stack_top
        lgdt [gdtr]
        jmp 8:here
here:   mov ax, 16
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov eax, 0xdeadbeef
        mov edi, 0xffc00000
.fence: mov [edi], eax
        mov [es:edi + 4], eax
        push dword [edi]
        pop ecx
        add edi, 4096
        cmp edi, 0xffc30000
        jb .fence
        ; identity for the first 4 MiB; the next 4 MiB lead to the frames behind the guest's memory
        mov edi, 0x200000
        mov ecx, 1024
        mov eax, 7
.low:   mov [edi], eax
        add eax, 4096
        add edi, 4
        loop .low
        mov ecx, 1024
        mov eax, (8 << 20) | 7
.high:  mov [edi], eax
        add eax, 4096
        add edi, 4
        loop .high
        mov dword [0x202000], 0x200007
        mov dword [0x202004], 0x201007
        mov eax, 0x202000
        mov cr3, eax
        mov eax, cr0
        or eax, 0x80000000
        mov cr0, eax
        mov eax, 0xdeadbeef
        mov edi, 0x400000
.frame: mov [edi], eax
        add edi, 4096
        cmp edi, 0x800000
        jb .frame
        mov edi, 0x400000
        mov ecx, 0x1000
        rep stosd
        mov al, 0
        out 0xf4, al
        hlt
align 8
gdt:    dd 0, 0, 0xffff, 0xcf9a00, 0xffff, 0xcf9200
gdtr:   dw 23
        dd gdt
section .data
        dd 0
file_end:
section .bss
        resb 4096
stack_top:
memory_end:
`
