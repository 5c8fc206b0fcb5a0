; SIDT: where is the IDT? There is one register for each processor, so a monitor that runs has its own in it.
; Sensitive: it stores the processor's register, and traps in no ring.

%include 'expect.inc'

start:  begin
        sidt [stored]
        mov eax, [stored + 2]
        expect 'base', idt
        movzx eax, word [stored]
        expect 'limit', 256 * 8 - 1
        jmp finish

section .bss
stored: resb 6
end_of_guest
