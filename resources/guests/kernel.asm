; kernel: a small multitasking operating system.
;
; It does what every kernel does, in the simplest way that is still real: three processes in ring 3, each with its own page
; tables; a timer that takes the processor away; system calls by int 0x80; memory given when it is first touched; a disk with a
; file system; a serial line that is read by interrupts. Read `start` first: the boot is a list.
;
; Physical memory                          Linear addresses of every process
;   0x100000  this file, then .bss           0x00000000  all of physical memory, one to one, for ring 0 only
;   frames    from memory_end to 16 MiB      0x40000000  the programs' code, read-only, shared
;             page tables, stacks, heaps     0x50000000  heap, 1 MiB, made of zeros when first touched
;                                            0x60000000  end of the stack, which grows down, 64 KiB at most

%include 'multiboot.inc'
%include 'console.inc'
%include 'interrupts.inc'

KERNEL_CODE equ 0x08
KERNEL_DATA equ 0x10
USER_CODE   equ 0x18 | 3
USER_DATA   equ 0x20 | 3
TSS         equ 0x28

PAGE        equ 4096
MEMORY_END  equ 16 << 20
PRESENT     equ 1                       ; bits of page table entries
WRITABLE    equ 2
USER        equ 4
BIG         equ 1 << 7                  ; in a directory: a page of 4 MiB

PROGRAMS    equ 0x40000000
HEAP        equ 0x50000000
HEAP_END    equ HEAP + (1 << 20)
STACK_END   equ 0x60000000
STACK_LOW   equ STACK_END - (64 << 10)

TICKS_PER_SECOND equ 1000
IRQ_TIMER   equ FIRST_IRQ
IRQ_SERIAL  equ FIRST_IRQ + 4
IRQ_DISK    equ FIRST_IRQ + 14
SYSTEM_CALL equ 0x80
PAGE_FAULT  equ 14

; ---- Boot ----

start:  mov esp, boot_stack_top
        call console_init
        say 'kernel: hello', 10
        call segments_init
        call paging_init
        call interrupts_init
        call serial_init
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
        mov eax, TICKS_PER_SECOND
        call timer_init
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

; ---- Segments: flat ones, for two rings, and a TSS that says where ring 0 has its stack ----

segments_init:
        mov eax, tss
        mov [gdt + TSS + 2], ax         ; a descriptor keeps its base in three places
        shr eax, 16
        mov [gdt + TSS + 4], al
        mov [gdt + TSS + 7], ah
        lgdt [gdt_pointer]
        jmp KERNEL_CODE:.reload         ; only a far jump loads CS
.reload:
        mov ax, KERNEL_DATA
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov ax, TSS
        ltr ax
        ret

section .data
align 8
gdt:    dq 0
        dq 0x00CF9A000000FFFF           ; 08 kernel code: base 0, 4 GiB, ring 0
        dq 0x00CF92000000FFFF           ; 10 kernel data
        dq 0x00CFFA000000FFFF           ; 18 user code: the same, ring 3
        dq 0x00CFF2000000FFFF           ; 20 user data
        dw 104 - 1, 0, 0x8900, 0        ; 28 TSS
gdt_end:
gdt_pointer:
        dw gdt_end - gdt - 1
        dd gdt
tss:    dd 0
tss_esp0: dd 0                          ; set at every switch: the kernel stack of the process that runs
        dd KERNEL_DATA
        times 102 - ($ - tss) db 0
        dw 104                          ; the I/O bitmap lies past the end: no ports for ring 3
section .text

; ---- Memory: frames, page tables, memory on demand ----

paging_init:
        mov eax, memory_end
        mov [free_frame], eax
        mov eax, PRESENT | WRITABLE | BIG
        mov edi, kernel_directory
