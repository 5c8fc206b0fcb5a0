; VERR, VERW: may this selector be read, may it be written? A kernel asks before it uses what a program gave it, with the program's ring as RPL.
; Sensitive: the answer depends on CPL and on the table that the processor uses; they trap in no ring.

%include 'expect.inc'

start:  begin
        xor eax, eax
        mov dx, DATA
        verr dx
        setz al
        expect 'own data, read', 1
        verw dx
        setz al
        expect 'own data, written', 1
        mov dx, CODE
        verw dx
        setz al
        expect 'own code, written', 0
        mov dx, DATA | 3
        verr dx
        setz al
        expect 'own data, read on behalf of ring 3', 0
        mov dx, DATA | 1
        verr dx
        setz al
        expect 'own data, read on behalf of ring 1', 0
        jmp finish

end_of_guest
