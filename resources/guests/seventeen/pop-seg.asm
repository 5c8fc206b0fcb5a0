; POP to a segment register: on its way out a kernel takes back what it had saved on its way in. That includes the stack's own segment.
; What a program left there has the program's ring as RPL, and is refused where that ring has no right to it.
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
        mov eax, 0
        catch .refused1
        push DATA | 1
        pop es
.refused1:
        expect 'fault for own data, on behalf of ring 1', 13
        mov eax, 0
        catch .refused3
        push DATA | 3
        pop es
.refused3:
        expect 'on behalf of ring 3', 13
        jmp finish

end_of_guest
