; POP to a segment register: on its way out a kernel takes back what it had saved on its way in. That includes the stack's own segment.
; Sensitive: DPL and RPL are compared with the processor's CPL, and the descriptor is marked as accessed where the processor found it.

%include 'expect.inc'

start:  begin
        push NEW_DATA
        pop es
        movzx eax, byte [gdt + NEW_DATA + 5]
        and eax, ACCESSED
        expect 'accessed, after it was loaded', ACCESSED
        mov eax, [es:gdt + DATA]
        expect 'read through it', 0x0000FFFF
        push DATA
        pop ss
        push 0x1234
        pop eax
        expect 'through a stack of ring 0', 0x1234
        jmp finish

end_of_guest
