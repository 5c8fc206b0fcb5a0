; vm-kernel: the smallest thing that boots like an operating system. It lies on the disk; boot-vm.asm loads it and jumps to `kernel`.
;
; It sets up what every kernel needs before it can do anything (segments, interrupts, paging, the timer), starts its services,
; and asks for a login on the serial line. Then it sleeps, and wakes for the timer and for what is typed.

bits 32
org 0x200000

POST_PORT     equ 0x80
POST_KERNEL   equ 0x30
POST_SEGMENTS equ 0x31
POST_PAGING   equ 0x32
POST_INTERRUPTS equ 0x33
POST_INIT     equ 0x40
POST_NETWORK  equ 0x41
POST_LOGIN    equ 0x42
POST_OFF      equ 0x50

TICKS_PER_SECOND equ 100

section .text
        db 'KERN'                       ; the loader looks for this
kernel: mov esp, stack_top
        jmp boot
section .bss
bss_begin:

%include 'console.inc'
%include 'interrupts.inc'
%include 'segments.inc'

%macro post 1
        mov al, %1
        out POST_PORT, al
%endmacro

boot:   mov ecx, bss_end - bss_begin    ; a file has no .bss: clearing it is the first thing a kernel does
        mov edi, bss_begin
        push eax
        xor eax, eax
        rep stosb
        pop eax
        mov [memory], eax
        mov [network], ebx
        mov [system_name], esi
        post POST_KERNEL
        say 'Kernel: '
        mov eax, [memory]
        call print_decimal
        say ' MiB of memory', 10

        post POST_SEGMENTS
        call load_segments

        post POST_PAGING
        call paging_on
        say 'Kernel: paging is on', 10

        post POST_INTERRUPTS
        gate FIRST_IRQ, timer, GATE_INTERRUPT
        gate FIRST_IRQ + 4, serial, GATE_INTERRUPT
        gate FIRST_IRQ + 7, spurious, GATE_INTERRUPT
        lidt [idt_pointer]
        mov ax, ~(1 << 0 | 1 << 4) & 0xFFFF     ; open: timer and serial line
        call pic_init
        mov eax, TICKS_PER_SECOND
        call timer_init
        sti
        mov eax, 1
        call sleep
        say 'Kernel: the timer ticks', 10

        post POST_INIT
        say 'init: starting services', 10
        mov eax, 5
        call sleep
        post POST_NETWORK
        cmp dword [network], 0
        je .no_network
        say 'init: network interface eth0 is up', 10
        jmp .login
.no_network:
        say 'init: eth0: no such device', 10
        say 'init: network: failed. Going on without', 10

.login: mov eax, 5
        call sleep
        post POST_LOGIN
        out_port COM1 + 4, 0x0B         ; modem control: DTR, RTS, and OUT2, which lets the interrupt through
        out_port COM1 + 1, 1            ; interrupt when a byte has come
        say 10
        mov esi, [system_name]
        cmp byte [esi], 0
        jne .named
        mov esi, default_name
.named: push esi
        call print
        say 10
        call prompt

idle:   hlt                             ; the timer wakes us, or somebody types
        jmp idle

sleep:                                  ; for eax ticks
        add eax, [ticks]
.wait:  hlt
        cmp [ticks], eax
        jb .wait
        ret

paging_on:                              ; memory as it is, in pages of 4 MiB, as much as there is
        mov edi, page_directory
        mov ecx, [memory]
        add ecx, 3
        shr ecx, 2
        mov eax, 0x83                   ; present, writable, 4 MiB
.next:  stosd
        add eax, 4 << 20
        loop .next
        mov eax, cr4
        or eax, 1 << 4                  ; PSE: there are pages of 4 MiB
        mov cr4, eax
        mov eax, page_directory
        mov cr3, eax
        mov eax, cr0
        or eax, 1 << 31
        mov cr0, eax
        ret

timer:  push eax
        inc dword [ticks]
        mov al, 0x20                    ; end of interrupt
        out PIC1, al
        pop eax
spurious:
        iret

; ---- Login ----

LINE equ 64                             ; longest name

prompt: mov dword [length], 0
        say 'login: '
        ret

serial:                                 ; a byte has come
        pusha
        mov dx, COM1
        in al, dx
        cmp al, 13
        je .enter
        mov ecx, [length]
        cmp ecx, LINE
        jae .end
        mov [line + ecx], al
        inc dword [length]
        call put_char                   ; the echo
        jmp .end
.enter: say 10
        cmp dword [length], POWEROFF
        jne .nobody
        mov esi, line
        mov edi, poweroff
        mov ecx, POWEROFF
        repe cmpsb
        je power_off
.nobody:
        say 'Login incorrect', 10       ; nobody has an account here
        call prompt
.end:   mov al, 0x20
        out PIC1, al
        popa
        iret

power_off:
        post POST_OFF
        say 'System is going down', 10
        mov al, 0
        call exit

section .data
default_name: db 'Glass system', 0
poweroff:     db 'poweroff'
POWEROFF      equ $ - poweroff

section .bss
alignb 4
memory:      resd 1                     ; MiB
network:     resd 1                     ; 1: there is an interface
system_name: resd 1
ticks:       resd 1
length:      resd 1
line:        resb LINE
alignb 4096
page_directory: resb 4096
bss_end:                                ; the stack is not cleared: we stand on it
                resb 4096
stack_top:
