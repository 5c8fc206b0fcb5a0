; tiny-vmm: a hypervisor that can be read in one lesson. It runs one guest of a few instructions by Intel VMX, and says on the serial
; line why the processor came back each time.
;
; The order is the manual's (SDM 3C, chapter 32): ask CPUID, open the feature in an MSR, set the bits of CR0 and CR4, VMXON, VMCLEAR,
; VMPTRLD, fill in the VMCS with VMWRITE, VMLAUNCH; then, after each exit, look at the reason and VMRESUME.

%include 'multiboot.inc'
%include 'console.inc'

; Model-specific registers
MSR_FEATURE_CONTROL equ 0x3A            ; bit 0 locks it, bit 2 allows VMXON
MSR_VMX_BASIC   equ 0x480               ; bits 0 to 30: the revision that must stand at the beginning of every VMCS
MSR_VMX_PIN     equ 0x481               ; of each kind of control: EAX the bits that must be 1, EDX those that may be
MSR_VMX_CPU     equ 0x482
MSR_VMX_EXIT    equ 0x483
MSR_VMX_ENTRY   equ 0x484

; Fields of the VMCS, by their encodings
GUEST_SELECTOR  equ 0x0800              ; of ES; CS, SS, DS, FS, GS, LDTR and TR follow, 2 apart
GUEST_LIMIT     equ 0x4800
GUEST_RIGHTS    equ 0x4814
GUEST_BASE      equ 0x6806
HOST_SELECTOR   equ 0x0C00              ; of ES; CS, SS, DS, FS, GS and TR follow
HOST_TR         equ 0x0C0C
LINK_POINTER    equ 0x2800
CONTROLS_PIN    equ 0x4000
CONTROLS_CPU    equ 0x4002
CONTROLS_EXIT   equ 0x400C
CONTROLS_ENTRY  equ 0x4012
INSTRUCTION_ERROR equ 0x4400
EXIT_REASON     equ 0x4402
EXIT_LENGTH     equ 0x440C
QUALIFICATION   equ 0x6400
GUEST_CR0       equ 0x6800
GUEST_CR3       equ 0x6802
GUEST_CR4       equ 0x6804
GUEST_GDTR      equ 0x6816
GUEST_IDTR      equ 0x6818
GUEST_DR7       equ 0x681A
GUEST_RSP       equ 0x681C
GUEST_RIP       equ 0x681E
GUEST_RFLAGS    equ 0x6820
HOST_CR0        equ 0x6C00
HOST_CR3        equ 0x6C02
HOST_CR4        equ 0x6C04
HOST_TR_BASE    equ 0x6C0A
HOST_GDTR       equ 0x6C0C
HOST_IDTR       equ 0x6C0E
HOST_RSP        equ 0x6C14
HOST_RIP        equ 0x6C16

; What we want to see of the guest
HLT_EXITING     equ 1 << 7
IO_EXITING      equ 1 << 24

; Exit reasons
REASON_CPUID    equ 10
REASON_HLT      equ 12
REASON_VMCALL   equ 18
REASON_IO       equ 30

CODE            equ 8
DATA            equ 16
TASK            equ 24
RIGHTS_CODE     equ 0xC09B              ; a descriptor's bits 40 to 55: 4 GiB, 32 bits, present, ring 0, code, read, accessed
RIGHTS_DATA     equ 0xC093
RIGHTS_TASK     equ 0x008B              ; a busy 32-bit TSS
UNUSABLE        equ 1 << 16

%macro field 2                          ; field ENCODING, VALUE
        mov eax, %2
        mov ebx, %1
        vmwrite ebx, eax
        jbe failed                      ; CF: no VMCS; ZF: the VMCS says what was wrong
%endmacro

%macro control 3                        ; control ENCODING, MSR, WISHES: what we wish, what must be, and nothing that may not be
        mov ecx, %2
        rdmsr
        or eax, %3
        and eax, edx
        mov ebx, %1
        vmwrite ebx, eax
        jbe failed
%endmacro

section .text
start:  mov esp, host_stack
        call console_init

        mov eax, 1                      ; 1. Is there VMX at all?
        cpuid
        test ecx, 1 << 5
        jz no_vmx

        mov ecx, MSR_FEATURE_CONTROL    ; 2. Does the firmware allow it? If it has not decided, we do.
        rdmsr
        test eax, 1
        jnz .locked
        or eax, 1 | 1 << 2
        wrmsr
.locked:
        test eax, 1 << 2
        jz no_vmx

        call paging_on                  ; 3. VMX wants protection, paging, NE in CR0, and VMXE in CR4
        call segments_on

        mov ecx, MSR_VMX_BASIC          ; 4. Both regions begin with the processor's revision
        rdmsr
        mov [vmxon_region], eax
        mov [vmcs], eax
        vmxon [vmxon_at]
        jbe failed
        say 'VMXON: root operation', 10

        vmclear [vmcs_at]               ; 5. A VMCS of our own, and it is the current one
        jbe failed
        vmptrld [vmcs_at]
        jbe failed

        call fill_controls              ; 6. What leaves the guest; where we go on then; where the guest begins
        call fill_host
        call fill_guest
        say 'VMLAUNCH', 10
        vmlaunch                        ; 7. From here on the guest runs. What comes next is `left`, or a failure:
failed: jc .invalid
        mov ebx, INSTRUCTION_ERROR
        vmread eax, ebx
        say 'VM instruction error '
        call print_decimal
        say 10
        mov al, 1
        jmp exit
.invalid:
        say 'VMfailInvalid', 10
        mov al, 2
        jmp exit
no_vmx: say 'This processor has no VMX, or its firmware has locked it.', 10
        mov al, 0
        jmp exit

; Every VM exit comes here, on the same stack, with the guest's general registers: the VMCS does not keep those.
left:   pusha
        mov ebx, EXIT_REASON
        vmread eax, ebx
        mov [reason], eax
        say 'exit '
        call print_decimal
        cmp dword [reason], REASON_CPUID
        je on_cpuid
        cmp dword [reason], REASON_IO
        je on_io
        cmp dword [reason], REASON_HLT
        je on_hlt
        cmp dword [reason], REASON_VMCALL
        je on_vmcall
        say ': unexpected', 10
        mov al, 3
        jmp exit

on_cpuid:                               ; do what it asked for, but hide VMX from it
        say ': CPUID, function '
        mov eax, [esp + 28]             ; pusha: edi, esi, ebp, esp, ebx, edx, ecx, eax
        call print_hex
        cpuid
        and ecx, ~(1 << 5)
        mov [esp + 28], eax
        mov [esp + 24], ecx
        mov [esp + 20], edx
        mov [esp + 16], ebx
        jmp skip
on_io:  say ': I/O, qualification '      ; bits 0 to 2 size - 1, bit 3 in, bit 6 port in the instruction, bits 16 to 31 port
        mov ebx, QUALIFICATION
        vmread eax, ebx
        call print_hex
        say ', AL '
        movzx eax, byte [esp + 28]
        call print_hex
        jmp skip
on_hlt: say ': HLT'
        jmp skip
on_vmcall:
        say ': VMCALL, EAX '
        mov eax, [esp + 28]
        call print_hex
        say 10
        vmxoff
        say 'VMXOFF', 10
        mov al, 0
        jmp exit

skip:   say ', at '                      ; the guest goes on behind the instruction
        mov ebx, GUEST_RIP
        vmread eax, ebx
        mov ecx, eax
        sub eax, guest
        say 'guest+'
        call print_decimal
        say ', length '
        mov edx, EXIT_LENGTH
        vmread eax, edx
        call print_decimal
        say 10
        add ecx, eax
        vmwrite ebx, ecx
        popa
        vmresume
        jmp failed

fill_controls:
        control CONTROLS_PIN, MSR_VMX_PIN, 0
        control CONTROLS_CPU, MSR_VMX_CPU, HLT_EXITING | IO_EXITING
        control CONTROLS_EXIT, MSR_VMX_EXIT, 0
        control CONTROLS_ENTRY, MSR_VMX_ENTRY, 0
        ret

fill_host:                              ; what the processor loads when the guest is left
        field HOST_CR0, cr0
        field HOST_CR3, cr3
        field HOST_CR4, cr4
        field HOST_SELECTOR + 2, CODE
%assign n 0
%rep 6
  %if n != 2
        field HOST_SELECTOR + n, DATA
  %endif
%assign n n + 2
%endrep
        field HOST_TR, TASK
        field HOST_TR_BASE, task
        field HOST_GDTR, gdt
        field HOST_IDTR, 0
        field HOST_RSP, host_stack
        field HOST_RIP, left
        ret

fill_guest:                             ; the guest shares our page tables and segments, and has a stack of its own
        field GUEST_CR0, cr0
        field GUEST_CR3, cr3
        field GUEST_CR4, cr4
        field GUEST_DR7, 0x400
        field GUEST_RSP, guest_stack
        field GUEST_RIP, guest
        field GUEST_RFLAGS, 2
        field GUEST_GDTR, gdt
        field 0x4810, 4 * 8 - 1         ; limits of GDTR and IDTR
        field GUEST_IDTR, 0
        field 0x4812, 0
        field LINK_POINTER, -1
        field LINK_POINTER + 1, -1
%assign n 0
%rep 6                                  ; ES, CS, SS, DS, FS, GS
        field GUEST_SELECTOR + n, DATA - (n == 2) * 8
        field GUEST_BASE + n, 0
        field GUEST_LIMIT + n, -1
        field GUEST_RIGHTS + n, RIGHTS_DATA + (n == 2) * (RIGHTS_CODE - RIGHTS_DATA)
%assign n n + 2
%endrep
        field GUEST_RIGHTS + 12, UNUSABLE
        field GUEST_SELECTOR + 14, TASK
        field GUEST_BASE + 14, task
        field GUEST_LIMIT + 14, 0x67
        field GUEST_RIGHTS + 14, RIGHTS_TASK
        ret

paging_on:                              ; every address is itself, in pages of 4 MiB
        mov edi, directory
        mov eax, 0x83                   ; present, writable, large
.next:  mov [edi], eax
        add edi, 4
        add eax, 0x400000
        jnc .next
        mov eax, directory
        mov cr3, eax
        mov eax, cr4
        or eax, 1 << 4 | 1 << 13        ; PSE, VMXE
        mov cr4, eax
        mov eax, cr0
        or eax, 1 << 31 | 1 << 5 | 1    ; PG, NE, PE
        mov cr0, eax
        ret

segments_on:
        mov eax, task                   ; the address of the TSS, in the three pieces of its descriptor
        mov [gdt + TASK + 2], ax
        shr eax, 16
        mov [gdt + TASK + 4], al
        mov [gdt + TASK + 7], ah
        lgdt [gdt_pointer]
        jmp CODE:.reload
.reload:
        mov ax, DATA
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov fs, ax
        mov gs, ax
        mov ax, TASK
        ltr ax
        ret

; The guest. It believes that it is alone.
guest:  mov eax, 0
        cpuid
        mov al, 'G'
        out 0x80, al
        hlt
        mov dx, 0x3F8
        in al, dx
        mov eax, 0xCAFE
        vmcall
        jmp guest                       ; never: the hypervisor ends at its call

section .data
align 8
gdt:    dq 0
        dq 0x00CF9A000000FFFF           ; 08 code: base 0, 4 GiB, ring 0
        dq 0x00CF92000000FFFF           ; 10 data
        dq 0x0000890000000067           ; 18 a TSS of 104 bytes, which VMX wants in TR and nobody uses
gdt_pointer:
        dw 4 * 8 - 1
        dd gdt
align 8
vmxon_at: dq vmxon_region               ; the instructions want 64-bit physical addresses in memory
vmcs_at: dq vmcs
reason: dd 0
file_end:

section .bss
alignb 4096
vmxon_region: resb 4096
vmcs:   resb 4096
directory: resb 4096
task:   resb 104
        resb 4096
host_stack:
        resb 4096
guest_stack:
memory_end:
