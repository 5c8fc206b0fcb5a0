; PUSH of a segment register: on its way in a kernel saves what its caller had.
; Sensitive: the low two bits of CS and SS are the ring that the processor is in; it traps in no ring.

%include 'expect.inc'

start:  begin
        push cs
        pop eax
        and eax, 0xFFFF
        expect 'cs', CODE
        push ss
        pop eax
        and eax, 0xFFFF
        expect 'ss', DATA
        push ds
        pop eax
        and eax, 0xFFFF
        expect 'ds', DATA
        jmp finish

end_of_guest
