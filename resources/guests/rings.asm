; rings: what every privileged and every sensitive instruction does in rings 0, 1, 2 and 3.
;
; A trial is a few instructions. The kernel enters a ring by `iret`, the trial runs there, and comes back in one of two ways:
; through the gate `int DONE`, which every ring may use, or through a fault. What came back is printed as one cell:
;     ok     it ran             =12       it ran, and this is what it read (hexadecimal)
;     #GP(0) the processor refused; in brackets the error code that the fault handler was given
;
; Look for rows that refuse outside ring 0 (privileged), and for rows that run everywhere and yet show or depend on the
; machine's true state (sensitive): the second kind is why the x86 could not be virtualized by trap and emulate alone.
;
; What an emulator may not check is left out: limits of segments, and memory access through a null selector.

%include 'multiboot.inc'
%include 'console.inc'
%include 'interrupts.inc'

; Selectors: place in the GDT below, plus the ring that asks (RPL) in the low two bits. sysenter and sysexit want the first four in this order.
CODE0 equ 0x08
DATA0 equ 0x10
CODE3 equ 0x18 | 3
DATA3 equ 0x20 | 3
CODE1 equ 0x28 | 1
DATA1 equ 0x30 | 1
CODE2 equ 0x38 | 2
DATA2 equ 0x40 | 2
CONFORMING equ 0x48                     ; code that runs in the ring of its caller
ABSENT     equ 0x50 | 3
TSS        equ 0x58
SPARE_TSS  equ 0x60
LDT        equ 0x68
GATE       equ 0x70 | 3                 ; call gates into ring 0: open to all,
GATE_0     equ 0x78                     ; open to ring 0,
GATE_2     equ 0x80 | 3                 ; and one that hands over two parameters

; Vectors
DONE     equ 0x40                       ; a trial is over
CLOSED   equ 0x41                       ; a gate that only ring 0 may call
OPEN     equ 0x42                       ; a gate that all may call
TO_RING1 equ 0x43                       ; a gate that leads into ring 1

; Options of a trial, each at the place of the bit that it sets
SHOW  equ 1                             ; print what it left in eax
TSD   equ 1 << 2                        ; CR4.TSD: rdtsc only in ring 0
IOPL1 equ 1 << 12                       ; EFLAGS.IOPL: rings up to this one may use ports, cli and sti
IOPL2 equ 2 << 12
IOPL3 equ 3 << 12
WP    equ 1 << 16                       ; CR0.WP: read-only pages are so for rings 0 to 2, too

IF        equ 1 << 9
OPEN_PORT equ PIC1 + 1                  ; the only port that the bitmap in the TSS opens to all rings
SYSENTER_CS equ 0x174                   ; model-specific registers; ESP and EIP follow

PRIVATE_PAGE  equ 0x400000              ; a page for rings 0 to 2
READONLY_PAGE equ 0x401000              ; the same, not writable

%macro row 2                            ; row 'at most 27 letters', options: a trial; its code follows, up to the next row
        int DONE                        ; ends the trial before
%%code:
section .data
%%text: db %1
        times 28 - ($ - %%text) db 0
        dd %%code, %2
section .text
%endmacro

%macro title 1
section .data
%%text: db %1
        times 28 - ($ - %%text) db 0
        dd 0, 0
section .text
%endmacro

%macro show_if_flag 0                   ; eax = IF as it is now: 1 open, 0 closed
        pushf
        pop eax
        shr eax, 9
        and eax, 1
%endmacro

; ---- The trials ----

section .data
rows:
section .text

title 'Privileged: ring 0 only'
row 'hlt', 0                            ; the timer wakes it
        hlt
row 'lgdt', 0
        lgdt [gdt_pointer]
row 'lidt', 0
        lidt [idt_pointer]
row 'lldt', 0
        mov ax, LDT
        lldt ax
row 'lldt of a code segment', 0
        mov ax, CODE0
        lldt ax
row 'ltr, then str', SHOW
        mov ax, SPARE_TSS
        ltr ax
        xor eax, eax
        str ax
row 'ltr of a busy TSS', 0
        mov ax, TSS
        ltr ax
row 'lmsw', 0
        smsw ax
        lmsw ax
row 'clts', 0
        clts
row 'mov eax, cr0', SHOW
        mov eax, cr0
row 'mov eax, cr2', 0
        mov eax, cr2
row 'mov eax, cr3', 0
        mov eax, cr3
row 'mov eax, cr4', SHOW
        mov eax, cr4
row 'mov cr0, eax', 0
        mov eax, 0x80000011
        mov cr0, eax
row 'mov cr2, eax', 0
        mov cr2, eax
row 'mov cr3, eax', 0
        mov eax, page_directory
        mov cr3, eax
row 'mov cr4, eax', 0
        mov eax, 1 << 4
        mov cr4, eax
row 'mov eax, dr7', SHOW
        mov eax, dr7
row 'mov dr7, eax', 0
        mov eax, 0x400
        mov dr7, eax
row 'invlpg', 0
        invlpg [PRIVATE_PAGE]
row 'wbinvd', 0
        wbinvd
row 'invd', 0                           ; harmless: `enter_ring` has just written the cache back
        invd
row 'rdmsr', SHOW
        mov ecx, SYSENTER_CS
        rdmsr
row 'wrmsr', 0
        mov ecx, SYSENTER_CS
        mov eax, CODE0
        xor edx, edx
        wrmsr
row 'sysexit', SHOW
        mov edx, read_cs
        mov ecx, ring_stack_top
        sysexit
row 'rdtsc, CR4.TSD = 0', 0
        rdtsc
row 'rdtsc, CR4.TSD = 1', TSD
        rdtsc

title 'Guarded by IOPL'
row 'cli, IOPL 0: IF after it', SHOW
        cli
        show_if_flag
row 'cli, IOPL 1', SHOW | IOPL1
        cli
        show_if_flag
row 'cli, IOPL 2', SHOW | IOPL2
        cli
        show_if_flag
row 'cli, IOPL 3', SHOW | IOPL3
        cli
        show_if_flag
row 'sti, IOPL 0', 0
        sti
row 'sti, IOPL 3', IOPL3
        sti
row 'in al, 61h, IOPL 0', 0
        in al, 0x61
row 'in al, 61h, IOPL 2', IOPL2
        in al, 0x61
row 'in al, 21h: bitmap opens it', SHOW
        in al, OPEN_PORT
row 'in ax, 20h: half of it open', 0
        in ax, OPEN_PORT - 1
row 'in al, dx: past the bitmap', 0
        mov dx, COM1_STATUS
        in al, dx
row 'out 80h, al, IOPL 0', 0
        out 0x80, al
row 'out 80h, al, IOPL 1', IOPL1
        out 0x80, al
row 'insb', 0
        mov edi, scratch
        mov dx, 0x61
        insb
row 'outsb', 0
        mov esi, scratch
        mov dx, 0x80
        outsb

title 'Flags: refused in silence'
row 'pushf', SHOW
        pushf
        pop eax
        and eax, 0x3200                 ; IOPL and IF
row 'popf with IF 0: IF after it', SHOW
        push 2
        popf
        show_if_flag
row 'the same, IOPL 1', SHOW | IOPL1
        push 2 | IOPL1
        popf
        show_if_flag
row 'popf with IOPL 3: IOPL then', SHOW
        push 2 | IF | IOPL3
        popf
        pushf
        pop eax
        shr eax, 12
        and eax, 3
row 'iret with IF 0: IF after it', SHOW
        push 2
        push cs
        push .after_iret
        iret
.after_iret:
        show_if_flag

title 'Sensitive, never refused'
row 'sgdt: limit', SHOW
        sgdt [scratch]
        movzx eax, word [scratch]
row 'sidt: limit', SHOW
        sidt [scratch]
        movzx eax, word [scratch]
row 'sldt', SHOW
        sldt ax
row 'str', SHOW
        str ax
row 'smsw', SHOW
        smsw ax
row 'mov ax, cs', SHOW
        mov ax, cs
row 'push ss', SHOW
        push ss
        pop eax
        and eax, 0xFFFF
row 'lar of ring 0 code', SHOW
        mov dx, CODE0
        lar eax, dx
row 'lar of ring 3 code', SHOW
        mov dx, CODE3
        lar eax, dx
row 'lsl of the TSS', SHOW
        mov dx, TSS
        lsl eax, dx
row 'verr of ring 0 data', SHOW
        mov dx, DATA0
        verr dx
        setz al
row 'verw of ring 1 data', SHOW
        mov dx, DATA1
        verw dx
        setz al
row 'verw of ring 3 data', SHOW
        mov dx, DATA3
        verw dx
        setz al
row 'arpl with own CS', SHOW            ; raises the selector's RPL to ours
        mov ax, DATA0
        mov dx, cs
        arpl ax, dx
row 'cpuid', 0
        cpuid

title 'Loading segment registers'
row 'mov ds, ring 0 data', 0
        mov ax, DATA0
        mov ds, ax
row 'mov ds, ring 1 data', 0
        mov ax, DATA1
        mov ds, ax
