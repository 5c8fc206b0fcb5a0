; STR: which task state segment is in use? There is one for each processor, and by it a kernel knows on which it runs.
; Sensitive: it stores the processor's register, and traps in no ring.

%include 'expect.inc'

start:  begin
        mov ax, TSS
        ltr ax
        xor eax, eax
        str ax
        expect 'task register', TSS
        jmp finish

end_of_guest
