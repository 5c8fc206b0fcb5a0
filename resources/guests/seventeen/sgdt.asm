; SGDT: where is the GDT? A kernel that has just loaded the register asks what it holds.
; Sensitive: it stores the processor's register, and traps in no ring.

%include 'expect.inc'

start:  begin
        sgdt [stored]
        mov eax, [stored + 2]
        expect 'base', gdt
        movzx eax, word [stored]
        expect 'limit', gdt_end - gdt - 1
        jmp finish

section .bss
stored: resb 6
end_of_guest
