import { assemble, type AssembleResult } from '../../assembler/assemble.ts'
import { Machine } from '../machine.ts'

const PHYSICAL = 0x1000
/** Where paging shows it: in the upper half, where addresses are negative numbers to whoever forgets that they are unsigned. */
const ORIGIN = 0x8000_1000

/**
 * A guest that uses every device at once, and mixes into a checksum all that it can see of time: where it was interrupted, counters, time stamps. A
 * single instruction more or less before an interrupt gives another checksum. It runs with paging, and has an instruction over two pages. It echoes what comes over the serial line and ends after 20 interrupts of the timer.
 */
const SOURCE = `
bits 32
org ${ORIGIN}
%macro gate 1
  dw (%1 - $$ + ${ORIGIN}) & 0xffff, 8, 0x8e00, (%1 - $$ + ${ORIGIN}) >> 16
%endmacro
%macro port 2
  mov dx, %1
  mov al, %2
  out dx, al
%endmacro
start:
  mov dword [0x20000], 0x83
  mov dword [0x20800], 0x83
  mov eax, cr4
  or al, 0x10
  mov cr4, eax
  mov eax, 0x20000
  mov cr3, eax
  mov eax, cr0
  or eax, 0x80010000
  mov cr0, eax
  mov eax, high
  jmp eax
high:
  mov esp, 0x80009000
  lgdt [gdtr]
  lidt [idtr]
  jmp 8:flat
flat:
  mov ax, 16
  mov ds, ax
  mov es, ax
  mov ss, ax
  port 0x20, 0x11
  port 0x21, 32
  port 0x21, 4
  port 0x21, 1
  port 0xa0, 0x11
  port 0xa1, 40
  port 0xa1, 2
  port 0xa1, 1
  port 0x21, 0xe8
  port 0xa1, 0xbe
  port 0x43, 0x34
  port 0x40, 0x50
  port 0x40, 1
  port 0x3f9, 1
  port 0x70, 0x0b
  port 0x71, 0x42
  port 0x70, 0x0a
  port 0x71, 0x23
  sti
main:
  call disk
  mov ecx, 40
.work:
  rdtsc
  call mix
  in al, 0x40
  call mix
  in al, 0x61
  call mix
  jmp .over_two_pages
  times 4093 - ($ - $$) % 4096 db 0x90
.over_two_pages:
  add eax, 0x12345678
  rol eax, 3
  call mix
  pushad
  call data
  popad
  mov [0xb8000 + ecx * 2], al
  dec ecx
  jnz .work
  cmp dword [ticks], 20
  jae .end
  hlt
  jmp main
.end:
  mov al, [sum]
  mov dx, 0x3f8
  out dx, al
  mov eax, [sum]
  out 0xf4, eax
  hlt
mix:
  pushfd
  cli
  xor eax, [sum]
  rol eax, 7
  add eax, 0x9e3779b9
  mov [sum], eax
  popfd
  ret
; Writes the checksum's sector, then reads it back, by turns.
disk:
  cmp byte [wait_for_disk], 0
  jne .busy
  xor byte [turn], 1
  mov dx, 0x1f2
  mov al, 1
  out dx, al
  inc dx
  mov al, [sum]
  and al, 15
  out dx, al
  inc dx
  mov al, 0
  out dx, al
  inc dx
  out dx, al
  inc dx
  mov al, 0xe0
  out dx, al
  inc dx
  mov byte [wait_for_disk], 1
  mov al, 0x20
  cmp byte [turn], 0
  je .read
  mov al, 0x30
  out dx, al
  mov esi, sum
  mov dx, 0x1f0
  mov ecx, 128
  rep outsd
  ret
.read:
  out dx, al
.busy:
  ret
data:
  push ecx
  cmp byte [turn], 0
  jne .none
  mov dx, 0x3f6
  in al, dx
  test al, 8
  jz .none
  mov edi, buffer
  mov dx, 0x1f0
  mov ecx, 128
  rep insd
  mov eax, [buffer]
  call mix
.none:
  pop ecx
  ret
on_timer:
  push eax
  inc dword [ticks]
  jmp seen
on_key:
  push eax
  in al, 0x60
  call mix
  jmp seen
on_serial:
  push eax
  push edx
  mov dx, 0x3f8
  in al, dx
  out dx, al
  pop edx
  jmp seen
on_clock:
  push eax
  mov al, 0x0c
  out 0x70, al
  in al, 0x71
  call mix
  jmp seen_by_slave
on_disk:
  push eax
  push edx
  mov dx, 0x1f7
  in al, dx
  pop edx
  mov byte [wait_for_disk], 0
seen_by_slave:
  mov al, 0x20
  out 0xa0, al
seen:
  mov al, 0x20
  out 0x20, al
  mov eax, [esp + 4]
  call mix
  pop eax
  iretd
align 8
gdt: dq 0, 0x00cf9b000000ffff, 0x00cf93000000ffff
gdtr: dw 23
  dd gdt
idtr: dw 47 * 8 - 1
  dd idt
align 8
idt:
  times 32 dq 0
  gate on_timer
  gate on_key
  times 2 dq 0
  gate on_serial
  times 3 dq 0
  gate on_clock
  times 5 dq 0
  gate on_disk
wait_for_disk: db 0
turn: db 0
align 4
sum: dd 0
ticks: dd 0
buffer: times 512 db 0
`

export interface BusyMachine { readonly machine: Machine; readonly sent: () => string }

let program: AssembleResult | undefined

/** A machine with the guest, which runs for 20 × 280 µs; it has a disk of 16 sectors. */
export function busyMachine(): BusyMachine {
  program ??= assemble(SOURCE)
  if (!program.ok) throw new Error(program.messages.map(({ line, message }) => `${line}: ${message}`).join('\n'))
  const machine = new Machine({
    memoryMiB: 1, ticksPerSecond: 5_000_000, disks: [new Uint8Array(16 * 512).fill(0xa5), null],
    boot: { kind: 'flat', image: program.image, address: PHYSICAL, entry: PHYSICAL },
  })
  let text = ''
  machine.onSerial = (bytes) => (text += Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
  return { machine, sent: () => text }
}
