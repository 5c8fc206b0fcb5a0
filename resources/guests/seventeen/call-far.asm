; CALL far: into another segment, or through a gate.
; Sensitive: it pushes CS with the ring that the processor is in, and a gate for ring 0 is closed to others.

%include 'expect.inc'

start:  begin
        mov eax, caller
        call set_call_gate
        call CODE:caller
        expect 'cs on the stack, called directly', CODE
        call GATE:0
        expect 'through a gate', CODE
        jmp finish

caller: mov eax, [esp + 4]
        and eax, 0xFFFF
        retf

end_of_guest
