import { expect, test } from 'vitest'
import { assemble } from '../assembler/assemble.ts'
import { Machine } from './machine.ts'

/** Never loads a segment register with anything but what the loader left in it, as kernels do whose tables begin like a boot sector's. */
const KEEPS_SEGMENTS = `
bits 32
org 0x1000
  mov esp, 0x9000
  lgdt [gdtr]
  lidt [idtr]
  push ds
  pop ds
  push ss
  pop ss
  int3
  mov al, [answer]
  out 0xf4, al
  hlt
on_breakpoint:
  push es
  mov byte [answer], 7
  pop es
  iretd
align 8
gdt: dq 0, 0x00cf9b000000ffff, 0x00cf93000000ffff
idt:
  times 3 dq 0
  dw on_breakpoint, 8, 0x8e00, 0
gdtr: dw 23
  dd gdt
idtr: dw 31
  dd idt
answer: db 0
`

test('a kernel may keep the loader\'s segments over its own table: code 0x08, data 0x10', () => {
  const { image, messages } = assemble(KEEPS_SEGMENTS)
  expect(messages).toEqual([])
  const machine = new Machine({ memoryMiB: 1, boot: { kind: 'flat', image, address: 0x1000, entry: 0x1000 } })
  machine.run(1000)
  expect(machine.end).toEqual({ kind: 'exit', code: 7 })
})
