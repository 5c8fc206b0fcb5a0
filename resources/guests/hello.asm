; hello: the shortest program that boots a PC.
;
; A boot loader looks in the first 8 KiB of a file for a multiboot header, copies the file to the address that the header names,
; and jumps to its entry: 32-bit protected mode, paging off, flat segments, interrupts closed. From there on the machine is ours
; alone. No operating system answers, so even a letter is sent by talking to the serial port's registers.
;
; Build: nasm -f bin hello.asm -o hello          Run: qemu-system-i386 -kernel hello -display none -serial stdio
;        (add -device isa-debug-exit,iobase=0xf4,iosize=0x04 and QEMU ends when the program says so)

bits 32
org 0x100000                            ; where the file will lie: 1 MiB, above the BIOS area

MAGIC      equ 0x1BADB002               ; "this is a multiboot header"
FLAGS      equ 1 << 16                  ; bit 16: addresses are given below, so no linker has to make an ELF file
COM1       equ 0x3F8                    ; the first serial port: data register, other registers follow it
LINE_STATE equ COM1 + 5                 ; line status register; bit 5: the transmitter can take a byte
EXIT_PORT  equ 0xF4                     ; the debug exit device: what is written here ends the machine

header: dd MAGIC, FLAGS, -(MAGIC + FLAGS)   ; the three add up to 0
        dd header, header, file_end, memory_end, start

start:  mov esp, stack_top              ; the loader promises no stack
        mov esi, greeting

.next:  lodsb                           ; al = [esi], esi = esi + 1
        test al, al
        jz .end                         ; a zero byte ends the text
        call send
        jmp .next

.end:   mov al, 0
        out EXIT_PORT, al
        cli                             ; without that device: sleep, with nothing left that could wake us
.sleep: hlt
        jmp .sleep

send:   mov ah, al                      ; the byte in AL goes out on the serial line
        mov dx, LINE_STATE
.busy:  in al, dx
        test al, 1 << 5
        jz .busy                        ; the byte before is still on its way
        mov al, ah
        mov dx, COM1
        out dx, al
        ret

greeting: db 'Hello from a computer of glass.', 13, 10, 0
file_end:

section .bss                            ; memory that the loader clears, not stored in the file
stack:  resb 4096
stack_top:
memory_end:
