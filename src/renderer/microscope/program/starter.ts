/** What the editor holds before anything was typed: a program that boots, prints and ends. The library's files explain themselves. */
export const STARTER = `; Six times seven: a program of your own. Ctrl+Enter runs it.
; It starts in ring 0, 32-bit protected mode, paging off.

%include 'multiboot.inc'                ; makes the file bootable
%include 'console.inc'                  ; say, print, print_decimal, exit

section .text
start:  mov esp, stack_top
        call console_init

        mov eax, 6
        mov ebx, 7
        mul ebx                         ; edx:eax = eax * ebx
        say 'Six times seven is '
        call print_decimal
        say '.', 10

        mov al, 0                       ; all is well
        jmp exit

section .data
file_end:

section .bss
        resb 4096
stack_top:
memory_end:
`
