; POPF: closes and opens interrupts again, as at the end of a critical section.
; Sensitive: where CPL > IOPL it keeps IF as it is, and says nothing.

%include 'expect.inc'
%include 'closed.inc'

start:  begin
        call timer_start
        sti
        push 2
        popf
        call interrupts_seen
        expect 'interrupts after a popf that closes them', 0
        cli
        push 2 | IF
        popf
        call interrupts_seen
        expect 'after one that opens them', 1
        jmp finish

end_of_guest
