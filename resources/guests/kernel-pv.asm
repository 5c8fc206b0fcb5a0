; kernel-pv: kernel.asm, ported to a hypervisor like Xen. Every line that is new or changed carries `;pv` and the number of its site:
;   ;pv 1  trap table: gates and the entry for events are told to the hypervisor
;   ;pv 2  page tables: they are read-only, and changed by request; CR2 and CR3
;   ;pv 3  interrupt flag: a byte in memory, and `block` in place of sti, hlt
;   ;pv 4  segments, and the stack of the kernel in place of the TSS
;   ;pv 5  iret
;   ;pv 6  timer, console and disk: no ports, but hypercalls and events
; The kernel runs in ring 1 and knows it (`;pv 0`, with what the hypervisor is told in the image).
;
; It does what every kernel does, in the simplest way that is still real: three processes in ring 3, each with its own page
; tables; a timer that takes the processor away; system calls by int 0x80; memory given when it is first touched; a disk with a
; file system; a serial line that is read by interrupts. Read `start` first: the boot is a list.
;
; Physical memory                          Linear addresses of every process
;   0x100000  this file, then .bss           0x00000000  all of physical memory, one to one, for the kernel only
;   frames    from memory_end to 16 MiB      0x40000000  the programs' code, read-only, shared
;             page tables, stacks, heaps     0x50000000  heap, 1 MiB, made of zeros when first touched
;                                            0x60000000  end of the stack, which grows down, 64 KiB at most

%include 'multiboot.inc'
%include 'xen.inc'                      ;pv 0: %include 'interrupts.inc' is not needed

        align 4                         ;pv 0
        db 'GlassPV1'                   ;pv 0: this kernel is ported; it wants the hypercall page,
        dd hypercall_page, shared_info, block_ring      ;pv 0: the shared page and the ring of its disk there

%include 'console-pv.inc'               ;pv 6

KERNEL_CODE equ 0x08 | 1                ;pv 4: ring 1
KERNEL_DATA equ 0x10 | 1                ;pv 4
USER_CODE   equ 0x18 | 3
USER_DATA   equ 0x20 | 3

PAGE        equ 4096
MEMORY_END  equ 16 << 20
PRESENT     equ 1                       ; bits of page table entries
WRITABLE    equ 2
USER        equ 4

PROGRAMS    equ 0x40000000
HEAP        equ 0x50000000
HEAP_END    equ HEAP + (1 << 20)
STACK_END   equ 0x60000000
STACK_LOW   equ STACK_END - (64 << 10)

TICKS_PER_SECOND equ 1000
EVENT       equ 0x20                    ;pv 1: in place of IRQ_TIMER, IRQ_SERIAL, IRQ_DISK
GATE_INTERRUPT equ 4                    ;pv 1: flags of a line of the trap table: closes events,
GATE_FOR_USERS equ 3                    ;pv 1: and the outermost ring that may call
SYSTEM_CALL equ 0x80
PAGE_FAULT  equ 14

; ---- Boot ----

start:  mov esp, boot_stack_top
        mov [kernel_directory], esi     ;pv 2: page tables are there already
        say 'kernel: hello', 10
        call segments_init
        call paging_init
        call interrupts_init
        call disk_init
        mov eax, sieve
        mov ebx, sieve_name
        call create_process
        mov eax, reader
        mov ebx, reader_name
        call create_process
        mov eax, wild
        mov ebx, wild_name
        call create_process
        call set_timer                  ;pv 6
        call schedule                   ; never comes back: nobody ever gives the processor to `boot_process`

finish:                                 ; the last process has ended
        say 10, 'kernel: '
        mov eax, [processes_made]
        call print_decimal
        say ' processes, '
        mov eax, [processes_killed]
        call print_decimal
        say ' killed', 10, 'kernel: '
        mov eax, [pages_given]
        call print_decimal
        say ' pages given on demand', 10, 'kernel: '
        mov eax, [sectors_read]
        call print_decimal
        say ' sectors read', 10, 'kernel: the timer took the processor away: '
        cmp dword [preemptions], 0
        jne .yes
        say 'never', 10
        mov al, 1
        call exit
.yes:   say 'yes', 10
        mov al, 0
        call exit

panic:                                  ; the address of a sentence is on the stack
        say 10, 'kernel panic: '
        add esp, 4                      ; `panic` is called: drop the return address, the sentence is next
        call print
        say 10
        mov al, 1
        call exit

; ---- Segments: flat ones, for two rings (no TSS: ;pv 4) ----

segments_init:
        mov eax, gdt                    ;pv 4: the hypervisor looks at the table, which nobody may write to from then on
        call make_read_only             ;pv 4
        shr eax, 12                     ;pv 4
        mov [gdt_frame], eax            ;pv 4
        mov ebx, gdt_frame              ;pv 4: in place of lgdt
        mov ecx, (gdt_end - gdt) / 8    ;pv 4
        hypercall CALL_SET_GDT          ;pv 4
        jmp KERNEL_CODE:.reload         ; only a far jump loads CS
.reload:
        mov ax, KERNEL_DATA
        mov ds, ax
        mov es, ax
        mov ss, ax
        ret

section .data
align 4
gdt_frame: dd 0                         ;pv 4
section .text

; ---- Memory: frames, page tables, memory on demand ----

paging_init:
        mov eax, memory_end
        mov [free_frame], eax
        ret

make_read_only:                         ;pv 2: the page eax, in the kernel's own map, as tables must be
        pusha                           ;pv 2
        mov ebx, eax                    ;pv 2
        mov ecx, eax                    ;pv 2
        or ecx, PRESENT                 ;pv 2
        xor edx, edx                    ;pv 2
        mov esi, INVALIDATE             ;pv 2
        hypercall CALL_UPDATE_VA_MAPPING        ;pv 2
        jmp hypercall_done              ;pv 2

set_entry:                              ;pv 2: what mov [esi], eax was
        pusha                           ;pv 2
        mov [update], esi               ;pv 2
        mov [update + 8], eax           ;pv 2
        mov ebx, update                 ;pv 2
        mov ecx, 1                      ;pv 2
        xor edx, edx                    ;pv 2
        hypercall CALL_MMU_UPDATE       ;pv 2
hypercall_done:                         ;pv 2
        test eax, eax                   ;pv 2
        jnz .refused                    ;pv 2
        popa                            ;pv 2
        ret                             ;pv 2
.refused:                               ;pv 2
        push hypercall_refused          ;pv 2
        call panic                      ;pv 2

alloc_frame:                            ; eax = a page of memory, all zeros; frames are never given back
        mov eax, [free_frame]
        cmp eax, MEMORY_END
        jae .none
        add dword [free_frame], PAGE
        push edi
        push ecx
        push eax
        mov edi, eax
        mov ecx, PAGE / 4
        xor eax, eax
        rep stosd
        pop eax
        pop ecx
        pop edi
        ret
.none:  push out_of_memory
        call panic

map_page:                               ; in directory edx: linear address ebx shows frame eax, whose low bits are the flags
        push esi
        push eax
        mov esi, ebx
        shr esi, 22                     ; bits 31 to 22 choose the entry of the directory
        lea esi, [edx + esi * 4]
        test dword [esi], PRESENT
        jnz .table
        call alloc_frame
        call make_read_only             ;pv 2
        or eax, PRESENT | WRITABLE | USER
        call set_entry                  ;pv 2: mov [esi], eax
.table: mov esi, [esi]
        and esi, ~(PAGE - 1)            ; all memory is mapped one to one, so its address is a pointer
        mov eax, ebx
        shr eax, 12
        and eax, 1023                   ; bits 21 to 12 choose the entry of the table
        lea esi, [esi + eax * 4]
        pop eax
        call set_entry                  ;pv 2: mov [esi], eax
        pop esi
        ret

page_fault:                             ; ebp: frame. Gives memory, or ends the process, or panics
        mov ebx, [shared_info + FAULT_ADDRESS]          ;pv 2: mov ebx, cr2
        test dword [ebp + ERROR], 1
        jnz .refuse                     ; the page is there: its rights were broken
        cmp ebx, HEAP
        jb .refuse
        cmp ebx, HEAP_END
        jb .give
        cmp ebx, STACK_LOW
        jb .refuse
        cmp ebx, STACK_END
        jae .refuse
.give:  inc dword [pages_given]
        call alloc_frame
        or eax, PRESENT | WRITABLE | USER
        mov edx, [current]              ;pv 2: mov edx, cr3
        mov edx, [edx + DIRECTORY]      ;pv 2
        call map_page
        ret                             ; iret runs the instruction again, and now it finds its page
.refuse:
        test dword [ebp + ERROR], 4     ; came from ring 3
        jnz .kill
        cmp ebx, PROGRAMS               ; or from a system call that was handed a bad pointer
        jae .kill
        push kernel_page_fault
        call panic
.kill:  call begin_obituary
        say 'page fault at 0x'
        mov eax, ebx
        call print_hex
        say ', error code '
        mov eax, [ebp + ERROR]
        call print_decimal
        jmp end_obituary

; ---- Interrupts: every entry pushes the same frame, and `ebp` points to it ----

SAVED_ES   equ 0
SAVED_DS   equ 4
SAVED_EBX  equ 24                       ; the eight registers of pusha begin with EDI, at 8
SAVED_EDX  equ 28
SAVED_ECX  equ 32
SAVED_EAX  equ 36
VECTOR     equ 40
ERROR      equ 44
SAVED_EIP  equ 48                       ; from here on by the processor
SAVED_CS   equ 52
SAVED_EFLAGS equ 56
SAVED_ESP  equ 60                       ; these two only when it came from ring 3
SAVED_SS   equ 64
FRAME_SIZE equ 68

%macro entry 2                          ; entry vector, kind of gate
%%enter:
        push 0                          ; in place of an error code
        push %1
        jmp enter_kernel
section .data
        db %1, %2                       ;pv 1: a line of the trap table
        dw KERNEL_CODE                  ;pv 1
        dd %%enter                      ;pv 1
section .text
%endmacro

%macro entry_with_error 1               ; the processor has pushed an error code
%%enter:
        push %1
        jmp enter_kernel
section .data
        db %1, GATE_INTERRUPT           ;pv 1
        dw KERNEL_CODE                  ;pv 1
        dd %%enter                      ;pv 1
section .text
%endmacro

section .data
align 4
entries:
section .text
        entry 0, GATE_INTERRUPT         ; divide error
        entry 1, GATE_INTERRUPT         ; debug
        entry 3, GATE_INTERRUPT | GATE_FOR_USERS    ; int3
        entry 4, GATE_INTERRUPT | GATE_FOR_USERS    ; into
        entry 5, GATE_INTERRUPT         ; bound
        entry 6, GATE_INTERRUPT         ; invalid opcode
        entry 7, GATE_INTERRUPT         ; no coprocessor
        entry_with_error 8              ; double fault
        entry_with_error 10             ; bad TSS
        entry_with_error 11             ; segment not present
        entry_with_error 12             ; stack segment
        entry_with_error 13             ; general protection
        entry_with_error PAGE_FAULT
        entry SYSTEM_CALL, GATE_INTERRUPT | GATE_FOR_USERS
section .data
        dd 0, 0                         ;pv 1: the end of the table
section .text

upcall: push 0                          ;pv 1: the one entry for all events
        push EVENT                      ;pv 1
        jmp enter_kernel                ;pv 1

interrupts_init:
        mov ebx, entries                ;pv 1: in place of set_gate and lidt
        hypercall CALL_SET_TRAP_TABLE   ;pv 1
        mov ebx, KERNEL_CODE            ;pv 1
        mov ecx, upcall                 ;pv 1
        hypercall CALL_SET_CALLBACKS    ;pv 1
        mov edi, timer_channel          ;pv 6: in place of pic_init
        mov ebx, BIND_VIRQ              ;pv 6
        call bind                       ;pv 6
        mov edi, console_channel        ;pv 6
bind:                                   ;pv 6: the event channel edi, by operation ebx; its port comes behind the arguments
        mov ecx, edi                    ;pv 6
        hypercall CALL_EVENT_CHANNEL    ;pv 6
        push ebx                        ;pv 6
        mov ebx, UNMASK                 ;pv 6
        lea ecx, [edi + PORT]           ;pv 6
        hypercall CALL_EVENT_CHANNEL    ;pv 6
        pop ebx                         ;pv 6
        ret                             ;pv 6

section .data
align 4
timer_channel:   dd VIRQ_TIMER, 0, 0    ;pv 6: what is bound: interrupt, processor, port
console_channel: dd VIRQ_CONSOLE, 0, 0  ;pv 6
disk_channel:    dd 0, 1, 0             ;pv 6: domain, its port, our port
PORT equ 8                              ;pv 6
section .text

enter_kernel:
        pusha
        push ds
        push es
        mov ax, KERNEL_DATA
        mov ds, ax
        mov es, ax
        cld                             ; the user may have left it set
        mov ebp, esp
        mov eax, [ebp + VECTOR]
        cmp eax, PAGE_FAULT
        je .page_fault
        cmp eax, EVENT                  ;pv 1
        jb .fault
        cmp eax, SYSTEM_CALL
        je .system_call
        call events                     ;pv 1
        jmp leave_kernel
.page_fault:
        call page_fault
        jmp leave_kernel
.fault: call fault
        jmp leave_kernel
.system_call:
        call system_call
leave_kernel:
        pop es
        pop ds
        popa
        add esp, 8                      ; vector and error code
        jmp hypercall_page + CALL_IRET * 32             ;pv 5: iret

events:                                 ;pv 1: which they are, is to be found in the shared page
        mov byte [shared_info + UPCALL_PENDING], 0      ;pv 1
        mov ecx, [console_channel + PORT]               ;pv 1
        btr [shared_info + PENDING], ecx                ;pv 1
        jnc .disk                       ;pv 1
        call serial_interrupt           ;pv 1
.disk:  mov ecx, [disk_channel + PORT]  ;pv 1
        btr [shared_info + PENDING], ecx                ;pv 1
        jnc .timer                      ;pv 1
        call disk_interrupt             ;pv 1
.timer: mov ecx, [timer_channel + PORT] ;pv 1: last, because it may give the processor away
        btr [shared_info + PENDING], ecx                ;pv 1
        jc timer_interrupt              ;pv 1
        ret                             ;pv 1

fault:                                  ; of any kind but a page fault
        test dword [ebp + SAVED_CS], 2  ;pv 0: ring 3, and not 1
        jnz .kill
        push kernel_fault
        call panic
.kill:  call begin_obituary
        say 'exception '
        mov eax, [ebp + VECTOR]
        call print_decimal
        jmp end_obituary

timer_interrupt:
        call set_timer                  ;pv 6: the timer comes once, and there is no end of interrupt
        inc dword [ticks]
        mov esi, processes
.next:  cmp dword [esi + STATE], SLEEPING
        jne .other
        mov eax, [esi + WAKE]
        cmp eax, [ticks]
        ja .other
        mov dword [esi + STATE], READY
.other: add esi, PROCESS_SIZE
        cmp esi, processes_end
        jb .next
        test dword [ebp + SAVED_CS], 2  ;pv 0
        jz .end                         ; the kernel itself is not preempted
        mov ebx, [switches]
        call schedule
        cmp ebx, [switches]
        je .end                         ; nobody else was ready
        inc dword [preemptions]
.end:   ret

set_timer:                              ;pv 6: a tick after the time at which the last one came
        mov ebx, [shared_info + SYSTEM_TIME]            ;pv 6
        mov ecx, [shared_info + SYSTEM_TIME + 4]        ;pv 6
        add ebx, 1000000000 / TICKS_PER_SECOND          ;pv 6
        adc ecx, 0                      ;pv 6
        hypercall CALL_SET_TIMER        ;pv 6
        ret                             ;pv 6

; ---- Processes ----

FREE     equ 0                          ; states; the one that runs is READY, and `current` points to it
READY    equ 1
SLEEPING equ 2                          ; until tick WAKE
WAITING  equ 3                          ; for the disk
DEAD     equ 4

STATE     equ 0                         ; fields of a process
KERNEL_ESP equ 4                        ; where its kernel stack stands while it does not run
STACK_TOP equ 8                         ; where that stack begins
DIRECTORY equ 12
WAKE      equ 16
NAME      equ 20
PID       equ 24
PROCESS_SIZE equ 28
PROCESSES equ 4

create_process:                         ; eax: where it begins, in the kernel's addresses; ebx: its name
        mov esi, processes
.look:  cmp dword [esi + STATE], FREE
        je .found
        add esi, PROCESS_SIZE
        cmp esi, processes_end
        jb .look
        push too_many_processes
        call panic
.found: mov dword [esi + STATE], READY
        mov [esi + NAME], ebx
        inc dword [processes_made]
        inc dword [processes_living]
        mov ebx, [processes_made]
        mov [esi + PID], ebx
        lea ecx, [eax - programs + PROGRAMS]        ; where it begins, in its own addresses

        call alloc_frame                ; its page directory: the kernel's part, and the code of the programs
        mov [esi + DIRECTORY], eax
        mov edx, eax
        mov edi, eax
        push esi
        push ecx
        mov esi, [kernel_directory]     ;pv 2
        mov ecx, MEMORY_END >> 22
        rep movsd
        pop ecx
        pop esi
        mov ebx, PROGRAMS
        mov eax, programs
        or eax, PRESENT | USER
        call map_page
        mov eax, edx                    ;pv 2: the directory is complete, and becomes one
        call make_read_only             ;pv 2
        shr eax, 12                     ;pv 2
        mov [operation + 4], eax        ;pv 2
        push ecx                        ;pv 2
        mov dword [operation], PIN_DIRECTORY            ;pv 2
        mov ebx, operation              ;pv 2
        mov ecx, 1                      ;pv 2
        xor edx, edx                    ;pv 2
        hypercall CALL_MMUEXT           ;pv 2
        pop ecx                         ;pv 2

        call alloc_frame                ; its kernel stack, as if it had just been interrupted at its first instruction
        lea edi, [eax + PAGE]           ; it grows down from the end of its page
        mov [esi + STACK_TOP], edi
        sub edi, FRAME_SIZE
        mov dword [edi + SAVED_ES], USER_DATA
        mov dword [edi + SAVED_DS], USER_DATA
        mov [edi + SAVED_EIP], ecx
        mov dword [edi + SAVED_CS], USER_CODE
        mov dword [edi + SAVED_EFLAGS], 1 << 9 | 2        ; interrupts open, IOPL 0
        mov dword [edi + SAVED_ESP], STACK_END
        mov dword [edi + SAVED_SS], USER_DATA
        sub edi, 5 * 4                  ; and then been switched away: four registers, the return address
        mov dword [edi + 16], leave_kernel
        mov [esi + KERNEL_ESP], edi
        ret

schedule:                               ; gives the processor to the next that is ready, in turn; comes back when it is ours again
        mov esi, [current]
.again: mov ecx, PROCESSES
.next:  add esi, PROCESS_SIZE
        cmp esi, processes_end
        jb .look
        mov esi, processes
.look:  cmp dword [esi + STATE], READY
        je .found
        loop .next
        cmp dword [processes_living], 0
        je finish
        push esi                        ;pv 3
        push ebx                        ;pv 3
        mov ebx, BLOCK                  ;pv 3: nobody: sleep until an event wakes somebody; opens events (sti, hlt)
        hypercall CALL_SCHED            ;pv 3
        mov byte [shared_info + UPCALL_MASK], 1         ;pv 3: cli
        pop ebx                         ;pv 3
        pop esi                         ;pv 3
        jmp .again
.found: cmp esi, [current]
        je .same
        inc dword [switches]
        push ebp                        ; the rest is on this stack already, or of no use to the caller
        push ebx
        push esi
        push edi
        mov edi, [current]
        mov [edi + KERNEL_ESP], esp
        mov [current], esi
        mov eax, [esi + STACK_TOP]
        mov [switch_calls.stack], eax   ;pv 4: mov [tss_esp0], eax
        mov eax, [esi + DIRECTORY]
        shr eax, 12                     ;pv 2
        mov [operation + 4], eax        ;pv 2
        mov dword [operation], NEW_BASE ;pv 2: mov cr3, eax
        mov ebx, switch_calls           ;pv 4: both in one call
        mov ecx, 2                      ;pv 4
        hypercall CALL_MULTICALL        ;pv 4
        mov esp, [esi + KERNEL_ESP]     ; from here on we are the other
        pop edi
        pop esi
        pop ebx
        pop ebp
.same:  ret

section .data
align 4
switch_calls:                           ;pv 4: number, result, six arguments
        dd CALL_STACK_SWITCH, 0, KERNEL_DATA            ;pv 4
.stack: dd 0, 0, 0, 0, 0                ;pv 4
        dd CALL_MMUEXT, 0, operation, 1, 0, 0, 0, 0     ;pv 2
section .text

begin_obituary:
        inc dword [processes_killed]
        call print_current
        say ' is killed: '
        ret

end_obituary:
        say 10
end_process:                            ; of the current one; does not come back
        mov esi, [current]
        mov dword [esi + STATE], DEAD
        dec dword [processes_living]
        cmp [disk_owner], esi
        jne .gone
        mov dword [disk_owner], 0
.gone:  call schedule

print_current:
        say 'kernel: process '
        mov esi, [current]
        mov eax, [esi + PID]
        call print_decimal
        say ' ('
        push dword [esi + NAME]
        call print
        say ')'
        ret

; ---- System calls: the number in eax, arguments in ebx, ecx, edx; the result comes back in eax ----

SYS_EXIT      equ 0
SYS_WRITE     equ 1
SYS_READ_FILE equ 2
SYS_READ_LINE equ 3
SYS_YIELD     equ 4
SYS_GETPID    equ 5
SYS_SLEEP     equ 6

section .data
align 4
system_calls:
        dd sys_exit, sys_write, sys_read_file, sys_read_line, sys_yield, sys_getpid, sys_sleep
SYSTEM_CALLS equ ($ - system_calls) / 4
section .text

system_call:
        mov eax, [ebp + SAVED_EAX]
        mov ebx, [ebp + SAVED_EBX]
        mov ecx, [ebp + SAVED_ECX]
        mov edx, [ebp + SAVED_EDX]
        cmp eax, SYSTEM_CALLS
        jae .unknown
        call [system_calls + eax * 4]
        mov [ebp + SAVED_EAX], eax      ; popa hands it to the process
        ret
.unknown:
        mov dword [ebp + SAVED_EAX], -1
        ret

check_range:                            ; carry set if ebx, ecx bytes long, is not in the process's own half of memory
        cmp ebx, PROGRAMS
        jb .bad                         ; carry is set
        push ebx
        add ebx, ecx
        jc .wrap
        cmp ebx, STACK_END + 1
        cmc                             ; carry set: above the end
.wrap:  pop ebx
.bad:   ret

sys_exit:                               ; (code)
        push ebx
        call print_current
        say ' ends with '
        pop eax
        call print_decimal
        say 10
        jmp end_process

sys_write:                              ; (text, length)
        call check_range
        jc bad_argument
        mov esi, ebx
        jecxz .end
.next:  lodsb
        call put_char
        loop .next
.end:   xor eax, eax
        ret

sys_yield:
        call schedule
        xor eax, eax
        ret

sys_getpid:
        mov esi, [current]
        mov eax, [esi + PID]
        ret

sys_sleep:                              ; (ticks)
        mov esi, [current]
        add ebx, [ticks]
        mov [esi + WAKE], ebx
        mov dword [esi + STATE], SLEEPING
        call schedule
        xor eax, eax
        ret

sys_read_line:                          ; (buffer, length): what came over the serial line so far
        call check_range
        jc bad_argument
        mov edi, ebx
        xor eax, eax
.next:  cmp eax, ecx
        jae .end
        mov edx, [received_first]
        cmp edx, [received_last]
        je .end
        inc dword [received_first]
        and edx, RECEIVED - 1
        mov dl, [received + edx]
        mov [edi + eax], dl
        inc eax
        jmp .next
.end:   ret

bad_argument:
        mov eax, -1
        ret

; ---- Console: what is typed comes by an event (;pv 6) ----

RECEIVED equ 256                        ; size of the ring buffer, a power of two

serial_interrupt:
        mov ebx, CONSOLE_READ           ;pv 6
        mov ecx, 1                      ;pv 6
        mov edx, typed                  ;pv 6
        hypercall CALL_CONSOLE_IO       ;pv 6
        cmp eax, 1                      ;pv 6
        jne .end                        ;pv 6
        mov al, [typed]                 ;pv 6
        mov edx, [received_last]
        sub edx, [received_first]
        cmp edx, RECEIVED
        jae serial_interrupt            ; full: the byte is lost
        mov edx, [received_last]
        inc dword [received_last]
        and edx, RECEIVED - 1
        mov [received + edx], al
        jmp serial_interrupt
.end:   ret

; ---- Disk: requests in a ring, which the driver domain answers (;pv 6) ----

SECTOR      equ 512

disk_init:
        mov edi, disk_channel           ;pv 6
        mov ebx, BIND_INTERDOMAIN       ;pv 6
        jmp bind                        ;pv 6

read_sector:                            ; sector eax to `sector`; carry set on failure. Only the owner of the disk may call
        mov edx, [block_ring + RING_REQUESTS]           ;pv 6
        and edx, 31                     ;pv 6
        shl edx, 4                      ;pv 6
        add edx, block_ring + RING_SLOTS                ;pv 6
        mov dword [edx], 0              ;pv 6: read
        mov [edx + 4], eax              ;pv 6
        mov dword [edx + 8], sector     ;pv 6
        inc dword [block_ring + RING_REQUESTS]          ;pv 6
        push edx                        ;pv 6
        push ebx                        ;pv 6
        mov esi, [current]
        mov dword [esi + STATE], WAITING
        mov ebx, SEND                   ;pv 6
        mov ecx, disk_channel + PORT    ;pv 6
        hypercall CALL_EVENT_CHANNEL    ;pv 6
        pop ebx                         ;pv 6
        call schedule                   ; others run while the disk turns; its interrupt makes us ready again
        pop edx                         ;pv 6
        cmp dword [edx + 12], 0         ;pv 6
        jne .fail                       ;pv 6
        inc dword [sectors_read]
        clc
        ret
.fail:  stc
        ret

disk_interrupt:
        mov esi, [disk_owner]
        test esi, esi
        jz .end
        cmp dword [esi + STATE], WAITING
        jne .end
        mov dword [esi + STATE], READY
.end:   ret

; ---- File system: sector 0 is the only directory; every file lies in consecutive sectors ----

FS_MAGIC    equ 'GLFS'                  ; first four bytes of the disk
FS_COUNT    equ 4                       ; number of files
FS_ENTRIES  equ 32                      ; 32 bytes each: name, ended by zeros; first sector; length in bytes
ENTRY_FIRST equ 24
ENTRY_SIZE  equ 28

sys_read_file:                          ; (name, buffer, length): number of bytes read, or -1
        push ecx
        mov ecx, 24
        call check_range                ; the name
        pop ecx
        jc bad_argument
        xchg ebx, ecx
        xchg ecx, edx                   ; ebx buffer, ecx length, edx name
        call check_range
        jc bad_argument
.busy:  cmp dword [disk_owner], 0
        je .mine
        push ebx
        push ecx
        push edx
        call schedule                   ; somebody else reads
        pop edx
        pop ecx
        pop ebx
        jmp .busy
.mine:  mov esi, [current]
        mov [disk_owner], esi
        call read_file
        mov dword [disk_owner], 0
        ret

read_file:                              ; name edx, buffer ebx, length ecx
        push ecx
        push ebx
        push edx
        xor eax, eax
        call read_sector
        pop edx
        pop ebx
        jc .none
        cmp dword [sector], FS_MAGIC
        jne .none
        mov ecx, [sector + FS_COUNT]
        mov eax, sector + FS_ENTRIES
.look:  jecxz .none
        mov esi, eax
        mov edi, edx
        call same_text
        je .found
        add eax, 32
        dec ecx
        jmp .look
.none:  pop ecx
        mov eax, -1
        ret

.found: pop ecx
        cmp ecx, [eax + ENTRY_SIZE]
        jbe .length
        mov ecx, [eax + ENTRY_SIZE]
.length:
        mov eax, [eax + ENTRY_FIRST]
        push ecx                        ; what the caller is told in the end
.next:  jecxz .end                      ; eax next sector, ebx where it goes, ecx bytes still to come
        push ecx
        push eax
        call read_sector
        pop eax
        pop ecx
        jc .broken
        mov edx, ecx
        cmp ecx, SECTOR
        jbe .part
        mov ecx, SECTOR
.part:  sub edx, ecx
        mov esi, sector
        mov edi, ebx
        rep movsb                       ; may fault in the middle, on a page of the user's that is not there yet
        mov ebx, edi
        mov ecx, edx
        inc eax
        jmp .next
.end:   pop eax
        ret
.broken:
        pop eax
        mov eax, -1
        ret

same_text:                              ; zero flag set if the texts at esi and edi are equal up to a zero
        push eax
.next:  mov al, [esi]
        cmp al, [edi]
        jne .end
        inc esi
        inc edi
        test al, al
        jnz .next
.end:   pop eax
        ret

align PAGE
programs:                               ; what runs in ring 3
%include 'kernel-programs.inc'
        times PAGE - ($ - programs) db 0            ; fails to assemble when the programs no longer fit

hypercall_page:                         ;pv 0: the hypervisor fills it; without one, the first call ends right here
        times PAGE / 2 db 0xCD, 0x82    ;pv 0: int 0x82
gdt:    dq 0                            ;pv 4: a page of its own, ring 1 for the kernel, no TSS
        dq 0x00CFBA000000FFFF           ;pv 4: 08 kernel code: base 0, 4 GiB, ring 1
        dq 0x00CFB2000000FFFF           ;pv 4: 10 kernel data
        dq 0x00CFFA000000FFFF           ; 18 user code: the same, ring 3
        dq 0x00CFF2000000FFFF           ; 20 user data
gdt_end:
        times PAGE - ($ - gdt) db 0     ;pv 4

; ---- Data of the kernel ----

section .data
sieve_name:  db 'sieve', 0
reader_name: db 'reader', 0
wild_name:   db 'wild', 0
out_of_memory:      db 'out of memory', 0
too_many_processes: db 'too many processes', 0
kernel_page_fault:  db 'page fault in the kernel', 0
kernel_fault:       db 'exception in the kernel', 0
hypercall_refused:  db 'hypercall refused', 0           ;pv 2

align 4
current: dd boot_process
file_end:

section .bss
alignb 4
boot_process:     resb PROCESS_SIZE     ; who runs before the first process; its state stays FREE
processes:        resb PROCESSES * PROCESS_SIZE
processes_end:
processes_made:   resd 1
processes_living: resd 1
processes_killed: resd 1
pages_given:      resd 1
sectors_read:     resd 1
switches:         resd 1
preemptions:      resd 1
ticks:            resd 1
free_frame:       resd 1
disk_owner:       resd 1                ; the process that reads, or 0
received_first:   resd 1                ; bytes taken out of the ring buffer, bytes put in
received_last:    resd 1
received:         resb RECEIVED
typed:            resd 1                ;pv 6
kernel_directory: resd 1                ;pv 2: its address
update:           resd 4                ;pv 2: address and value, 64 bits each
operation:        resd 3                ;pv 2: command, frame, nothing
alignb PAGE
shared_info:      resb PAGE             ;pv 1
block_ring:       resb PAGE             ;pv 6
sector:           resb SECTOR
alignb PAGE
                  resb PAGE
boot_stack_top:
memory_end:
