; LSL: the limit of a segment.
; Sensitive: it reads the table that the processor uses, where a monitor must keep a place for itself, and answers according to CPL; it traps in no ring.

%include 'expect.inc'

start:  begin
        mov dx, DATA
        xor eax, eax
        lsl eax, dx
        expect 'data of ring 0', 0xFFFFFFFF
        mov dx, TSS
        xor eax, eax
        lsl eax, dx
        expect 'TSS', 104 - 1
        mov dx, LDT
        xor eax, eax
        lsl eax, dx
        expect 'LDT', 2 * 8 - 1
        jmp finish

end_of_guest
