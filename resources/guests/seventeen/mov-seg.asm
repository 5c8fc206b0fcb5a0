; MOV to and from a segment register. A handler looks at CS to see whether it interrupted the kernel, and loads segments of its own.
; Sensitive: reading CS or SS shows the ring; loading compares DPL and RPL with the processor's CPL. Reading traps in no ring.

%include 'expect.inc'

start:  begin
        mov eax, cs
        expect 'cs', CODE
        mov eax, ss
        expect 'ss', DATA
        mov ax, USER_DATA
        mov es, ax
        mov ax, NEW_DATA
        mov es, ax
        movzx eax, byte [gdt + NEW_DATA + 5]
        and eax, ACCESSED
        expect 'accessed, after it was loaded', ACCESSED
        mov ax, DATA
        mov ss, ax
        push 0x1234
        pop eax
        expect 'through a stack of ring 0', 0x1234
        jmp finish

end_of_guest
