; SLDT: which LDT is in use? A kernel that gives each process its own saves it at a switch.
; Sensitive: it stores the processor's register, and traps in no ring.

%include 'expect.inc'

start:  begin
        mov ax, LDT
        lldt ax
        xor eax, eax
        sldt ax
        expect 'with an LDT', LDT
        xor eax, eax
        lldt ax
        dec eax
        sldt ax
        and eax, 0xFFFF
        expect 'without', 0
        jmp finish

end_of_guest
