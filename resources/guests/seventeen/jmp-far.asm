; JMP far: loads CS, as every kernel must after it has loaded a GDT; through a gate, or directly.
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
        jmp finish

end_of_guest
