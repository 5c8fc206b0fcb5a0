import { assemble } from '../../src/core/machine/assembler/assemble.ts'

/** Sends a text on the serial line, byte by byte, and ends the machine with code 0; in code of 16 or 32 bits. */
const says = (text: string): string => `
  cld
  mov esi, message
.next:
  lodsb
  test al, al
  jz .done
  mov ah, al
  mov dx, 0x3FD
.busy:
  in al, dx
  test al, 0x20
  jz .busy
  mov al, ah
  mov dx, 0x3F8
  out dx, al
  jmp .next
.done:
  mov al, 0
  out 0xF4, al
message: db '${text}', 13, 10, 0
`

/** `header`: the image is a kernel by its multiboot header; else it is a program that some system would have to start. */
export const elfImage = (text: string, header = true): Buffer => built(`bits 32
org 0x100000
file: db 0x7F, 'ELF', 1, 1, 1, 0
  times 8 db 0
  dw 2, 3
  dd 1, start, segment_header - file, 0, 0
  dw 52, 32, 1, 40, 0, 0
segment_header: dd 1, 0, file, file, end - file, end - file, 7, 4096
${header ? '  dd 0x1BADB002, 0, -0x1BADB002' : ''}
start:
${says(text)}
end:
`)

/** A disk of one sector, which the firmware starts in real mode. */
export const bootSector = (text: string): Buffer => built(`bits 16
org 0x7C00
start:
  xor ax, ax
  mov ds, ax
${says(text)}
  times 510 - ($ - $$) db 0
  dw 0xAA55
`)

function built(source: string): Buffer {
  const { ok, image, messages } = assemble(source)
  if (!ok) throw new Error(messages.map(({ line, message }) => `${line}: ${message}`).join('\n'))
  return Buffer.from(image)
}
