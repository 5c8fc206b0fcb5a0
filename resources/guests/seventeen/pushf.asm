; PUSHF: are interrupts open? Kernels ask before they close them, to leave them as they were afterwards.
; Sensitive: it pushes the processor's IF and IOPL, and traps in no ring.

%include 'expect.inc'

IOPL equ 3 << 12

start:  begin
        cli
        pushf
        pop eax
        and eax, IF | IOPL
        expect 'IF and IOPL after cli', 0
        sti
        pushf
        pop eax
        and eax, IF | IOPL
        expect 'after sti', IF
        jmp finish

end_of_guest
