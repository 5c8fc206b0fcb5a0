; vm-kernel-pv: vm-kernel.asm, ported to a hypervisor like Xen, for the paravirtualized VMs of the datacenter.
;
; There is no firmware and no boot loader: the domain builder puts this image into memory, makes page tables that show all of it, and starts it in
; ring 1, with segments that end below the hypervisor. What the first lines of vm-kernel do is therefore done already; what is left
; asks by hypercalls. kernel-pv.asm is the larger port, with processes and page tables of its own.

%include 'multiboot.inc'
%include 'xen.inc'

        align 4
        db 'GlassPV1'                   ; this kernel is ported: the pages that the hypervisor fills or reads
        dd hypercall_page, shared_info, block_ring

%include 'console-pv.inc'

TICKS_PER_SECOND equ 100
MEMORY_NEEDED    equ 8                  ; MiB
KERNEL_CODE      equ 0x08 | 1
KERNEL_DATA      equ 0x10 | 1
PRESENT          equ 1                  ; bit of a page table entry: and not writable
SECTOR           equ 512
BOOT_MARK        equ 510                ; 55 AA, as on every disk that a PC boots
PORT             equ 8                  ; in what is bound: interrupt or domain, processor or its port, our port

start:  mov esp, stack_top
        mov [boot_information], ebx
        say 'Kernel: '
        mov eax, [ebx + 8]              ; KiB above the first MiB
        shr eax, 10
        inc eax
        call print_decimal
        say ' MiB of memory', 10
        cmp eax, MEMORY_NEEDED
        jb no_memory
        say 'Kernel: in ring 1, on page tables of the domain builder', 10

        mov ebx, gdt                    ; the hypervisor looks at our descriptor table, which nobody may write to from then on
        mov ecx, gdt + PRESENT
        xor edx, edx
        mov esi, INVALIDATE
        hypercall CALL_UPDATE_VA_MAPPING
        shr dword [gdt_frame], 12       ; its number, from its address
        mov ebx, gdt_frame
        mov ecx, (gdt_end - gdt) / 8
        hypercall CALL_SET_GDT
        jmp KERNEL_CODE:.reload         ; only a far jump loads CS
.reload:
        mov ax, KERNEL_DATA
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov ebx, KERNEL_CODE            ; every event comes in there, as a call of our own ring
        mov ecx, upcall
        hypercall CALL_SET_CALLBACKS
        mov edi, timer_channel
        mov ebx, BIND_VIRQ
        call bind
        mov edi, console_channel
        call bind
        mov edi, disk_channel
        mov ebx, BIND_INTERDOMAIN
        call bind
        call set_timer
        mov edi, 1
        call sleep
        say 'Kernel: the timer ticks', 10

        call read_boot_sector
        jc no_disk
        cmp word [sector + BOOT_MARK], 0xAA55
        jne no_system
        say 'Kernel: the disk answers', 10

        say 'init: starting services', 10
        mov edi, 5
        call sleep
        mov edx, 'eth0'                 ; the domain builder says what there is
        call find_word
        jne .no_network
        say 'init: network interface eth0 is up', 10
        jmp .login
.no_network:
        say 'init: eth0: no such device', 10
        say 'init: network: failed. Going on without', 10

.login: mov edi, 5
        call sleep
        say 10                          ; an empty line: from here on it is up
        mov edx, 'syst'
        call find_word
        mov edi, default_name
        jne .named
        lea edi, [esi + 7]              ; behind `system=`
.named: push edi
        call print
        say 10
        call prompt

idle:   call block
        jmp idle

; ---- How it ends without a login ----

no_memory:
        say 'Not enough memory: '
        mov eax, MEMORY_NEEDED
        call print_decimal
        say ' MiB are needed. System halted.', 10
        jmp failed
no_disk:
        say 'Kernel: cannot mount the root: no disk answers. System halted.', 10
        jmp failed
no_system:
        say 'Kernel: cannot mount the root: the disk holds no boot sector. System halted.', 10
failed: mov al, 1
        call exit

; ---- Time and events ----

block:                                  ; opens events, and sleeps until there is one
        push ebx
        mov ebx, BLOCK
        hypercall CALL_SCHED
        pop ebx
        ret

sleep:                                  ; for edi ticks
        add edi, [ticks]
.wait:  call block
        cmp [ticks], edi
        jb .wait
        ret

bind:                                   ; the event channel edi, by operation ebx; its port comes behind the arguments
        mov ecx, edi
        hypercall CALL_EVENT_CHANNEL
        push ebx
        mov ebx, UNMASK
        lea ecx, [edi + PORT]
        hypercall CALL_EVENT_CHANNEL
        pop ebx
        ret

set_timer:                              ; a tick after the time at which the last one came
        mov ebx, [shared_info + SYSTEM_TIME]
        mov ecx, [shared_info + SYSTEM_TIME + 4]
        add ebx, 1000000000 / TICKS_PER_SECOND
        adc ecx, 0
        hypercall CALL_SET_TIMER
        ret

upcall: pusha                           ; which events they are, is to be found in the shared page
        mov byte [shared_info + UPCALL_PENDING], 0
        mov ecx, [timer_channel + PORT]
        btr [shared_info + PENDING], ecx
        jnc .console
        inc dword [ticks]
        call set_timer
.console:
        mov ecx, [console_channel + PORT]
        btr [shared_info + PENDING], ecx
        jnc .disk
        call typed_bytes
.disk:  mov ecx, [disk_channel + PORT]  ; who waits for the disk looks at its ring
        btr [shared_info + PENDING], ecx
        popa
        jmp hypercall_page + CALL_IRET * 32

; ---- Disk: one request in a ring, which the driver domain answers ----

read_boot_sector:                       ; sector 0 to `sector`; carry set on failure
        mov dword [block_ring + RING_SLOTS], 0          ; read
        mov dword [block_ring + RING_SLOTS + 4], 0      ; this sector
        mov dword [block_ring + RING_SLOTS + 8], sector ; to there
        inc dword [block_ring + RING_REQUESTS]
        mov ebx, SEND
        mov ecx, disk_channel + PORT
        hypercall CALL_EVENT_CHANNEL
.wait:  mov eax, [block_ring + RING_REQUESTS + 4]       ; answered
        cmp eax, [block_ring + RING_REQUESTS]
        je .end
        call block
        jmp .wait
.end:   cmp dword [block_ring + RING_SLOTS + 12], 0
        je .done                        ; `cmp` has cleared the carry
        stc
.done:  ret

; ---- What the domain builder says ----

find_word:                              ; esi = where the four letters edx stand in the multiboot command line; zero flag set if they do
        mov esi, [boot_information]
        test dword [esi], 1 << 2        ; bit 2: there is a command line
        jz .none
        mov esi, [esi + 16]
.next:  cmp byte [esi], 0
        je .none
        cmp [esi], edx
        je .end
        inc esi
        jmp .next
.none:  or esi, 1                       ; clears the zero flag
.end:   ret

; ---- Login ----

LINE equ 64                             ; longest name

prompt: mov dword [length], 0
        say 'login: '
        jmp flush

typed_bytes:
        mov ebx, CONSOLE_READ
        mov ecx, 1
        mov edx, typed
        hypercall CALL_CONSOLE_IO
        cmp eax, 1
        jne .end
        call typed_byte
        jmp typed_bytes
.end:   ret

typed_byte:
        mov al, [typed]
        cmp al, 13
        je .enter
        mov ecx, [length]
        cmp ecx, LINE
        jae .end
        mov [line + ecx], al
        inc dword [length]
        call put_char                   ; the echo
        jmp flush
.enter: say 10
        cmp dword [length], OFF_LENGTH
        jne .nobody
        mov esi, line
        mov edi, off_word
        mov ecx, OFF_LENGTH
        repe cmpsb
        je power_off
.nobody:
        say 'Login incorrect', 10       ; nobody has an account here
        call prompt
.end:   ret

power_off:
        say 'System is going down', 10
        mov al, 0
        call exit

align 4096
hypercall_page:                         ; the hypervisor fills it; without one, the first call ends right here
        times 4096 / 2 db 0xCD, 0x82    ; int 0x82
gdt:    dq 0                            ; a page of its own
        dq 0x00CFBA000000FFFF           ; 08 code: base 0, 4 GiB, ring 1
        dq 0x00CFB2000000FFFF           ; 10 data
gdt_end:
        times 4096 - ($ - gdt) db 0

section .data
default_name: db 'Glass system', 0
off_word:     db 'poweroff'
OFF_LENGTH    equ $ - off_word
align 4
gdt_frame:       dd gdt
timer_channel:   dd VIRQ_TIMER, 0, 0
console_channel: dd VIRQ_CONSOLE, 0, 0
disk_channel:    dd 0, 1, 0             ; domain 0, its port
file_end:

section .bss
alignb 4
boot_information: resd 1
ticks:            resd 1
length:           resd 1
typed:            resd 1
line:             resb LINE
alignb 4096
shared_info:      resb 4096
block_ring:       resb 4096
sector:           resb SECTOR
alignb 4096
                  resb 4096
stack_top:
memory_end:
