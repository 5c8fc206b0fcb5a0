; RET far, IRET: back to where a frame says, with its CS, and for IRET with its EFLAGS.
; Sensitive: RPL is compared with CPL; where CPL > IOPL, IRET keeps IF as it is, and says nothing.

%include 'expect.inc'
%include 'closed.inc'

%macro return_with 1                    ; return_with EFLAGS: as an interrupt handler returns
        push %1
        push cs
        push %%there
        iret
%%there:
%endmacro

start:  begin
        mov eax, 1
        push CODE
        push .there
        retf
        mov eax, 2
.there: expect 'retf to ring 0', 1
        call timer_start
        sti
        return_with 2
        call interrupts_seen
        expect 'interrupts after an iret that closes them', 0
        cli
        return_with 2 | IF
        call interrupts_seen
        expect 'after one that opens them', 1
        jmp finish

end_of_guest
