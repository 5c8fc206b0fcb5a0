; The five loops of the benchmark, and the frame in which they and the compiled kernels run: a multiboot image for 0x100000, rounds without end.
; Each loop writes its letter to COM1, works, writes its checksum as eight hexadecimal digits and a line feed. Built with kernels.c by build.mjs.
bits 32
extern kernel_sort, kernel_crc, kernel_matrix, kernel_hash, kernel_bytecode
global start

COM1    equ 0x3f8
MAGIC   equ 0x1badb002
FIELDS  equ 0x10000             ; the header says where things go
TABLES  equ 0x400000            ; page directory, then four tables: 16 MiB one to one
SIEVE   equ 0x500000
SOURCE    equ 0x700000
TARGET      equ 0x720000

section .text
header: dd MAGIC, FIELDS, -(MAGIC + FIELDS), header, header, 0, 0, start

start:
        cli
        mov esp, stack0
        lgdt [gdt_pointer]
        lidt [idt_pointer]
        jmp 8:.flat
.flat:  mov eax, 0x10
        mov ds, eax
        mov es, eax
        mov ss, eax
        mov fs, eax
        mov gs, eax
        mov eax, tss            ; the TSS's base, in pieces, into its descriptor
        mov [gdt.tss + 2], ax
        shr eax, 16
        mov [gdt.tss + 4], al
        mov eax, crossing       ; and the gate's offset
        mov [idt + 0x80 * 8], ax
        shr eax, 16
        mov [idt + 0x80 * 8 + 6], ax
        mov dword [idt + 0x80 * 8 + 2], 0xee000008
        mov word [idt + 0x80 * 8 + 4], 0xee00
        mov ax, 0x28
        ltr ax

        mov edi, TABLES         ; paging: user, writable, present
        mov eax, TABLES + 0x1007
        mov ecx, 4
.pde:   stosd
        add eax, 0x1000
        loop .pde
        mov edi, TABLES + 0x1000
        mov eax, 7
        mov ecx, 4096
.pte:   stosd
        add eax, 0x1000
        loop .pte
        mov eax, TABLES
        mov cr3, eax

rounds:
        mov al, 'A'
        mov ebx, alu
        call frame
        mov eax, cr0            ; from here on with paging
        or eax, 0x80000000
        mov cr0, eax
        mov al, 'B'
        mov ebx, sieve
        call frame
        mov al, 'C'
        mov ebx, recursion
        call frame
        mov al, 'D'
        mov ebx, copy
        call frame
        mov al, 'E'
        mov ebx, rings
        call frame
        mov al, 's'
        mov ebx, kernel_sort
        call frame
        mov al, 'c'
        mov ebx, kernel_crc
        call frame
        mov al, 'm'
        mov ebx, kernel_matrix
        call frame
        mov al, 'h'
        mov ebx, kernel_hash
        call frame
        mov al, 'b'
        mov ebx, kernel_bytecode
        call frame
        mov eax, cr0
        and eax, 0x7fffffff
        mov cr0, eax
        jmp rounds

; al: letter, ebx: what to call; it returns its checksum in eax
frame:
        mov dx, COM1
        out dx, al
        call ebx
        mov ebx, eax
        mov ecx, 8
        mov dx, COM1
.digit: rol ebx, 4
        mov eax, ebx
        and eax, 15
        mov al, [digits + eax]
        out dx, al
        loop .digit
        mov al, 10
        out dx, al
        ret

; A: arithmetic between registers, 11 instructions a turn
align 16
alu:
        mov eax, 1
        mov ebx, 0x12345678
        mov esi, 7
        mov edi, 0
        mov ebp, 99
        mov edx, 3
        mov ecx, 1000000
.turn:  add eax, ebx
        xor edx, eax
        rol ebx, 5
        lea esi, [eax + edx * 4 + 7]
        sub edi, esi
        adc ebp, 0
        shr eax, 3
        imul edx, edx, 1103515245
        xor eax, edi
        dec ecx
        jnz .turn
        add eax, ebp
        ret

; B: sieve of 2^20 bytes, the primes counted
sieve:
        mov edi, SIEVE
        mov ecx, 0x100000 / 4
        mov eax, 0x01010101
        rep stosd
        mov esi, 2
.next:  cmp byte [SIEVE + esi], 0
        je .skip
        mov eax, esi
        imul eax, esi
        jmp .check
.cross: mov byte [SIEVE + eax], 0
        add eax, esi
.check: cmp eax, 0x100000
        jb .cross
.skip:  inc esi
        cmp esi, 1024
        jb .next
        xor eax, eax
        mov esi, 2
.count: movzx edx, byte [SIEVE + esi]
        add eax, edx
        inc esi
        cmp esi, 0x100000
        jb .count
        ret

; C: fib(25) by call, ret, push and pop
recursion:
        mov eax, 25
fib:
        cmp eax, 2
        jb .leaf
        push eax
        dec eax
        call fib
        pop edx
        push eax
        lea eax, [edx - 2]
        call fib
        pop edx
        add eax, edx
.leaf:  ret

; D: 1,000 copies of 64 KiB
copy:
        mov edi, SOURCE
        mov ecx, 0x4000
        mov eax, 0x01234567
.fill:  stosd
        imul eax, eax, 1103515245
        add eax, 12345
        loop .fill
        mov ebx, 1000
.again: mov esi, SOURCE
        mov edi, TARGET
        mov ecx, 0x4000
        rep movsd
        inc dword [SOURCE]
        dec ebx
        jnz .again
        mov eax, [TARGET]
        xor eax, [TARGET + 0xfffc]
        ret

; E: 20,000 times from ring 3 through int 0x80 and back
rings:
        mov dword [calls], 0
        mov [tss + 4], esp
        push dword 0x23
        push dword stack3
        push dword 2
        push dword 0x1b
        push dword .user
        mov eax, 0x23
        mov ds, eax
        mov es, eax
        iret
.user:  mov ecx, 20000
.turn:  int 0x80
        dec ecx
        jnz .turn
        mov eax, 0xffffffff     ; asks to be let back into ring 0
        int 0x80

crossing:
        cmp eax, 0xffffffff
        je .out
        push ds
        push es
        pusha
        mov eax, 0x10
        mov ds, eax
        mov es, eax
        inc dword [calls]
        popa
        pop es
        pop ds
        iret
.out:   mov eax, 0x10
        mov ds, eax
        mov es, eax
        mov esp, [tss + 4]
        mov eax, [calls]
        ret

section .data
digits: db '0123456789abcdef'
calls:  dd 0
align 8
gdt:    dq 0, 0x00cf9a000000ffff, 0x00cf92000000ffff, 0x00cffa000000ffff, 0x00cff2000000ffff
.tss:   dq 0x0000890000000067
gdt_pointer: dw 47
        dd gdt
idt_pointer: dw 0x80 * 8 + 7
        dd idt
align 8
idt:    times 0x81 dq 0
tss:    dd 0, 0, 0x10
        times 22 dd 0
        dw 0, 104
        times 1024 dd 0
stack0: times 1024 dd 0
stack3:
