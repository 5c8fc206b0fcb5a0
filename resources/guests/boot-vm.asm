; boot-vm: the firmware of a virtual machine, and the boot loader behind it.
;
; What a machine does before any operating system is there: find out how much memory it has, which disk answers, whether there is a
; network interface; then read a kernel from the disk, sector by sector, check it, and jump to it (vm-kernel.asm goes on from there).
; Each step shows its number on port 0x80, where service people plug in a card with two digits to see how far a dead machine came.

%include 'multiboot.inc'
%include 'console.inc'

POST_PORT     equ 0x80
POST_START    equ 0x10                  ; firmware
POST_MEMORY   equ 0x11
POST_DISK     equ 0x12
POST_NETWORK  equ 0x13
POST_LOADER   equ 0x20                  ; boot loader; the kernel goes on with 0x30, init with 0x40
POST_LOADING  equ 0x21
POST_NO_MEMORY equ 0xE1                 ; ends
POST_NO_DISK  equ 0xE2
POST_NO_SYSTEM equ 0xE3
POST_BAD_KERNEL equ 0xE4

MEMORY_NEEDED equ 8                     ; MiB
CMOS_INDEX    equ 0x70
CMOS_DATA     equ 0x71
CMOS_ABOVE_1  equ 0x30                  ; two bytes: KiB above the first MiB, at most 63 MiB
CMOS_ABOVE_16 equ 0x34                  ; two bytes: above 16 MiB, in units of 64 KiB
KERNEL        equ 0x200000              ; where it is loaded
KERNEL_MOST   equ 1024                  ; sectors
KERNEL_MAGIC  equ 'KERN'                ; its first four bytes; its entry follows

BOOT_MAGIC    equ 'BOOT'                ; sector 0: magic, first sector of the kernel, number of sectors, sum of their words
BOOT_FIRST    equ 4
BOOT_COUNT    equ 8
BOOT_SUM      equ 12
BOOT_MARK     equ 510                   ; 55 AA, as on every disk that a PC boots

ATA_DATA      equ 0x1F0
ATA_COUNT     equ 0x1F2
ATA_DRIVE     equ 0x1F6
ATA_STATUS    equ 0x1F7                 ; read: 0x80 busy, 0x08 data is ready, 0x01 error; written: a command
IDENTIFY      equ 0xEC
READ_SECTORS  equ 0x20

NIC           equ 0x300                 ; a NE2000: command register, and others behind it
NIC_STATE     equ NIC + 7               ; interrupt status
NIC_START     equ NIC + 8               ; 2 bytes: address to read from
NIC_LENGTH    equ NIC + 10              ; 2 bytes
NIC_DATA_SIZE equ NIC + 14              ; data configuration
NIC_DATA      equ NIC + 16
NIC_RESET     equ NIC + 31

%macro post 1
        mov al, %1
        out POST_PORT, al
%endmacro

; ---- Firmware ----

start:  mov esp, stack_top
        mov [boot_information], ebx
        post POST_START
        call console_init
        say 'Glass firmware', 10

        post POST_MEMORY
        call size_memory
        say 'Memory: '
        mov eax, [memory]
        call print_decimal
        say ' MiB', 10
        cmp eax, MEMORY_NEEDED
        jb no_memory

        post POST_DISK
        call find_disk
        say 'Disk: '
        mov eax, [sectors]
        test eax, eax
        jz .no_disk
        call print_decimal
        say ' sectors', 10
        jmp .network
.no_disk:
        say 'none', 10

.network:
        post POST_NETWORK
        say 'Network: '
        call find_nic
        jc .no_nic
        call print_station
        say 10
        jmp loader
.no_nic:
        say 'none', 10

; ---- Boot loader ----

loader: post POST_LOADER
        cmp dword [sectors], 0
        je no_disk
        xor eax, eax
        mov edi, boot_sector
        call read_sector
        jc no_system
        cmp word [boot_sector + BOOT_MARK], 0xAA55
        jne no_system
        cmp dword [boot_sector], BOOT_MAGIC
        jne no_system
        mov ecx, [boot_sector + BOOT_COUNT]
        cmp ecx, KERNEL_MOST
        ja bad_kernel

        post POST_LOADING
        say 'Loading '
        mov eax, [boot_sector + BOOT_FIRST]
        mov edi, KERNEL                 ; read_sector moves it on
.next:  jecxz .loaded
        call read_sector
        jc bad_kernel
        push eax
        mov al, '.'
        call put_char
        pop eax
        inc eax
        dec ecx
        jmp .next
.loaded:
        say 10
        mov ecx, [boot_sector + BOOT_COUNT]
        shl ecx, 7                      ; 128 words of 4 bytes in a sector
        mov esi, KERNEL
        xor ebx, ebx
.sum:   lodsd
        add ebx, eax
        loop .sum
        cmp ebx, [boot_sector + BOOT_SUM]
        jne bad_kernel
        cmp dword [KERNEL], KERNEL_MAGIC
        jne bad_kernel

        mov eax, [memory]               ; what the kernel is told: memory, network, and the text that the machine was started with
        mov ebx, [network]
        call find_command_line
        jmp KERNEL + 4

; ---- How it ends without a kernel ----

no_memory:
        post POST_NO_MEMORY
        say 'Not enough memory: '
        mov eax, MEMORY_NEEDED
        call print_decimal
        say ' MiB are needed. System halted.', 10
        jmp halt
no_disk:
        post POST_NO_DISK
        say 'No bootable device: no disk answers. System halted.', 10
        jmp halt
no_system:
        post POST_NO_SYSTEM
        say 'No bootable device: the disk holds no boot sector. System halted.', 10
        jmp halt
bad_kernel:
        post POST_BAD_KERNEL
        say 10, 'The kernel on the disk is damaged. System halted.', 10
halt:   cli                             ; nothing can wake a processor that sleeps behind closed interrupts
        hlt
        jmp halt

; ---- Devices ----

size_memory:                            ; [memory] = MiB: what the memory controller left in the CMOS, if the last of them can be written
        mov al, CMOS_ABOVE_16
        call read_cmos_word
        shr eax, 4                      ; from 64 KiB to MiB
        lea ecx, [eax + 16]
        test eax, eax
        jnz .try
        mov al, CMOS_ABOVE_1            ; there are 16 MiB or less
        call read_cmos_word
        shr eax, 10                     ; from KiB
        lea ecx, [eax + 1]
.try:   mov edi, ecx
        shl edi, 20
        sub edi, 4                      ; the last word that there should be
        mov eax, [edi]
        not dword [edi]
        not eax
        cmp [edi], eax
        jne .broken
        not dword [edi]                 ; as it was
        mov [memory], ecx
.broken:
        ret

read_cmos_word:                         ; eax = the two bytes from register al on
        push ecx
        mov cl, al
        inc al
        out CMOS_INDEX, al
        in al, CMOS_DATA
        mov ch, al
        mov al, cl
        out CMOS_INDEX, al
        in al, CMOS_DATA
        mov ah, ch
        movzx eax, ax
        pop ecx
        ret

find_disk:                              ; [sectors] = size of the first disk, 0 without one
        out_port ATA_DRIVE, 0xE0        ; master, sectors by number (LBA)
        mov dx, ATA_STATUS
        in al, dx
        cmp al, 0xFF
        je .none                        ; nobody drives the wires
        out_port ATA_STATUS, IDENTIFY
        in al, dx
        test al, al
        jz .none
        call wait_for_data
        jc .none
        mov dx, ATA_DATA
        mov edi, boot_sector
        mov ecx, 256
        rep insw
        mov eax, [boot_sector + 60 * 2] ; words 60 and 61
        mov [sectors], eax
.none:  ret

read_sector:                            ; sector eax to edi, which moves on by 512; carry set on failure
        push eax
        push ecx
        push edx
        mov ecx, eax
        out_port ATA_COUNT, 1
        inc edx
        mov al, cl
        out dx, al                      ; bits 0 to 7
        inc edx
        mov al, ch
        out dx, al                      ; bits 8 to 15
        inc edx
        shr ecx, 16
        mov al, cl
        out dx, al                      ; bits 16 to 23
        out_port ATA_DRIVE, 0xE0
        out_port ATA_STATUS, READ_SECTORS
        call wait_for_data
        jc .end
        mov dx, ATA_DATA
        mov ecx, 256
        rep insw
        clc
.end:   pop edx
        pop ecx
        pop eax
        ret

wait_for_data:                          ; carry set on failure
        mov dx, ATA_STATUS
.busy:  in al, dx
        test al, 0x80
        jnz .busy
        test al, 0x01
        jnz .fail
        test al, 0x08
        jz .busy
        ret                             ; `test` has cleared the carry
.fail:  stc
        ret

find_nic:                               ; carry set without one; else [station] = its address, as its memory says
        mov dx, NIC_RESET
        in al, dx
        out dx, al
        mov dx, NIC_STATE
        in al, dx
        cmp al, 0x80                    ; "reset is done", and nothing else; without a device all bits read as 1
        jne .none
        out_port NIC_DATA_SIZE, 0x48    ; by bytes
        out_port NIC_START, 0
        out_port NIC_START + 1, 0
        out_port NIC_LENGTH, 12
        out_port NIC_LENGTH + 1, 0
        out_port NIC, 0x0A              ; read
        mov edi, station
        mov ecx, 6
        mov dx, NIC_DATA
.next:  insb
        in al, dx                       ; every byte comes twice
        loop .next
        mov dword [network], 1
        clc
        ret
.none:  stc
        ret

print_station:                          ; 52:54:00:12:34:56
        mov esi, station
        mov ecx, 6
.next:  movzx eax, byte [esi]
        inc esi
        cmp eax, 16
        jae .two
        push eax
        mov al, '0'
        call put_char
        pop eax
.two:   call print_hex
        dec ecx
        jz .end
        mov al, ':'
        call put_char
        jmp .next
.end:   ret

find_command_line:                      ; esi = the text behind `system=` in the multiboot command line, or an empty one
        mov esi, no_text
        mov edx, [boot_information]
        test dword [edx], 1 << 2        ; bit 2: there is a command line
        jz .end
        mov edx, [edx + 16]
.next:  cmp byte [edx], 0
        je .end
        cmp dword [edx], 'syst'
        jne .other
        cmp dword [edx + 3], 'tem='
        je .found
.other: inc edx
        jmp .next
.found: lea esi, [edx + 7]
.end:   ret

section .data
no_text: db 0
file_end:

section .bss
alignb 4
boot_information: resd 1                ; where the multiboot loader put what it knows
memory:           resd 1
sectors:          resd 1
network:          resd 1                ; 1: there is an interface
station:          resb 8
boot_sector:      resb 512
                  resb 4096
stack_top:
memory_end:
