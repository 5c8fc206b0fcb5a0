; POPF: closes and opens interrupts again, as at the end of a critical section.
; Sensitive: where CPL > IOPL it keeps IF as it is, and says nothing.

%include 'expect.inc'
%include 'closed.inc'

start:  begin
        call timer_start
        push 2 | IF
        popf
        call interrupts_seen
        expect 'interrupts while open', 1
        push 2
        popf
        call interrupts_seen
        expect 'while closed', 0
        push 2 | IF
        popf
        call interrupts_seen
        expect 'while open again', 1
        jmp finish

end_of_guest
