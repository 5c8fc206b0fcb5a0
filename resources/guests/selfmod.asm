; selfmod: a program that changes its own instructions while it runs.
;
; To the processor, code is memory like any other. Whoever keeps a copy of code in another form (a decoder's cache, a translation
; cache, a compiled region) must notice every store that makes the copy wrong; each check below is one way to be caught out.
;
; What the manual promises (SDM volume 3, "Handling Self- and Cross-Modifying Code"): a store is seen by later instruction fetches
; at the same linear address. When it went through another linear address, a serializing instruction (here cpuid) must come
; between; after a change of the page tables, invlpg or a new CR3.

%include 'multiboot.inc'
%include 'console.inc'

ALIAS_AREA equ 0x400000                 ; linear addresses that `page_table` maps
FIRST_VIEW equ ALIAS_AREA               ; two views of one page of memory
OTHER_VIEW equ ALIAS_AREA + 0x1000
SWITCHED   equ ALIAS_AREA + 0x2000      ; a view that changes its page

OP_INC_EAX equ 0x40                     ; opcodes that the program writes
OP_DEC_EAX equ 0x48
OP_NOP     equ 0x90
OP_RET     equ 0xC3
OP_MOV_EAX equ 0xB8                     ; followed by 4 bytes of number
OP_ADD_EAX_EAX equ 0xC001               ; two bytes, 01 C0

%macro check 3                          ; check 'text', routine, what it must leave in eax
        say %1
        call %2
        mov ebx, %3
        call judge
%endmacro

start:  mov esp, stack_top
        call console_init
        call paging_on
        check 'the next instruction', next_instruction, 7
        check 'three instructions ahead', ahead, 9
        check 'an instruction of a loop, each time', every_round, 55
        check 'an opcode, each time', opcode, 0
        check 'the distance of a jump', jump, 2
        check 'a routine on another page', other_page, 30
        check 'the second half of an instruction that crosses pages', crossing, 0x00020001
        check 'instructions filled by rep stosb', filled, 3
        check 'a routine copied by rep movsb over an older one', copied, 5
        check 'code made on the spot', compiled, 1024
        check 'through another view of the page', alias, 30
        check 'by changing the page behind the address', switched, 30
        say 10
        mov eax, [passed]
        call print_decimal
        say ' of '
        mov eax, [checks]
        call print_decimal
        say ' checks passed', 10
        cmp eax, [passed]
        setne al                        ; 0 when all is well
        call exit

judge:                                  ; eax: result, ebx: what it must be
        inc dword [checks]
        tab 56
        call print_decimal
        cmp eax, ebx
        je .right
        say ' WRONG, it should be '
        mov eax, ebx
        call print_decimal
        say 10
        ret
.right: inc dword [passed]
        say ' ok', 10
        ret

; ---- In the same page, near by ----

next_instruction:
        mov byte [.changed + 1], 7      ; the number stands behind the opcode
.changed:
        mov eax, 1
        ret

ahead:  mov ecx, 9
        mov [.changed + 1], ecx         ; no jump between here and there: one block to a translator
        xor edx, edx
        inc edx
.changed:
        mov eax, 1
        ret

every_round:                            ; 1 + 2 + … + 10
        xor eax, eax
        mov ecx, 10
.next:  mov [.changed + 2], cl
.changed:
        add eax, byte 0                 ; 83 C0 00
        loop .next
        ret

opcode: mov eax, 0                      ; inc and dec by turns, twenty times
        mov ecx, 20
.next:
.changed:
        inc eax
        xor byte [.changed], OP_INC_EAX ^ OP_DEC_EAX
        loop .next
        ret

jump:   mov byte [.changed + 1], .two - .one
.changed:
        jmp short .one
.one:   mov eax, 1
        ret
.two:   mov eax, 2
        ret

; ---- In other pages ----

other_page:                             ; 10 before the change, 20 after it
        mov edi, code_page
        mov eax, 10
        call write_routine
        call code_page
        mov edx, eax
        mov byte [code_page + 1], 20
        call code_page
        add eax, edx
        ret

crossing:                               ; the opcode and two bytes on one page, two bytes and `ret` on the next
        mov edi, code_page + 4096 - 3
        mov eax, 0x55660001
        call write_routine
        call code_page + 4096 - 3
        mov word [code_page + 4096], 0x0002
        call code_page + 4096 - 3
        ret

filled: mov eax, 0                      ; eight times `inc eax`, of which five become `nop`
        call .changed
        mov edi, .changed
        mov ecx, 5
        mov al, OP_NOP
        rep stosb
        mov eax, 0
.changed:
        times 8 inc eax
        ret

copied: mov esi, .older
        call .over
        mov esi, .newer
        call .over
        ret
.over:  mov edi, code_page
        mov ecx, .end - .newer
        rep movsb
        jmp code_page
.older: mov eax, 4
        ret
.newer: mov eax, 5
        ret
.end:

compiled:                               ; mov eax, 1; ten times add eax, eax; ret
        mov edi, code_page
        mov al, OP_MOV_EAX
        stosb
        mov eax, 1
        stosd
        mov ax, OP_ADD_EAX_EAX
        mov ecx, 10
        rep stosw
        mov al, OP_RET
        stosb
        jmp code_page

; ---- Through page tables ----

alias:  mov edi, FIRST_VIEW
        mov eax, 10
        call write_routine
        mov eax, FIRST_VIEW
        call eax
        mov edx, eax
        mov byte [OTHER_VIEW + 1], 20   ; the same memory, another address
        call serialize
        mov eax, FIRST_VIEW
        call eax
        add eax, edx
        ret

switched:                               ; two pages hold a routine each; one address shows them in turn
        mov edi, code_page
        mov eax, 10
        call write_routine
        mov edi, code_page + 4096
        mov eax, 20
        call write_routine
        mov eax, code_page
        call show
        mov eax, SWITCHED
        call eax
        mov edx, eax
        mov eax, code_page + 4096
        call show
        mov eax, SWITCHED
        call eax
        add eax, edx
        ret

show:   or eax, 3                       ; present, writable
        mov [page_table + 2 * 4], eax
        invlpg [SWITCHED]
        ret

serialize:
        push edx
        xor eax, eax
        cpuid                           ; changes eax, ebx, ecx and edx
        pop edx
        ret

write_routine:                          ; at edi: mov eax, (eax); ret
        mov byte [edi], OP_MOV_EAX
        mov [edi + 1], eax
        mov byte [edi + 5], OP_RET
        ret

paging_on:                              ; 4 MiB as they are, behind them the views
        mov dword [page_directory], 0x83            ; present, writable, 4 MiB
        mov eax, page_table
        or eax, 3
        mov [page_directory + 4], eax
        mov eax, code_page
        or eax, 3
        mov [page_table], eax
        mov [page_table + 4], eax
        mov eax, cr4
        or eax, 1 << 4                              ; PSE: pages of 4 MiB
        mov cr4, eax
        mov eax, page_directory
        mov cr3, eax
        mov eax, cr0
        or eax, 1 << 31
        mov cr0, eax
        ret

section .data
checks: dd 0
passed: dd 0
file_end:

section .bss
alignb 4096
page_directory: resb 4096
page_table:     resb 4096
code_page:      resb 2 * 4096
                resb 4096
stack_top:
memory_end:
