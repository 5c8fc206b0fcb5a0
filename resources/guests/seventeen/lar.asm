; LAR: access rights of a segment: type, DPL, present, and whether it is of 32 bits.
; Sensitive: it reads the table that the processor uses, and answers according to CPL; it traps in no ring.

%include 'expect.inc'

start:  begin
        mov dx, CODE
        xor eax, eax
        lar eax, dx
        expect 'code of ring 0', 0xC09B00
        mov dx, DATA
        xor eax, eax
        lar eax, dx
        expect 'data of ring 0', 0xC09300
        mov dx, TSS
        xor eax, eax
        lar eax, dx
        expect 'TSS', 0x8900
        jmp finish

end_of_guest
