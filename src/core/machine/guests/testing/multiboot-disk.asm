; The first sector of a disk whose second sector begins a multiboot image (of at most 60 KiB): loads it to 64 KiB, enters protected mode with flat
; segments, moves it to where its header says, clears the memory behind it, and enters it. For a machine that has only a BIOS.
bits 16
org 0x7c00
STAGE   equ 0x10000
        cli
        xor ax, ax
        mov ds, ax
        mov ss, ax
        mov sp, 0x7c00
        mov si, packet
        mov ah, 0x42
        int 0x13
        jc $
        cli
        in al, 0x92
        or al, 2
        out 0x92, al                    ; A20
        lgdt [pointer]
        mov eax, cr0
        or al, 1
        mov cr0, eax
        jmp 8:wide
bits 32
wide:   mov ax, 16
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov fs, ax
        mov gs, ax
        cld
        mov esi, STAGE
        mov edi, [STAGE + 16]           ; load address
        mov ecx, [STAGE + 20]
        sub ecx, edi
        rep movsb
        mov ecx, [STAGE + 24]
        sub ecx, edi
        xor eax, eax
        rep stosb
        mov eax, 0x2BADB002
        jmp dword [STAGE + 28]
align 8
gdt:    dq 0, 0x00CF9A000000FFFF, 0x00CF92000000FFFF
pointer: dw 23
        dd gdt
packet: db 16, 0
        dw 120, 0, STAGE >> 4
        dq 1
times 510 - ($ - $$) db 0
        dw 0xAA55
