import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { assemble } from '../../assembler/assemble.ts'

/** NASM source as a disk's first sector. */
export const bootSector = (source: string): Uint8Array => assembled(`${source}\n${SIGNATURE}`)

const SIGNATURE = 'times 510 - ($ - $$) db 0\ndw 0xAA55\n'

/** Of code that begins at 0x7C00. */
function assembled(source: string): Uint8Array {
  const { image, messages, ok } = assemble(`bits 16\norg 0x7C00\n${source}`)
  if (!ok) throw new Error(messages.map(({ line, message }) => `${line}: ${message}`).join('\n'))
  return image
}

/** A disk of 20 MiB with these sectors; all others hold their own number in their first four bytes. */
function disk(...sectors: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(20 << 20)
  const view = new DataView(bytes.buffer)
  for (let at = 0; at < bytes.length; at += 512) view.setUint32(at, at / 512, true)
  sectors.forEach((sector, n) => bytes.set(sector, n * 512))
  return bytes
}

/** What a boot sector of this disk sends on the serial line of the genuine QEMU. */
export function qemuSerial(image: Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), 'boot-'))
  try {
    const file = join(folder, 'disk')
    writeFileSync(file, image)
    const { stdout, stderr } = spawnSync('qemu-system-i386', [
      '-drive', `file=${file},format=raw,if=ide,index=0`, '-m', '32', '-display', 'none', '-serial', 'stdio', '-no-reboot', '-nic', 'none',
      '-device', 'isa-debug-exit,iobase=0xf4,iosize=0x04', '-icount', 'shift=3,sleep=off',
    ], { timeout: 50_000, input: '' })
    if (stderr.length > 0) throw new Error(stderr.toString('latin1'))
    return stdout.toString('latin1')
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Opens A20 through the keyboard controller, enters protected mode, and loads the ELF file behind it by PIO, as teaching systems' boot sectors do. */
export const XV6_STYLE = (): Uint8Array => disk(bootSector(`
  cli
  xor ax, ax
  mov ds, ax
  mov es, ax
  mov ss, ax
.free1:
  in al, 0x64
  test al, 2
  jnz .free1
  mov al, 0xD1
  out 0x64, al
.free2:
  in al, 0x64
  test al, 2
  jnz .free2
  mov al, 0xDF
  out 0x60, al
  lgdt [gdtr]
  mov eax, cr0
  or al, 1
  mov cr0, eax
  jmp 8:wide
bits 32
wide:
  mov ax, 16
  mov ds, ax
  mov es, ax
  mov ss, ax
  mov esp, 0x7C00
  mov edi, 0x10000
  mov ebx, 1
  mov ecx, 8
.header:
  call sector
  loop .header
  mov esi, 0x10000
  cmp dword [esi], 0x464C457F
  jne $
  mov ebp, esi
  add ebp, [esi + 28]
  mov edi, [ebp + 12]
  mov ebx, [ebp + 4]
  shr ebx, 9
  inc ebx
  mov ecx, [ebp + 16]
  add ecx, 511
  shr ecx, 9
.load:
  call sector
  loop .load
  call [0x10000 + 24]
  hlt
; Sector EBX to EDI; both go on.
sector:
  push ecx
  mov dx, 0x1F7
.ready:
  in al, dx
  and al, 0xC0
  cmp al, 0x40
  jne .ready
  mov dx, 0x1F2
  mov al, 1
  out dx, al
  inc edx
  mov eax, ebx
  out dx, al
  inc edx
  shr eax, 8
  out dx, al
  inc edx
  shr eax, 8
  out dx, al
  inc edx
  shr eax, 8
  or al, 0xE0
  out dx, al
  inc edx
  mov al, 0x20
  out dx, al
.data:
  in al, dx
  and al, 0xC0
  cmp al, 0x40
  jne .data
  mov dx, 0x1F0
  mov ecx, 128
  cld
  rep insd
  inc ebx
  pop ecx
  ret
align 4
gdt: dq 0, 0x00cf9a000000ffff, 0x00cf92000000ffff
gdtr: dw 23
  dd gdt
`), elf())

/** An ELF file with one segment, at offset 512 for 1 MiB. */
function elf(): Uint8Array {
  const { image } = assemble(`
bits 32
org 0x100000
start:
  mov esi, text
  mov ecx, 7
  mov dx, 0x3F8
  rep outsb
  mov al, 9
  out 0xF4, al
  hlt
times 1000 db 0x90
text: db 'kernel', 10
`)
  const file = new Uint8Array(512 + image.length)
  const view = new DataView(file.buffer)
  const words = [0x464c_457f, 0x0101_01, 0, 0, 0x3_0002, 1, 0x10_0000, 52, 0, 0, 0x20_0034, 1, 0]
  words.forEach((word, n) => view.setUint32(n * 4, word, true))
  const header = [1, 512, 0x10_0000, 0x10_0000, image.length, image.length, 7, 512]
  header.forEach((word, n) => view.setUint32(52 + n * 4, word, true))
  file.set(image, 512)
  return file
}

/** Calls what firmware offers, and says on the serial line what came back; its second part is read by the first. */
export const SERVICES = (): Uint8Array => disk(assembled(`
  jmp 0:start
start:
  mov [drive], dl
  xor ax, ax
  mov ds, ax
  mov es, ax
  mov si, greeting
.letter:
  lodsb
  test al, al
  jz .said
  mov ah, 0x0E
  xor bx, bx
  int 0x10
  jmp .letter
.said:
  mov ax, 0x0201
  mov bx, 0x7E00
  mov cx, 2
  mov dh, 0
  mov dl, [drive]
  int 0x13
  pushf
  call word_out
  pop ax
  and ax, 1
  call word_out
  mov ax, 0x0202
  mov bx, 0x8000
  mov cx, 3
  mov dh, 0
  mov dl, [drive]
  int 0x13
  jmp 0x7E00
greeting: db 'on the screen', 13, 10, 'ab', 8, 'c', 0
drive: db 0
; AX in hexadecimal and a space.
word_out:
  pusha
  mov cx, 4
  mov bx, ax
.digit:
  rol bx, 4
  mov al, bl
  and al, 15
  add al, '0'
  cmp al, '9'
  jbe .put
  add al, 7
.put:
  call byte_out
  loop .digit
  mov al, ' '
  call byte_out
  popa
  ret
line_out:
  push ax
  mov al, 10
  call byte_out
  pop ax
  ret
byte_out:
  push dx
  mov dx, 0x3F8
  out dx, al
  pop dx
  ret
; AX, BX, CX, DX, carry
all_out:
  pushf
  call word_out
  push ax
  mov ax, bx
  call word_out
  mov ax, cx
  call word_out
  mov ax, dx
  call word_out
  pop ax
  popf
  push ax
  setc al
  mov ah, 0
  call word_out
  pop ax
  jmp line_out
${SIGNATURE}
second:
  call line_out
  xor cx, cx
  xor dx, dx
  mov ax, 0x0041
  mov bx, 0x55AA
  mov ah, 0x41
  mov dl, [drive]
  int 0x13
  and cx, 1
  mov ax, 0
  mov dx, 0
  call all_out
  mov ah, 8
  mov dl, [drive]
  mov bx, 0
  mov di, 0
  int 0x13
  mov bx, 0
  mov ax, 0
  call all_out
  ; cylinder 1, head 2, sector 3: across a segment's end
  mov ax, 0x0203
  mov bx, 0xFE00
  mov cx, 0x0103
  mov dh, 2
  mov dl, [drive]
  int 0x13
  mov bx, [0xFE00]
  push word 0x1000
  pop fs
  mov cx, [fs:0]
  mov dx, [fs:0x200]
  call all_out
  mov ah, 0x42
  mov si, packet
  mov dl, [drive]
  int 0x13
  mov al, 0
  mov bx, [0x9000]
  mov cx, [0x9200]
  mov dx, [packet + 2]
  call all_out
  mov ah, 0x42
  mov dword [packet + 8], 0x7FFFFFF
  mov si, packet
  mov dl, [drive]
  int 0x13
  mov al, 0
  mov bx, 0
  mov cx, 0
  mov dx, 0
  call all_out
  ; written and read again
  mov word [0x9000], 0x1234
  mov ax, 0x0301
  mov bx, 0x9000
  mov cx, 0x0105
  mov dh, 0
  mov dl, [drive]
  int 0x13
  mov word [0x9000], 0
  mov ax, 0x0201
  int 0x13
  mov bx, [0x9000]
  call all_out
  mov ah, 2
  mov al, 1
  mov dl, 0x85
  int 0x13
  mov bx, 0
  call all_out
  int 0x12
  call word_out
  call line_out
  mov ax, 0xEC00
  stc
  int 0x15
  mov bx, 0
  mov cx, 0
  mov dx, 0
  mov al, 0
  call all_out
  jmp third
packet: db 16, 0
  dw 2, 0x9000, 0
  dq 40000
third:
  xor ebx, ebx
  mov di, 0x9000
  mov eax, 0xE820
  mov ecx, 20
  mov edx, 0x534D4150
  int 0x15
  setc dl
  mov dh, 0
  push dx
  mov edx, eax
  shr edx, 16
  pop cx
  call all_out
  mov ax, [0x9000]
  mov bx, [0x9008]
  mov cx, [0x900A]
  mov dx, [0x9010]
  call all_out
  ; the time goes on
  mov ah, 0
  int 0x1A
  mov bx, dx
.later:
  mov ah, 0
  int 0x1A
  cmp dx, bx
  je .later
  mov al, '!'
  call byte_out
  mov ah, 1
  int 0x16
  setz al
  mov ah, 0
  call word_out
  mov ah, 3
  mov bh, 0
  int 0x10
  mov ax, dx
  mov ah, 0
  call word_out
  call line_out
  mov al, 9
  out 0xF4, al
  hlt
times 2048 - ($ - $$) db 0
`))
