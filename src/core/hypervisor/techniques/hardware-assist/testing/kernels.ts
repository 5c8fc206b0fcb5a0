/**
 * A small kernel around `body`: flat segments, gates for #DB, #UD, #NP, #PF, the timer (0x28) and 0x80. Each handler makes the stack good again and goes on at the address in
 * `resume`. The timer is set, and masked until somebody opens it. `done` ends the machine.
 */
export const kernelAround = (body: string): string => `
bits 32
org 0x100000
header: dd 0x1BADB002, 0x10000, -(0x1BADB002 + 0x10000), header, header, file_end, memory_end, start
gdt:    dq 0, 0x00CF9B000000FFFF, 0x00CF93000000FFFF
gdt_pointer: dw 23
        dd gdt
idt_pointer: dw 0x7FF
        dd 0x170000
resume: dd 0
count:  dd 0
tick:   mov al, 0x20
        out 0x20, al
again:  mov esp, 0x190000
        inc dword [count]
        jmp [resume]
set:    mov ebx, ecx
        and ebx, 0xFFFF
        or ebx, 0x80000
        mov [0x170000 + eax * 8], ebx
        mov ebx, ecx
        and ebx, 0xFFFF0000
        or ebx, 0x8E00
        mov [0x170000 + eax * 8 + 4], ebx
        ret
start:  mov esp, 0x190000
        lgdt [gdt_pointer]
        jmp 8:.flat
.flat:  mov ax, 0x10
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov ecx, again
        mov eax, 1
        call set
        mov eax, 6
        call set
        mov eax, 11
        call set
        mov eax, 14
        call set
        mov eax, 0x80
        call set
        mov ecx, tick
        mov eax, 0x28
        call set
        lidt [idt_pointer]
        mov al, 0x11
        out 0x20, al
        mov al, 0x28
        out 0x21, al
        mov al, 4
        out 0x21, al
        mov al, 1
        out 0x21, al
        mov al, 0xFE
        out 0x21, al
        mov al, 0x34
        out 0x43, al
        mov al, 60
        out 0x40, al
        mov al, 0
        out 0x40, al
${body}
done:   mov al, 0
        out 0xf4, al
        hlt
file_end:
memory_end:
`

/** Large pages one to one, but for the addresses from 1 GiB on: 4 MiB of what comes behind 8 MiB of RAM. */
export const PAGING = `
        mov edi, 0x180000
        mov eax, 0x83
        mov ecx, 1024
.entry: stosd
        add eax, 0x400000
        loop .entry
        mov dword [0x180000 + 0x400], 0x800083
        mov eax, 0x180000
        mov cr3, eax
        mov eax, cr4
        or eax, 0x10
        mov cr4, eax
        mov eax, cr0
        or eax, 0x80010000
        mov cr0, eax
`