row 'mov ds, ring 3 data', 0
        mov ax, DATA3
        mov ds, ax
row 'mov ds, null', 0
        xor eax, eax
        mov ds, ax
row 'mov ss, ring 3 data', 0
        mov ax, DATA3
        mov ss, ax
row 'mov ss, null', 0
        xor eax, eax
        mov ss, ax
row 'pop es, ring 0 data', 0
        push DATA0
        pop es
row 'mov fs, absent data', 0
        mov ax, ABSENT
        mov fs, ax
row 'mov gs, a TSS', 0
        mov ax, TSS
        mov gs, ax
row 'mov es, past the GDT', 0
        mov ax, 0x1F8
        mov es, ax

title 'Crossing rings: CS then'
row 'int n, gate for all', SHOW
        int OPEN
row 'int n, gate for ring 0', SHOW
        int CLOSED
row 'int n, gate into ring 1', SHOW
        int TO_RING1
row 'int3, gate for all', SHOW
        int3
row 'into, gate for ring 0', SHOW
        mov al, 0x7F
        add al, 1                       ; overflows
        into
row 'call far, gate for all', SHOW
        call GATE:0
row 'call far, gate for ring 0', SHOW
        call GATE_0:0
row 'call far, two parameters', SHOW    ; their sum
        push 0x40
        push 2
        call GATE_2:0
row 'call far, ring 0 code', SHOW
        call CODE0:far_cs
row 'call far, conforming code', SHOW
        call CONFORMING:far_cs
row 'jmp far, gate for all', SHOW       ; a jump never changes the ring
        push cs
        push read_cs
        jmp GATE:0
row 'jmp far, ring 0 code', SHOW
        jmp CODE0:read_cs
row 'retf into ring 3', SHOW
        push DATA3
        push ring_stack_top
        push CODE3
        push read_cs
        retf
row 'retf into ring 0', SHOW
        push CODE0
        push read_cs
        retf
row 'iret into ring 3', SHOW
        push DATA3
        push ring_stack_top
        push 2 | IF
        push CODE3
        push read_cs
        iret
row 'iret into ring 0', SHOW
        push 2 | IF
        push CODE0
        push read_cs
        iret
row 'sysenter', SHOW
        sysenter

title 'Pages: rings 0 to 2 are one'
row 'read a supervisor page', 0
        mov eax, [PRIVATE_PAGE]
row 'write a supervisor page', 0
        mov [PRIVATE_PAGE], eax
row 'write it, read-only, WP = 0', 0
        mov [READONLY_PAGE], eax
row 'write it, read-only, WP = 1', WP
        mov [READONLY_PAGE], eax

title 'Nowhere allowed'
row 'ud2', 0
        ud2
row 'mov cs, ax', 0
        db 0x8E, 0xC8                   ; no assembler writes it
        int DONE
section .data
rows_end:
section .text

read_cs:                                ; where trials arrive that jumped, returned, or came by sysenter
        mov eax, cs
        int DONE

far_cs: mov eax, cs                     ; where they call
        retf

sum:    mov eax, [esp + 8]              ; the parameters lie above the return address EIP, CS
        add eax, [esp + 12]
        retf 8

int_cs: mov eax, cs                     ; where `int n` leads
        iret

; ---- The kernel: enters rings and collects what comes back ----

start:  mov esp, kernel_stack_top
        call console_init
        call fill_descriptors
        call fill_gates
        call fill_pages
        call start_timer
        say 'trial'
        tab 29
        say 'ring 0      ring 1      ring 2      ring 3', 10

        mov esi, rows
.row:   cmp dword [esi + 28], 0
        jne .trial
        say 10                          ; a title has no code, and stands apart
.trial: push esi
        call print
        xor ecx, ecx
        cmp dword [esi + 28], 0
        je .next
.ring:  call enter_ring
        call print_cell
        inc ecx
        cmp ecx, 4
        jb .ring
.next:  say 10
        add esi, 28 + 8
        cmp esi, rows_end
        jb .row
        mov al, 0
        call exit

print_cell:                             ; in column ecx, by `fault`, `error` and `value`
        imul eax, ecx, 12
        add eax, 29
        tab eax
        cmp dword [fault], 0
        jne .fault
        test dword [esi + 32], SHOW
        jnz .value
        say 'ok'
        ret
.value: say '='
        mov eax, [value]
        call print_hex
        ret
.fault: say '#'
        push fault                      ; two letters, as a text
        call print
        cmp dword [fault], 'UD'
        je .end                         ; has no error code
        say '('
        mov eax, [error]
        call print_hex
        say ')'
.end:   ret

enter_ring:                             ; runs trial esi in ring ecx; comes back when it is done or has failed
        pusha
        mov [kernel_esp], esp
        call reset
        mov ebx, [esi + 28]             ; its code
        mov edi, [esi + 32]
        and edi, IOPL3
        or edi, IF | 2                  ; its EFLAGS: interrupts open
        mov edx, [code_selectors + ecx * 4]
        mov eax, [data_selectors + ecx * 4]
        mov ds, eax
        mov es, eax
        test ecx, ecx
        jz .inside                      ; an iret that stays in its ring takes no stack
        push eax
        push ring_stack_top
.inside:
        push edi
        push edx
        push ebx
        xor eax, eax
        wbinvd
        iret

done:                                   ; int DONE: the trial is over; here in ring 0, on its stack
        push eax
        mov ax, DATA0
        mov ds, ax
        pop dword [value]
        mov dword [fault], 0
leave_ring:
        mov ax, DATA0
        mov es, ax
        mov ss, ax
        mov esp, [kernel_esp]
        push 2
        popf                            ; what the trial did to its flags ends here
        popa
        ret

%macro fault_handler 2                  ; fault_handler GP, 'GP': name and letters; the error code is on the stack
fault_%1:
        mov ax, DATA0
        mov ds, ax
        pop dword [error]
        mov dword [fault], %2
        jmp leave_ring
%endmacro

fault_handler TS, 'TS'
fault_handler NP, 'NP'
fault_handler SS, 'SS'
fault_handler GP, 'GP'
fault_handler PF, 'PF'

fault_UD:
        mov ax, DATA0
        mov ds, ax
        mov dword [fault], 'UD'
        jmp leave_ring

timer:  push eax
        mov al, 0x20                    ; end of interrupt
        out PIC1, al
        pop eax
        iret

unexpected:
        mov ax, DATA0
        mov ds, ax
        mov es, ax
        say 10, 'An interrupt came that nobody expected.', 10
        mov al, 1
        call exit

reset:                                  ; undoes whatever the trial before may have changed; esi: the next trial
        lgdt [gdt_pointer]
        lidt [idt_pointer]
        and byte [gdt + TSS + 5], ~2    ; `ltr` marks a TSS busy, and refuses a busy one
        and byte [gdt + SPARE_TSS + 5], ~2
        mov ax, TSS
        ltr ax
        xor eax, eax
        lldt ax
        mov eax, 0x400
        mov dr7, eax
        mov eax, [esi + 32]
        and eax, TSD
        or eax, 1 << 4                  ; PSE: the page directory uses a page of 4 MiB
        mov cr4, eax
        mov eax, page_directory
        mov cr3, eax
        mov eax, [esi + 32]
        and eax, WP
        or eax, 0x80000011              ; paging, protected mode
        mov cr0, eax
        ret

; ---- Tables ----

fill_descriptors:
        mov edi, gdt + TSS
        mov eax, tss
        call set_base
        mov edi, gdt + SPARE_TSS
        mov eax, tss
        call set_base
        mov edi, gdt + LDT
        mov eax, gdt
        call set_base
        mov edi, gdt + (GATE & ~3)
        mov eax, far_cs
        call set_target
        mov edi, gdt + GATE_0
        mov eax, far_cs
        call set_target
        mov edi, gdt + (GATE_2 & ~3)
        mov eax, sum
        call set_target
        mov edi, tss + TSS_BITMAP       ; a set bit closes the port; the byte behind the last must be all ones
        mov al, 0xFF
        mov ecx, 256 / 8 + 1
        rep stosb
        and byte [tss + TSS_BITMAP + OPEN_PORT / 8], ~(1 << (OPEN_PORT % 8))
        lgdt [gdt_pointer]
        jmp CODE0:.reload
.reload:
        mov ax, DATA0
        mov ds, ax
        mov es, ax
        mov ss, ax
        xor eax, eax
        mov fs, ax
        mov gs, ax
        ret

set_base:                               ; eax into the three places of the descriptor at edi
        mov [edi + 2], ax
        shr eax, 16
        mov [edi + 4], al
        mov [edi + 7], ah
        ret

set_target:                             ; eax into the two places of the call gate at edi
        mov [edi], ax
        shr eax, 16
        mov [edi + 6], ax
        ret

fill_gates:
        xor ebx, ebx
.next:  mov eax, unexpected
        mov ecx, GATE_INTERRUPT
        mov edx, CODE0
        call set_gate
        inc ebx
        cmp ebx, 256
        jb .next
        gate 6, fault_UD, GATE_INTERRUPT
        gate 10, fault_TS, GATE_INTERRUPT
        gate 11, fault_NP, GATE_INTERRUPT
        gate 12, fault_SS, GATE_INTERRUPT
        gate 13, fault_GP, GATE_INTERRUPT
        gate 14, fault_PF, GATE_INTERRUPT
        gate FIRST_IRQ, timer, GATE_INTERRUPT
        gate DONE, done, GATE_INTERRUPT | GATE_FOR_USERS
        gate 3, int_cs, GATE_INTERRUPT | GATE_FOR_USERS
        gate 4, int_cs, GATE_INTERRUPT
        gate OPEN, int_cs, GATE_TRAP | GATE_FOR_USERS
        gate CLOSED, int_cs, GATE_INTERRUPT
        gate TO_RING1, int_cs, GATE_INTERRUPT | GATE_FOR_USERS
        mov word [idt + TO_RING1 * 8 + 2], CODE1
        lidt [idt_pointer]
        mov ecx, SYSENTER_CS
        xor edx, edx
        mov eax, CODE0
        wrmsr
        inc ecx
        mov eax, inner_stack_top
        wrmsr
        inc ecx
        mov eax, read_cs
        wrmsr
        ret

fill_pages:                             ; the first 4 MiB belong to all rings; two pages behind them do not
        mov dword [page_directory], 0x87            ; at 0: present, writable, user, 4 MiB
        mov eax, page_table
        or eax, 7
        mov [page_directory + 4], eax
        mov eax, private_frame
        or eax, 3                                   ; present, writable
        mov [page_table], eax
        mov eax, private_frame
        or eax, 1
        mov [page_table + 4], eax
        ret

start_timer:
        mov ax, 0xFFFE                  ; only line 0 is open
        call pic_init
        mov eax, 1000
        call timer_init
        ret

section .data
align 8
gdt:    dq 0                            ; bit 40, "accessed", is set from the start: the processor would set it at the first use
        dq 0x00CF9B000000FFFF           ; 08 code, ring 0: base 0, 4 GiB
        dq 0x00CF93000000FFFF           ; 10 data, ring 0
        dq 0x00CFFB000000FFFF           ; 18 code, ring 3
        dq 0x00CFF3000000FFFF           ; 20 data, ring 3
        dq 0x00CFBB000000FFFF           ; 28 code, ring 1
        dq 0x00CFB3000000FFFF           ; 30 data, ring 1
        dq 0x00CFDB000000FFFF           ; 38 code, ring 2
        dq 0x00CFD3000000FFFF           ; 40 data, ring 2
        dq 0x00CF9F000000FFFF           ; 48 conforming code, ring 0
        dq 0x00CF72000000FFFF           ; 50 data, ring 3, not present
        dw TSS_SIZE - 1, 0, 0x8900, 0   ; 58 TSS
        dw TSS_SIZE - 1, 0, 0x8900, 0   ; 60 TSS that nobody uses
        dw 8 - 1, 0, 0x8200, 0          ; 68 LDT with one empty entry
        dw 0, CODE0, 0xEC00, 0          ; 70 call gate into ring 0, for rings 0 to 3
        dw 0, CODE0, 0x8C00, 0          ; 78 call gate into ring 0, for ring 0
        dw 0, CODE0, 0xEC02, 0          ; 80 call gate into ring 0, for rings 0 to 3, two parameters
gdt_end:

gdt_pointer:
        dw gdt_end - gdt - 1
        dd gdt

code_selectors: dd CODE0, CODE1, CODE2, CODE3
data_selectors: dd DATA0, DATA1, DATA2, DATA3

align 4
tss:    dd 0                            ; the stacks that the processor takes when it goes inward, by ring
        dd inner_stack_top, DATA0
        dd ring1_stack_top, DATA1
        dd ring2_stack_top, DATA2
        times 0x66 - ($ - tss) db 0
        dw TSS_BITMAP
TSS_BITMAP equ $ - tss
        times 256 / 8 + 1 db 0          ; one bit for each of the first 256 ports, filled above
TSS_SIZE equ $ - tss

fault:  dd 0                            ; two letters, or 0: what came back from the last trial
error:  dd 0
value:  dd 0
kernel_esp: dd 0
file_end:

section .bss
alignb 4096
page_directory: resb 4096
page_table:     resb 4096
private_frame:  resb 4096
                resb 1024
kernel_stack_top:
                resb 1024
inner_stack_top:
                resb 1024
ring1_stack_top:
                resb 1024
ring2_stack_top:
                resb 1024
ring_stack_top:                         ; of the trials themselves
scratch:        resb 16
memory_end:
