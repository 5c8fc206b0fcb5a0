import { assemble } from '../../assembler/assemble.ts'
import type { MachineConfig } from '../../board/config.ts'
import { SymbolTable } from '../../inspect/symbols.ts'
import { Recording, type RecordingLimits } from '../recording.ts'

export interface TestProgram { readonly config: MachineConfig; readonly symbols: SymbolTable }

/** A program that is put at 0x8000 of 1 MiB and entered there in ring 0, with its stack below. */
export function programOf(source: string, config: Partial<MachineConfig> = {}): TestProgram {
  const { image, symbols, messages } = assemble(`bits 32\norg 0x8000\n${source}`)
  if (image.length === 0) throw new Error(JSON.stringify(messages))
  return {
    config: { memoryMiB: 1, ticksPerSecond: 1_000_000, boot: { kind: 'flat', image, address: 0x8000, entry: 0x8000, stack: 0x8000 }, ...config },
    symbols: new SymbolTable(symbols),
  }
}

export const record = ({ config }: TestProgram, limits: Partial<RecordingLimits> = {}): Recording => new Recording(config, limits)

/** A timer interrupt about every 80 ticks, an interrupt for each byte typed, which is sent back with a number; now and then the processor halts. */
export const INTERRUPTED = programOf(`
  lgdt [gdtr]
  lidt [idtr]
  jmp 8:here
here:
  mov ax, 16
  mov ds, ax
  mov es, ax
  mov ss, ax
  mov eax, timer
  mov ebx, idt + 0x20 * 8
  call gate
  mov eax, serial
  mov ebx, idt + 0x24 * 8
  call gate
  mov eax, service
  mov ebx, idt + 0x30 * 8
  call gate
  mov al, 0x11
  out 0x20, al
  mov al, 0x20
  out 0x21, al
  mov al, 4
  out 0x21, al
  mov al, 3
  out 0x21, al
  mov al, 0xee
  out 0x21, al
  mov al, 0x34
  out 0x43, al
  mov al, 96
  out 0x40, al
  xor al, al
  out 0x40, al
  mov dx, 0x3f9
  mov al, 1
  out dx, al
  sti
work:
  inc ecx
  mov eax, ecx
  imul eax, eax, 0x9e3779b1
  shr eax, 18
  and eax, 0x7fc
  xor [0x40000 + eax], ecx
  mov edi, 0x50000
  mov [saved], ecx
  mov ecx, 9
  rep stosd
  mov ecx, [saved]
  int 0x30
  test ecx, 15
  jnz work
  hlt
  jmp work
timer:
  push eax
  inc dword [ticks]
  mov eax, [ticks]
  and eax, 0xfff
  add [0x60000 + eax * 4], ecx
  pop eax
  iret
serial:
  pusha
  mov dx, 0x3f8
  in al, dx
  out dx, al
  mov al, [ticks]
  and al, 63
  add al, 48
  out dx, al
  popa
  iret
service:
  inc dword [calls]
  iret
gate:
  mov [ebx], ax
  mov word [ebx + 2], 8
  mov word [ebx + 4], 0x8e00
  shr eax, 16
  mov [ebx + 6], ax
  ret
align 8
gdt: dd 0, 0, 0xffff, 0xcf9a00, 0xffff, 0xcf9200
gdtr: dw 23
  dd gdt
idtr: dw 0x187
  dd idt
saved: dd 0
ticks: dd 0
calls: dd 0
align 8
idt: times 0x188 db 0
`)
