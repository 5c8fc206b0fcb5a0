; A nanobenchmark: one operation, ROUNDS times over, on a small kernel with paging, handlers for faults and a program in ring 3. Run with two numbers of rounds; what the
; further ones cost, less what they cost with nothing in the loop, is the operation. In front of this text are defined:
;
;     ROUNDS     how often
;     OPERATION  one of the names below
;     IN_RING_3  1: a program does it, 0: the kernel

%define NOTHING 0
%define SYSCALL 1
%define IN      2
%define CR_WRITE 3
%define CALL_RET 4
%define PGFAULT 5
%define DIVZERO 6
%define PTEMOD  7
%define RDTSC   8

%include 'multiboot.inc'
%include 'interrupts.inc'

CODE0 equ 0x08
DATA0 equ 0x10
CODE3 equ 0x18 | 3
DATA3 equ 0x20 | 3
TSS   equ 0x28

CALL_KERNEL equ 0x40                    ; vectors of ring 3: a system call that does nothing,
FINISH      equ 0x41                    ; and the end
DIVIDE_ERROR equ 0
PAGE_FAULT   equ 14

ABSENT_PAGE equ 0x1FF000                ; an address with nothing behind it
CHANGED_PAGE equ 0x180000               ; an address whose page-table entry the kernel changes
EXIT_PORT equ 0xF4
DIAGNOSTIC_PORT equ 0x80

%macro loop_of_operation 0
        mov ecx, ROUNDS
%%next:
%if OPERATION == SYSCALL
        int CALL_KERNEL
%elif OPERATION == IN
        in al, DIAGNOSTIC_PORT
%elif OPERATION == CR_WRITE
        mov cr2, eax
%elif OPERATION == CALL_RET
        call empty_routine
%elif OPERATION == PGFAULT
        mov eax, [ABSENT_PAGE]
after_page_fault:
%elif OPERATION == DIVZERO
        div edx                         ; edx is 0
after_division:
%elif OPERATION == PTEMOD
        mov [page_table + (CHANGED_PAGE >> 12) * 4], eax
%elif OPERATION == RDTSC
        rdtsc
%endif
        dec ecx
        jnz %%next
%endmacro

section .text
start:  mov esp, stack_top
        mov eax, tss
        mov [gdt + TSS + 2], ax
        shr eax, 16
        mov [gdt + TSS + 4], al
        lgdt [gdt_pointer]
        jmp CODE0:.reload
.reload:
        mov ax, DATA0
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov ax, TSS
        ltr ax
        gate DIVIDE_ERROR, division, GATE_INTERRUPT
        gate PAGE_FAULT, fault, GATE_INTERRUPT
        gate CALL_KERNEL, system_call, GATE_INTERRUPT | GATE_FOR_USERS
        gate FINISH, finish, GATE_INTERRUPT | GATE_FOR_USERS
        lidt [idt_pointer]
        call paging_init
        mov eax, CHANGED_PAGE | 7
        xor edx, edx
%if IN_RING_3
        push DATA3                      ; as if a program had called: it goes on in ring 3
        push stack3_top
        push 0x202
        push CODE3
        push program
        iret
program:
        mov cx, DATA3
        mov ds, cx
        mov es, cx
        loop_of_operation
        int FINISH
%else
        loop_of_operation
        jmp finish
%endif

empty_routine:
        ret

system_call:
        iret

division:                               ; goes on behind the division
        add dword [esp], 2
        iret

fault:  add dword [esp + 4], 5          ; goes on behind the access
        add esp, 4                      ; the error code
        iret

finish: xor eax, eax
        out EXIT_PORT, al
        hlt

paging_init:                            ; the first 4 MiB at their own addresses, open to ring 3, but for one page
        mov edi, page_table
        mov eax, 7
.next:  mov [edi], eax
        add eax, 0x1000
        add edi, 4
        cmp edi, page_table + 0x1000
        jb .next
        mov dword [page_table + (ABSENT_PAGE >> 12) * 4], 0
        mov dword [page_directory], page_table + 7
        mov eax, page_directory
        mov cr3, eax
        mov eax, cr0
        or eax, 1 << 31
        mov cr0, eax
        ret

section .data
align 8
gdt:    dq 0
        dq 0x00CF9A000000FFFF           ; 08 code of ring 0
        dq 0x00CF92000000FFFF           ; 10 data of ring 0
        dq 0x00CFFA000000FFFF           ; 18 code of ring 3
        dq 0x00CFF2000000FFFF           ; 20 data of ring 3
        dq 0x0000890000000067           ; 28 task state segment; its base is put in at the start
gdt_pointer:
        dw $ - gdt - 1
        dd gdt
align 4
tss:    dd 0, stack_top, DATA0
        times 22 dd 0
        dw 0, 0x68
file_end:

section .bss
alignb 4096
page_directory: resb 4096
page_table:     resb 4096
stack:          resb 4096
stack_top:
stack3:         resb 4096
stack3_top:
memory_end:
