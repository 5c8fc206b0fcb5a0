; INT n: calls through the IDT. Kernels use a few vectors among themselves: gates that only ring 0 may use.
; Sensitive: it goes through the processor's IDT, compares the gate's DPL with CPL, and pushes CS and EFLAGS as they are.

%include 'expect.inc'

SERVICE equ 0x30

start:  begin
        gate SERVICE, service, GATE_INTERRUPT
        cli
        xor ebx, ebx
        int SERVICE
        mov eax, ebx
        expect 'times that the handler ran', 1
        movzx eax, cx
        expect 'cs in its frame', CODE
        mov eax, edx
        and eax, IF
        expect 'IF in its frame, closed', 0
        sti
        int SERVICE
        cli
        mov eax, edx
        and eax, IF
        expect 'IF in its frame, open', IF
        jmp finish

service:
        inc ebx
        mov ecx, [esp + 4]
        mov edx, [esp + 8]
        iret

end_of_guest
