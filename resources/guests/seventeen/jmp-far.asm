; JMP far: loads CS, as every kernel must after it has loaded a GDT; through a gate, or directly.
; Where the selector came from a program, RPL says from which ring, and the jump is refused where that ring has no right to it.
; Sensitive: DPL and RPL are compared with the processor's CPL, in the table that the processor uses.

%include 'expect.inc'

start:  begin
        mov eax, .inside
        call set_call_gate
        xor eax, eax
        jmp GATE:0
.inside:
        inc eax
        expect 'through a gate for ring 0', 1
        mov edx, [gdt + CODE]           ; a segment for code, made in the table that is in use
        mov [gdt + SPARE], edx
        mov edx, [gdt + CODE + 4]
        mov [gdt + SPARE + 4], edx
        jmp SPARE:.new
.new:   inc eax
        expect 'into a new segment', 2
        jmp CODE:.old
.old:   inc eax
        expect 'and back', 3
        mov eax, 0
        catch .refused1
        jmp (CODE | 1):.refused1
.refused1:
        expect 'fault for own code, on behalf of ring 1', 13
        mov eax, 0
        catch .refused3
        jmp (CODE | 3):.refused3
.refused3:
        expect 'on behalf of ring 3', 13
        jmp finish

end_of_guest