.next:  mov [edi], eax                  ; physical memory as it is, in pages of 4 MiB
        add edi, 4
        add eax, 4 << 20
        cmp eax, MEMORY_END
        jb .next
        mov eax, cr4
        or eax, 1 << 4                  ; PSE: there are pages of 4 MiB
        mov cr4, eax
        mov eax, kernel_directory
        mov cr3, eax
        mov eax, cr0
        or eax, 1 << 31 | 1 << 16       ; PG: paging is on; WP: read-only holds for ring 0, too
        mov cr0, eax
        ret

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
        or eax, PRESENT | WRITABLE | USER
        mov [esi], eax
.table: mov esi, [esi]
        and esi, ~(PAGE - 1)            ; all memory is mapped one to one, so its address is a pointer
        mov eax, ebx
        shr eax, 12
        and eax, 1023                   ; bits 21 to 12 choose the entry of the table
        lea esi, [esi + eax * 4]
        pop eax
        mov [esi], eax                  ; the entry was not present, so no TLB remembers it
        pop esi
        ret

page_fault:                             ; ebp: frame. Gives memory, or ends the process, or panics
        mov ebx, cr2                    ; the address that failed
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
        mov edx, cr3
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
        dd %1, %%enter, %2
section .text
%endmacro

%macro entry_with_error 1               ; the processor has pushed an error code
%%enter:
        push %1
        jmp enter_kernel
section .data
        dd %1, %%enter, GATE_INTERRUPT
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
        entry IRQ_TIMER, GATE_INTERRUPT
        entry IRQ_SERIAL, GATE_INTERRUPT
        entry FIRST_IRQ + 7, GATE_INTERRUPT         ; spurious
        entry IRQ_DISK, GATE_INTERRUPT
        entry FIRST_IRQ + 15, GATE_INTERRUPT        ; spurious
        entry SYSTEM_CALL, GATE_INTERRUPT | GATE_FOR_USERS
section .data
entries_end:
section .text

interrupts_init:
        mov esi, entries
.next:  mov ebx, [esi]
        mov eax, [esi + 4]
        mov ecx, [esi + 8]
        mov edx, KERNEL_CODE
        call set_gate
        add esi, 12
        cmp esi, entries_end
        jb .next
        lidt [idt_pointer]
        mov al, ~(1 << 0 | 1 << 2 | 1 << 4) & 0xFF  ; open: timer, second controller, serial line
        mov ah, ~(1 << 6) & 0xFF                    ; open: disk, line 14
        call pic_init
        ret

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
        cmp eax, FIRST_IRQ
        jb .fault
        cmp eax, SYSTEM_CALL
        je .system_call
        cmp eax, IRQ_TIMER
        je .timer
        cmp eax, IRQ_SERIAL
        je .serial
        cmp eax, IRQ_DISK
        je .disk
        jmp leave_kernel                ; spurious: nothing to do, no end of interrupt to send
.page_fault:
        call page_fault
        jmp leave_kernel
.fault: call fault
        jmp leave_kernel
.system_call:
        call system_call
        jmp leave_kernel
.timer: call timer_interrupt
        jmp leave_kernel
.serial:
        call serial_interrupt
        jmp leave_kernel
.disk:  call disk_interrupt
leave_kernel:
        pop es
        pop ds
        popa
        add esp, 8                      ; vector and error code
        iret

fault:                                  ; of any kind but a page fault
        test dword [ebp + SAVED_CS], 3
        jnz .kill
        push kernel_fault
        call panic
.kill:  call begin_obituary
        say 'exception '
        mov eax, [ebp + VECTOR]
        call print_decimal
        jmp end_obituary

timer_interrupt:
        mov al, 0x20                    ; end of interrupt
        out PIC1, al
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
        test dword [ebp + SAVED_CS], 3
        jz .end                         ; the kernel itself is not preempted
        mov ebx, [switches]
        call schedule
        cmp ebx, [switches]
        je .end                         ; nobody else was ready
        inc dword [preemptions]
