; windows-like: a system as its maker sold it: it runs as it is, or not at all.
;
; Its licence does not let anybody change it, so it seals its own code with a checksum, and looks at the seal when it starts and again
; and again while it runs. It also takes for granted that it owns the machine: it uses privileged and sensitive instructions as it
; likes, and stops with a stop code when one of them does not do what the processor's manual says.
;
; Bare metal and hardware-assisted virtualization run it. Binary translation runs it, because it shows a guest its own bytes. Trap and
; emulate runs it into a stop (`mov ax, cs` shows the wrong ring, `popf` loses a flag). Paravirtualization would have to change it.

%include 'multiboot.inc'

section .text
sealed:                                 ; everything that follows, to the end of .text

%include 'console.inc'
%include 'interrupts.inc'

SEAL equ 0x10A39BE1                     ; what the maker's build computed over `sealed` to `sealed_end`

SCREEN  equ 0xB8000
BOOT    equ 0x1F00                      ; white on blue
STOP    equ 0x4F00                      ; white on red
IF      equ 1 << 9
TSS     equ 0x18
STEPS   equ 8                           ; of the boot screen

STOP_SEAL  equ 0x01                     ; stop codes
STOP_RING  equ 0x02
STOP_FLAGS equ 0x03
STOP_TABLE equ 0x04
STOP_TASK  equ 0x05
STOP_CLOCK equ 0x06

section .text
start:  mov esp, stack_top
        call console_init
        mov eax, BOOT | ' '
        call clear_screen               ; keeps the colours in ah
        mov esi, title
        mov edi, SCREEN + (9 * 80 + 26) * 2
        call show
        say 'Casement 3.1', 10
        call check_seal
        call check_seal_again
        say 'The seal is whole.', 10
        call machine_init
        call check_ring
        call check_tables
        call check_task
        call check_flags
        say 'The machine is ours.', 10

        mov ecx, STEPS                  ; the boot screen: one square more each time, and all checks again
.step:  mov edi, SCREEN + (12 * 80 + 32 + STEPS * 2) * 2
        mov eax, ecx
        shl eax, 2
        sub edi, eax
        mov word [edi], BOOT | 0xFE     ; a small square
        mov eax, [ticks]
        add eax, 2
        sti
.wait:  hlt
        cmp [ticks], eax
        jb .wait
        cli
        call check_seal
        call check_ring
        call check_tables
        call check_task
        call check_flags
        call check_seal_again
        loop .step

        say 'Casement is ready.', 10
        mov eax, BOOT
        mov esi, ready
        mov edi, SCREEN + (15 * 80 + 31) * 2
        call show
        mov al, 0
        call exit

machine_init:
        mov eax, tss
        mov [gdt + TSS + 2], ax         ; a descriptor keeps its base in three places
        shr eax, 16
        mov [gdt + TSS + 4], al
        mov [gdt + TSS + 7], ah
        lgdt [gdt_pointer]
        jmp 8:.reload
.reload:
        mov ax, 16
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov ax, TSS
        ltr ax
        gate FIRST_IRQ, timer, GATE_INTERRUPT
        lidt [idt_pointer]
        mov ax, 0xFFFE                  ; only the timer's line is open
        call pic_init
        mov eax, 1000
        call timer_init
        ret

timer:  push eax
        inc dword [ticks]
        mov al, 0x20                    ; end of interrupt
        out PIC1, al
        pop eax
        iret

; ---- Checks: each returns, or stops the machine ----

%macro seal_check 0
        push esi
        push ecx
        mov esi, sealed
        mov ecx, sealed_end - sealed
        xor edx, edx
%%next: movzx eax, byte [esi]
        inc esi
        rol edx, 5                      ; the order of the bytes counts, too
        xor edx, eax
        loop %%next
        pop ecx
        pop esi
        cmp edx, [seal]
        mov al, STOP_SEAL
        jne stop
        ret
%endmacro

check_seal:                             ; twice, so that each guards the other
        seal_check
check_seal_again:
        seal_check

check_ring:                             ; the low two bits of CS are the ring we run in
        mov ax, cs
        test al, 3
        mov al, STOP_RING
        jnz stop
        ret

check_tables:                           ; the processor uses the tables that we gave it
        sgdt [scratch]
        mov eax, [scratch + 2]
        cmp eax, gdt
        mov al, STOP_TABLE
        jne stop
        sidt [scratch]
        mov eax, [scratch + 2]
        cmp eax, idt
        mov al, STOP_TABLE
        jne stop
        smsw ax
        test al, 1                      ; CR0.PE: protected mode
        mov al, STOP_TABLE
        jz stop
        ret

check_task:
        str ax
        cmp ax, TSS
        mov al, STOP_TASK
        jne stop
        ret

check_flags:                            ; popf opens and closes interrupts, pushf tells
        push 2 | IF
        popf
        pushf
        pop eax
        test eax, IF
        mov al, STOP_FLAGS
        jz stop
        push 2
        popf
        pushf
        pop eax
        test eax, IF
        mov al, STOP_FLAGS
        jnz stop
        mov edx, [ticks]                ; interrupts are closed: whatever the timer does, nothing may count now
        mov eax, 1000
.wait:  dec eax
        jnz .wait
        cmp edx, [ticks]
        mov al, STOP_CLOCK
        jne stop
        ret

stop:                                   ; al: stop code
        cli
        movzx ebx, al
        mov eax, STOP | ' '
        call clear_screen
        mov esi, stopped
        mov edi, SCREEN + (11 * 80 + 14) * 2
        mov eax, STOP
        call show
        say 'Casement was stopped to protect your computer. Stop code '
        mov eax, ebx
        call print_hex
        say 10
        cmp ebx, STOP_SEAL
        jne .end
        say 'Its code was changed: the seal is '
        mov eax, edx
        call print_hex
        say 10
.end:   mov al, bl
        call exit

clear_screen:                           ; ax: colours and character
        mov edi, SCREEN
        mov ecx, 80 * 25
        rep stosw
        ret

show:                                   ; text esi at edi, in the colours of ax
        lodsb
        test al, al
        jz .end
        stosw
        jmp show
.end:   ret
sealed_end:

section .data
seal:    dd SEAL
title:   db 'C a s e m e n t   3 . 1', 0
ready:   db 'Ready to work.', 0
stopped: db 'A problem has been found and Casement was stopped.', 0
align 8
gdt:     dq 0
         dq 0x00CF9A000000FFFF          ; 08 code: base 0, 4 GiB, ring 0
         dq 0x00CF92000000FFFF          ; 10 data
         dw 104 - 1, 0, 0x8900, 0       ; 18 TSS
gdt_end:
gdt_pointer:
         dw gdt_end - gdt - 1
         dd gdt
tss:     dd 0, 0, 16
         times 102 - ($ - tss) db 0
         dw 104
file_end:

section .bss
alignb 4
ticks:   resd 1
scratch: resb 8
         resb 4096
stack_top:
memory_end:
