; SMSW: the low half of CR0. A kernel that saves the coprocessor's registers only when they are needed sets TS at each switch, and looks.
; Sensitive: it shows the processor's CR0, and traps in no ring.

%include 'expect.inc'

PE equ 1                                ; protected mode
TS equ 8                                ; task switched: the next use of the coprocessor traps

start:  begin
        set_ts
        smsw eax
        and eax, 0xF
        expect 'PE, MP, EM, TS after a switch', PE | TS
        clts
        smsw eax
        and eax, 0xF
        expect 'after clts', PE
        jmp finish

end_of_guest