.end:   ret

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
        mov esi, kernel_directory
        mov ecx, MEMORY_END >> 22
        rep movsd
        pop ecx
        pop esi
        mov ebx, PROGRAMS
        mov eax, programs
        or eax, PRESENT | USER
        call map_page

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
        sti                             ; nobody: sleep until an interrupt wakes somebody
        hlt                             ; (sti opens after the instruction that follows it, so none is missed)
        cli
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
        mov [tss_esp0], eax             ; where the next interrupt from ring 3 begins to push
        mov eax, [esi + DIRECTORY]
        mov cr3, eax
        mov esp, [esi + KERNEL_ESP]     ; from here on we are the other
        pop edi
        pop esi
        pop ebx
        pop ebp
.same:  ret

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

; ---- Serial line: sending is polled (console.inc), receiving comes by interrupt ----

RECEIVED equ 256                        ; size of the ring buffer, a power of two

serial_init:
        out_port COM1 + 4, 0x0B         ; modem control: DTR, RTS, and OUT2, which lets the interrupt through
        out_port COM1 + 1, 1            ; interrupt when a byte has come
        ret

serial_interrupt:
        mov dx, COM1_STATUS
        in al, dx
        test al, 1
        jz .end
        mov dx, COM1
        in al, dx                       ; reading takes the interrupt back
        mov edx, [received_last]
        sub edx, [received_first]
        cmp edx, RECEIVED
        jae serial_interrupt            ; full: the byte is lost
        mov edx, [received_last]
        inc dword [received_last]
        and edx, RECEIVED - 1
        mov [received + edx], al
        jmp serial_interrupt
.end:   mov al, 0x20
        out PIC1, al
        ret

; ---- Disk: ATA, programmed I/O, the master on the primary channel ----

ATA_DATA    equ 0x1F0
ATA_COUNT   equ 0x1F2                   ; number of sectors; then three registers for bits 0 to 23 of the sector's number
ATA_DRIVE   equ 0x1F6
ATA_STATUS  equ 0x1F7                   ; read: 0x80 busy, 0x08 data is ready, 0x01 error; written: a command
ATA_CONTROL equ 0x3F6
READ_SECTORS equ 0x20
SECTOR      equ 512

disk_init:
        out_port ATA_CONTROL, 0         ; interrupts are wanted
        ret

read_sector:                            ; sector eax to `sector`; carry set on failure. Only the owner of the disk may call
        push eax
        out_port ATA_DRIVE, 0xE0        ; master, sectors by number (LBA)
        mov dx, ATA_STATUS
.busy:  in al, dx
        cmp al, 0xFF
        je .absent                      ; nobody drives the wires: there is no disk
        test al, al
        jz .absent
        test al, 0x80
        jnz .busy
        pop ecx
        out_port ATA_COUNT, 1
        inc edx
        mov al, cl
        out dx, al                      ; bits 0 to 7
        inc edx
        mov al, ch
        out dx, al                      ; bits 8 to 15
        inc edx
        mov eax, ecx
        shr eax, 16
        out dx, al                      ; bits 16 to 23
        mov esi, [current]
        mov dword [esi + STATE], WAITING
        out_port ATA_STATUS, READ_SECTORS
        call schedule                   ; others run while the disk turns; its interrupt makes us ready again
        mov dx, ATA_STATUS
        in al, dx
        test al, 1
        jnz .fail
        inc dword [sectors_read]
        mov dx, ATA_DATA
        mov edi, sector
        mov ecx, SECTOR / 4
        rep insd
        clc
        ret
.absent:
        pop eax
.fail:  stc
        ret

disk_interrupt:
        mov dx, ATA_STATUS
        in al, dx                       ; reading takes the interrupt back
        mov al, 0x20
        out PIC2, al                    ; it came through both controllers
        out PIC1, al
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

; ---- Data of the kernel ----

section .data
sieve_name:  db 'sieve', 0
reader_name: db 'reader', 0
wild_name:   db 'wild', 0
out_of_memory:      db 'out of memory', 0
too_many_processes: db 'too many processes', 0
kernel_page_fault:  db 'page fault in the kernel', 0
kernel_fault:       db 'exception in the kernel', 0

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
sector:           resb SECTOR
alignb PAGE
kernel_directory: resb PAGE
                  resb PAGE
boot_stack_top:
memory_end:
