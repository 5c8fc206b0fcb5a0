; bios: the firmware of a PC that boots from its disk.
;
; The processor begins at the reset vector near the end of the first MiB (the last line of this file) in real mode. From there on all that a
; boot sector may take for granted is done by these instructions: a table of interrupts, both interrupt controllers and the timer set up, the disks asked
; who they are, sector 0 of the first one at 0x7C00. Then the boot sector runs, and finds here what IBM's firmware offered by `int`: a screen
; (0x10), sizes (0x11, 0x12, 0x15), disks (0x13), keys (0x16), the time (0x1A).

bits 16
org 0xE000                              ; segment 0xF000: physical 0xFE000 to 0xFFFFF

POST_PORT       equ 0x80
POST_START      equ 0x10                ; progress, as service people read it
POST_DISKS      equ 0x11
POST_BOOT       equ 0x20
POST_NO_SYSTEM  equ 0xE3

; The data area of the firmware, at segment 0.
COM1            equ 0x400
EXTENDED_AREA   equ 0x40E
EQUIPMENT       equ 0x410
BASE_MEMORY     equ 0x413               ; KiB
SHIFTS          equ 0x417
KEY_HEAD        equ 0x41A               ; keys wait in a ring of words: ASCII below, scan code above; both point into it from 0x400
KEY_TAIL        equ 0x41C
MODE            equ 0x449
COLUMNS         equ 0x44A
PAGE_BYTES      equ 0x44C
CURSOR          equ 0x450               ; column, row
CURSOR_SHAPE    equ 0x460
CRTC            equ 0x463
TICKS           equ 0x46C
MIDNIGHT        equ 0x470
DISK_COUNT      equ 0x475
KEY_FIRST       equ 0x480
KEY_END         equ 0x482
LAST_ROW        equ 0x484
BOOT_SECTOR     equ 0x7C00

KEYS            equ 0x1E
KEYS_END        equ 0x3E

; The extended data area: 1 KiB below 640 KiB. A disk has eight bytes there: its sectors (0: no disk), heads, and what selects it.
EXTENDED        equ 0x9FC0
DISKS           equ 0x10
SECTORS         equ 0
HEADS           equ 4
SELECT          equ 6
TRACK           equ 63                  ; sectors

SCREEN          equ 0xB800
BLANK           equ 0x0720

ATA_DATA        equ 0x1F0
ATA_COUNT       equ 0x1F2
ATA_DRIVE       equ 0x1F6
ATA_STATUS      equ 0x1F7
ATA_READ        equ 0x20
ATA_WRITE       equ 0x30
ATA_IDENTIFY    equ 0xEC

BAD_PARAMETER   equ 1
NOT_READ        equ 0x20                ; controller failed
NO_FUNCTION     equ 0x86

; What lies on the stack in a service: its caller's registers, and what `int` pushed.
F_ES            equ 0
F_EDI           equ 4
F_ESI           equ 8
F_EBX           equ 20
F_EDX           equ 24
F_ECX           equ 28
F_EAX           equ 32
F_FLAGS         equ 40
CARRY           equ 1
ZERO            equ 0x40

%macro service 0
  pushad
  push ds
  push es
  mov bp, sp
  push word 0
  pop ds
  cld
%endmacro

%macro leave_service 0
  pop es
  pop ds
  popad
  iret
%endmacro

%macro send 2                           ; port, value
  mov al, %2
  out %1, al
%endmacro

start:
  cli
  cld
  send POST_PORT, POST_START
  xor ax, ax
  mov ss, ax
  mov sp, BOOT_SECTOR
  mov es, ax
  xor di, di
  mov cx, 0x78
.vector:
  mov ax, nothing
  stosw
  mov ax, cs
  stosw
  loop .vector
  xor ax, ax
  mov cx, (0x600 - 0x78 * 4) / 2
  rep stosw
  mov ax, cs
  mov ds, ax
  mov si, low_vectors
  mov di, 8 * 4
  mov cx, (low_vectors_end - low_vectors) / 2
  call install
  mov si, high_vectors
  mov di, 0x70 * 4
  mov cx, 8
  call install
  xor ax, ax
  mov ds, ax

  mov word [COM1], 0x3F8
  mov word [EXTENDED_AREA], EXTENDED
  mov word [EQUIPMENT], 0x0220          ; one serial line, 80 by 25 in colour
  mov word [BASE_MEMORY], 639
  mov word [KEY_HEAD], KEYS
  mov word [KEY_TAIL], KEYS
  mov word [KEY_FIRST], KEYS
  mov word [KEY_END], KEYS_END
  mov word [COLUMNS], 80
  mov word [PAGE_BYTES], 0x1000
  mov word [CURSOR_SHAPE], 0x0607
  mov word [CRTC], 0x3D4
  mov byte [LAST_ROW], 24

  send 0x20, 0x11                       ; interrupts of the devices: vectors 8 to 15 and 0x70 to 0x77
  send 0x21, 8
  send 0x21, 4
  send 0x21, 1
  send 0xA0, 0x11
  send 0xA1, 0x70
  send 0xA1, 2
  send 0xA1, 1
  send 0x21, 0xF8                       ; open: timer, keyboard, second controller
  send 0xA1, 0xFF
  send 0x43, 0x34                       ; timer: 1193182 / 65536 = 18.2 times a second
  send 0x40, 0
  send 0x40, 0
  mov ax, 3
  int 0x10

  send POST_PORT, POST_DISKS
  mov ax, EXTENDED
  mov ds, ax
  mov byte [0], 1                       ; the area's own size in KiB
  mov si, DISKS
  mov byte [si + SELECT], 0xE0
  call find_disk
  mov si, DISKS + 8
  mov byte [si + SELECT], 0xF0
  call find_disk
  sti

; Load the boot sector and go.
boot:
  send POST_PORT, POST_BOOT
  xor ax, ax
  mov ds, ax
  mov es, ax
  mov ax, 0x0201
  mov bx, BOOT_SECTOR
  mov cx, 1
  mov dx, 0x80
  int 0x13
  jc no_system
  cmp word [BOOT_SECTOR + 510], 0xAA55
  jne no_system
  mov ax, 0xAA55
  xor bx, bx
  xor cx, cx
  xor si, si
  xor di, di
  xor bp, bp
  jmp 0:BOOT_SECTOR

no_system:
  send POST_PORT, POST_NO_SYSTEM
  mov si, no_system_text
.letter:
  mov al, [cs:si]
  inc si
  test al, al
  jz .stop
  mov ah, 0x0E
  int 0x10
  jmp .letter
.stop:
  cli
  hlt
  jmp .stop

no_system_text: db 'No bootable device.', 13, 10, 0

; Vectors from CX offsets at DS:SI to ES:DI.
install:
  movsw
  mov ax, cs
  stosw
  loop install
  ret

low_vectors:
  dw timer, keyboard, master, master, master, master, master, master
  dw video, equipment, base_memory, disk, nothing, system, keys, nothing, no_system, boot, time
low_vectors_end:
high_vectors:
  times 8 dw slave

; Interrupts of devices.

slave:
  push ax
  send 0xA0, 0x20
  pop ax
master:
  push ax
  send 0x20, 0x20
  pop ax
nothing:
  iret

timer:
  push ax
  push ds
  xor ax, ax
  mov ds, ax
  add word [TICKS], 1
  adc word [TICKS + 2], 0
  cmp word [TICKS + 2], 0x18            ; 0x1800B0 ticks are a day
  jb .today
  cmp word [TICKS], 0xB0
  jb .today
  mov word [TICKS], 0
  mov word [TICKS + 2], 0
  mov byte [MIDNIGHT], 1
.today:
  int 0x1C
  send 0x20, 0x20
  pop ds
  pop ax
  iret

keyboard:
  service
  in al, 0x60
  mov bl, al
  and bl, 0x7F
  mov ah, 2                             ; bits of SHIFTS: left Shift, right Shift, Ctrl, Alt
  cmp bl, 0x2A
  je .shift
  mov ah, 1
  cmp bl, 0x36
  je .shift
  mov ah, 4
  cmp bl, 0x1D
  je .shift
  mov ah, 8
  cmp bl, 0x38
  je .shift
  test al, 0x80
  jnz .done
  cmp bl, 0x3A
  jne .key
  xor byte [SHIFTS], 0x40               ; Caps Lock
  jmp .done
.shift:
  or [SHIFTS], ah
  test al, 0x80
  jz .done
  not ah
  and [SHIFTS], ah
  jmp .done
.key:
  mov ah, al
  xor al, al
  cmp bl, PLAIN_END - PLAIN
  jae .store
  xor bh, bh
  mov al, [cs:PLAIN + bx]
  test byte [SHIFTS], 3
  jz .caps
  mov al, [cs:SHIFTED + bx]
.caps:
  test byte [SHIFTS], 0x40
  jz .control
  mov dl, al
  or dl, 0x20
  cmp dl, 'a'
  jb .control
  cmp dl, 'z'
  ja .control
  xor al, 0x20
.control:
  test byte [SHIFTS], 4
  jz .store
  and al, 0x1F
.store:
  mov bx, [KEY_TAIL]
  mov dx, bx
  call next_key
  cmp bx, [KEY_HEAD]
  je .done                              ; full: the key is lost
  mov [KEY_TAIL], bx
  mov bx, dx
  mov [bx + 0x400], ax
.done:
  send 0x20, 0x20
  leave_service

; BX: the place behind BX.
next_key:
  add bx, 2
  cmp bx, [KEY_END]
  jb .there
  mov bx, [KEY_FIRST]
.there:
  ret

PLAIN: db 0, 27, '1234567890-=', 8, 9, 'qwertyuiop[]', 13, 0, "asdfghjkl;'`", 0, '\zxcvbnm,./', 0, '*', 0, ' '
PLAIN_END:
SHIFTED: db 0, 27, '!@#$%^&*()_+', 8, 0, 'QWERTYUIOP{}', 13, 0, 'ASDFGHJKL:"~', 0, '|ZXCVBNM<>?', 0, '*', 0, ' '

; int 0x10: the screen.

video:
  service
  cmp ah, 0x0E
  je .teletype
  cmp ah, 0
  je .set_mode
  cmp ah, 2
  je .set_cursor
  cmp ah, 3
  je .get_cursor
  cmp ah, 6
  je .scroll
  cmp ah, 8
  je .read
  cmp ah, 9
  je .write
  cmp ah, 0x0A
  je .write
  cmp ah, 0x0F
  je .get_mode
.done:
  leave_service

.set_mode:
  mov byte [MODE], 3                    ; there is no other
  push word SCREEN
  pop es
  xor di, di
  mov ax, BLANK
  mov cx, 80 * 25
  rep stosw
  mov word [CURSOR], 0
  call show_cursor
  jmp .done

.set_cursor:
  mov [CURSOR], dx
  call show_cursor
  jmp .done

.get_cursor:
  mov ax, [CURSOR]
  mov [bp + F_EDX], ax
  mov ax, [CURSOR_SHAPE]
  mov [bp + F_ECX], ax
  jmp .done

.get_mode:
  mov al, [MODE]
  mov ah, [COLUMNS]
  mov [bp + F_EAX], ax
  mov byte [bp + F_EBX + 1], 0
  jmp .done

.read:
  call cell
  mov ax, [es:di]
  mov [bp + F_EAX], ax
  jmp .done

.write:                                 ; AL, CX times, from the cursor on, which stays; function 9 with attribute BL
  call cell
.again:
  jcxz .done
  mov [es:di], al
  cmp ah, 9
  jne .next
  mov [es:di + 1], bl
.next:
  add di, 2
  dec cx
  jmp .again

; The lines CH to DH, columns CL to DL, go up by AL; 0 clears them. BH is the attribute of what becomes free.
.scroll:
  push word SCREEN
  pop es
  mov bl, al
  test bl, bl
  jz .clear
.line:
  mov al, ch
  add al, bl
  cmp al, dh
  ja .clear
  call .copy
  inc ch
  jmp .line
.clear:
  cmp ch, dh
  ja .done
  mov al, 80
  mul ch
  add al, cl
  adc ah, 0
  mov di, ax
  shl di, 1
  mov al, ' '
  mov ah, bh
  push cx
  call .width
  rep stosw
  pop cx
  inc ch
  jmp .clear
.copy:                                  ; line AL over line CH
  push ds
  push cx
  push es
  pop ds
  mov ah, 80
  mul ah
  mov si, ax
  mov al, 80
  mul ch
  mov di, ax
  xor ch, ch
  add si, cx
  add di, cx
  shl si, 1
  shl di, 1
  call .width
  rep movsw
  pop cx
  pop ds
  ret
.width:                                 ; CX: columns CL to DL
  xor ch, ch
  neg cx
  add cl, dl
  inc cl
  xor ch, ch
  ret

.teletype:
  cmp al, 7
  je .done
  cmp al, 8
  je .back
  cmp al, 10
  je .down
  cmp al, 13
  je .return
  call cell
  mov [es:di], al
  inc byte [CURSOR]
  cmp byte [CURSOR], 80
  jb .shown
  mov byte [CURSOR], 0
.down:
  inc byte [CURSOR + 1]
  cmp byte [CURSOR + 1], 25
  jb .shown
  mov byte [CURSOR + 1], 24
  push ds
  push word SCREEN
  pop es
  push es
  pop ds
  mov si, 160
  xor di, di
  mov cx, 80 * 24
  rep movsw
  mov ax, BLANK
  mov cx, 80
  rep stosw
  pop ds
  jmp .shown
.back:
  cmp byte [CURSOR], 0
  je .shown
  dec byte [CURSOR]
  jmp .shown
.return:
  mov byte [CURSOR], 0
.shown:
  call show_cursor
  jmp .done

; ES:DI: where the cursor is.
cell:
  push ax
  call cursor_place
  shl ax, 1
  mov di, ax
  push word SCREEN
  pop es
  pop ax
  ret

; AX: the cursor's place, counted in characters.
cursor_place:
  mov al, 80
  mul byte [CURSOR + 1]
  add al, [CURSOR]
  adc ah, 0
  ret

show_cursor:
  call cursor_place
  mov cx, ax
  mov dx, 0x3D4
  mov al, 14
  mov ah, ch
  out dx, al
  inc dx
  mov al, ah
  out dx, al
  dec dx
  mov al, 15
  out dx, al
  inc dx
  mov al, cl
  out dx, al
  ret

; int 0x11, 0x12, 0x15: what there is.

equipment:
  push ds
  push word 0
  pop ds
  mov ax, [EQUIPMENT]
  pop ds
  iret

base_memory:
  push ds
  push word 0
  pop ds
  mov ax, [BASE_MEMORY]
  pop ds
  iret

system:
  service
  and byte [bp + F_FLAGS], ~CARRY & 0xFF
  cmp ax, 0xE820
  je .map
  cmp ax, 0xE801
  je .sizes
  cmp ah, 0x88
  je .extended
  cmp ah, 0x24
  je .a20
.unknown:
  mov byte [bp + F_EAX + 1], NO_FUNCTION
  or byte [bp + F_FLAGS], CARRY
.done:
  leave_service

.a20:                                   ; always open
  mov byte [bp + F_EAX + 1], 0
  cmp al, 2
  jne .support
  mov byte [bp + F_EAX], 1
.support:
  cmp al, 3
  jne .done
  mov word [bp + F_EBX], 3
  jmp .done

.extended:
  mov al, 0x30
  call cmos_word
  mov [bp + F_EAX], ax
  jmp .done

.sizes:                                 ; KiB between 1 and 16 MiB, then 64 KiB above that; twice
  mov al, 0x30
  call cmos_word
  cmp ax, 0x3C00
  jbe .below_16
  mov ax, 0x3C00
.below_16:
  mov [bp + F_EAX], ax
  mov [bp + F_ECX], ax
  mov al, 0x34
  call cmos_word
  mov [bp + F_EBX], ax
  mov [bp + F_EDX], ax
  jmp .done

; The memory map, a row for each call: base, length (8 bytes each), 1 for RAM or 2.
.map:
  cmp edx, 'PAMS'
  jne .unknown
  cmp dword [bp + F_ECX], 20
  jb .unknown
  cmp dword [bp + F_EBX], 4
  jae .unknown
  mov si, [bp + F_EBX]
  shl si, 3
  mov es, [bp + F_ES]
  mov di, [bp + F_EDI]
  mov eax, [cs:memory_map + si]
  stosd
  mov ebx, eax
  xor eax, eax
  stosd
  mov eax, [cs:memory_map + si + 4]
  test eax, eax
  jnz .known
  call memory_end
  sub eax, ebx
.known:
  stosd
  xor eax, eax
  stosd
  mov al, 2
  cmp si, 8
  je .kind
  cmp si, 16
  je .kind
  mov al, 1
.kind:
  stosd
  mov ebx, [bp + F_EBX]
  inc ebx
  cmp ebx, 4
  jb .more
  xor ebx, ebx
.more:
  mov [bp + F_EBX], ebx
  mov dword [bp + F_EAX], 'PAMS'
  mov dword [bp + F_ECX], 20
  jmp .done

; Base and length; 0: up to the end of memory. The second and third are not free.
memory_map:
  dd 0, 0x9FC00
  dd 0x9FC00, 0x400
  dd 0xF0000, 0x10000
  dd 0x100000, 0

; EAX: the end of memory.
memory_end:
  mov al, 0x34
  call cmos_word
  test ax, ax
  jz .small
  movzx eax, ax
  add eax, 256
  shl eax, 16
  ret
.small:
  mov al, 0x30
  call cmos_word
  movzx eax, ax
  add eax, 1024
  shl eax, 10
  ret

; AX: the two bytes of the CMOS from AL on.
cmos_word:
  mov ah, al
  inc al
  call cmos
  xchg al, ah
; AL: a byte of the CMOS.
cmos:
  out 0x70, al
  in al, 0x71
  ret

; int 0x13: disks.

disk:
  service
  push word EXTENDED
  pop ds
  cmp dl, 0x80
  jb .bad
  cmp dl, 0x81
  ja .bad
  movzx si, dl
  and si, 1
  shl si, 3
  add si, DISKS
  cmp dword [si + SECTORS], 0
  je .bad
  cmp ah, 0                             ; reset: PIO has nothing to recover
  je .good
  cmp ah, 2
  je .chs
  cmp ah, 3
  je .chs
  cmp ah, 8
  je .geometry
  cmp ah, 0x15
  je .kind
  cmp ah, 0x41
  je .extensions
  cmp ah, 0x42
  je .lba
  cmp ah, 0x43
  je .lba
  cmp ah, 0x48
  je .parameters
.bad:
  mov ah, BAD_PARAMETER
.failed:
  mov [bp + F_EAX + 1], ah
  or byte [bp + F_FLAGS], CARRY
  leave_service
.good:
  mov byte [bp + F_EAX + 1], 0
.done:
  and byte [bp + F_FLAGS], ~CARRY & 0xFF
  leave_service

.chs:                                   ; AL sectors at ES:BX; cylinder CH and the top of CL, head DH, sector CL from 1 on
  movzx edi, cl
  mov al, ch
  mov ah, cl
  shr ah, 6
  movzx eax, ax
  movzx ecx, dh
  movzx ebx, word [si + HEADS]
  cmp ecx, ebx
  jae .bad
  mul ebx
  add eax, ecx
  imul eax, eax, TRACK
  and edi, 63
  jz .bad
  lea eax, [eax + edi - 1]
  movzx ecx, byte [bp + F_EAX]
  cmp cl, 128
  ja .bad
  mov es, [bp + F_ES]
  mov di, [bp + F_EBX]
  mov bl, [bp + F_EAX + 1]
  call transfer
  jc .failed
  jmp .good

.lba:                                   ; packet at DS:SI: size, count, offset, segment, sector (8 bytes)
  push ds
  push si
  mov ds, [bp + 2]
  mov si, [bp + F_ESI]
  movzx ecx, word [si + 2]
  les di, [si + 4]
  mov eax, [si + 8]
  mov edx, [si + 12]
  pop si
  pop ds
  test edx, edx
  jnz .bad
  mov bl, [bp + F_EAX + 1]
  sub bl, 0x40
  call transfer
  jc .failed
  jmp .good

.geometry:                              ; the last cylinder, head and sector
  call cylinders
  sub ax, 2                             ; the last cylinder is kept for tests, as it has been since IBM's
  mov ch, al
  mov cl, ah
  shl cl, 6
  or cl, TRACK
  mov [bp + F_ECX], cx
  mov dh, [si + HEADS]
  dec dh
  push word 0
  pop ds
  mov dl, [DISK_COUNT]
  mov [bp + F_EDX], dx
  mov word [bp + F_EAX], 0
  jmp .done

.kind:                                  ; a fixed disk of CX:DX sectors
  mov ax, [si + SECTORS]
  mov [bp + F_EDX], ax
  mov ax, [si + SECTORS + 2]
  mov [bp + F_ECX], ax
  mov byte [bp + F_EAX + 1], 3
  jmp .done

.extensions:
  cmp bx, 0x55AA
  jne .bad
  mov word [bp + F_EBX], 0xAA55
  mov word [bp + F_ECX], 1              ; those with packets
  mov byte [bp + F_EAX + 1], 0x21
  jmp .done

.parameters:                            ; 26 bytes at DS:SI: size, flags, cylinders, heads, sectors of a track, sectors (8 bytes), bytes of a sector
  mov es, [bp + 2]
  mov di, [bp + F_ESI]
  cmp word [es:di], 26
  jb .bad
  mov ax, 26
  stosw
  xor ax, ax
  stosw
  call cylinders
  movzx eax, ax
  stosd
  movzx eax, word [si + HEADS]
  stosd
  mov eax, TRACK
  stosd
  mov eax, [si + SECTORS]
  stosd
  xor eax, eax
  stosd
  mov ax, 512
  stosw
  jmp .good

; AX: cylinders of the disk at DS:SI, at most 1024.
cylinders:
  movzx ecx, word [si + HEADS]
  imul ecx, ecx, TRACK
  mov eax, [si + SECTORS]
  xor edx, edx
  div ecx
  cmp eax, 1024
  jbe .fits
  mov ax, 1024
.fits:
  ret

; ECX sectors from EAX on, between the disk at DS:SI and ES:DI; BL: 2 reads, 3 writes. Carry: failed, with the reason in AH.
transfer:
  mov edx, eax
  add edx, ecx
  jc .outside
  cmp edx, [si + SECTORS]
  ja .outside
  jcxz .outside
.sector:
  push ax                               ; the offset stays below 16, so that a buffer may cross a segment's end
  mov ax, di
  shr ax, 4
  mov dx, es
  add dx, ax
  mov es, dx
  and di, 15
  pop ax
  push eax
  push ecx
  mov cl, ATA_READ
  cmp bl, 3
  jne .command
  mov cl, ATA_WRITE
.command:
  call ata_command
  jc .broken
  mov cx, 256
  mov dx, ATA_DATA
  cmp bl, 3
  je .write
  rep insw
  jmp .moved
.write:
  push ds
  push si
  push es
  pop ds
  mov si, di
  rep outsw
  mov di, si
  pop si
  pop ds
  call ata_free
.moved:
  pop ecx
  pop eax
  inc eax
  dec cx
  jnz .sector
  clc
  ret
.broken:
  pop ecx
  pop eax
  mov ah, NOT_READ
  stc
  ret
.outside:
  mov ah, BAD_PARAMETER
  stc
  ret

; Command CL for sector EAX of the disk at DS:SI; comes back when there is data to move. Carry: it failed.
ata_command:
  push eax
  shr eax, 24
  mov dx, ATA_DRIVE
  or al, [si + SELECT]
  out dx, al
  call ata_free
  mov dx, ATA_COUNT
  mov al, 1
  out dx, al
  pop eax
  inc dx
  out dx, al
  inc dx
  shr eax, 8
  out dx, al
  inc dx
  shr eax, 8
  out dx, al
  mov dx, ATA_STATUS
  mov al, cl
  out dx, al
  call ata_free
  test al, 0x21                         ; error, or broken
  jnz .failed
  test al, 8                            ; data
  jz .failed
  clc
  ret
.failed:
  stc
  ret

; Waits for a disk that is busy. AL: its status.
ata_free:
  mov dx, ATA_STATUS
.busy:
  in al, dx
  test al, 0x80
  jnz .busy
  ret

; Asks for the size of the disk at DS:SI, if there is one.
find_disk:
  mov dx, ATA_DRIVE
  mov al, [si + SELECT]
  out dx, al
  mov dx, ATA_STATUS
  in al, dx
  cmp al, 0xFF
  je .none
  test al, 0x40
  jz .none
  xor eax, eax
  mov cl, ATA_IDENTIFY
  call ata_command
  jc .none
  push word 0
  pop es
  mov di, BOOT_SECTOR
  mov cx, 256
  mov dx, ATA_DATA
  rep insw
  mov eax, [es:BOOT_SECTOR + 120]
  mov [si + SECTORS], eax
  inc byte [es:DISK_COUNT]
  mov word [si + HEADS], 16             ; as many heads as it takes to need no more than 1024 cylinders
.heads:
  movzx ecx, word [si + HEADS]
  imul ecx, ecx, 1024 * TRACK
  cmp [si + SECTORS], ecx
  jbe .none
  shl word [si + HEADS], 1
  cmp word [si + HEADS], 256
  jb .heads
  mov word [si + HEADS], 255
.none:
  ret

; int 0x16: keys.

keys:
  service
  and ah, 0xEF                          ; 0x10 to 0x12 are those of the keyboard with 101 keys
  cmp ah, 0
  je .wait
  cmp ah, 1
  je .look
  cmp ah, 2
  jne .done
  mov al, [SHIFTS]
  mov [bp + F_EAX], al
.done:
  leave_service
.wait:
  cli
  mov bx, [KEY_HEAD]
  cmp bx, [KEY_TAIL]
  jne .take
  sti
  hlt
  jmp .wait
.take:
  mov ax, [bx + 0x400]
  mov [bp + F_EAX], ax
  call next_key
  mov [KEY_HEAD], bx
  jmp .done
.look:
  or byte [bp + F_FLAGS], ZERO
  mov bx, [KEY_HEAD]
  cmp bx, [KEY_TAIL]
  je .done
  and byte [bp + F_FLAGS], ~ZERO & 0xFF
  mov ax, [bx + 0x400]
  mov [bp + F_EAX], ax
  jmp .done

; int 0x1A: the time.

time:
  service
  and byte [bp + F_FLAGS], ~CARRY & 0xFF
  cmp ah, 0
  je .ticks
  cmp ah, 2
  je .clock
  cmp ah, 4
  je .date
  or byte [bp + F_FLAGS], CARRY
.done:
  leave_service
.ticks:
  mov ax, [TICKS]
  mov [bp + F_EDX], ax
  mov ax, [TICKS + 2]
  mov [bp + F_ECX], ax
  mov al, [MIDNIGHT]
  mov [bp + F_EAX], al
  mov byte [MIDNIGHT], 0
  jmp .done
.clock:                                 ; CH hours, CL minutes, DH seconds
  mov al, 4
  call cmos
  mov [bp + F_ECX + 1], al
  mov al, 2
  call cmos
  mov [bp + F_ECX], al
  mov al, 0
  call cmos
  mov [bp + F_EDX + 1], al
  mov byte [bp + F_EDX], 0
  jmp .done
.date:                                  ; CX year, DH month, DL day
  mov al, 0x32
  call cmos
  mov [bp + F_ECX + 1], al
  mov al, 9
  call cmos
  mov [bp + F_ECX], al
  mov al, 8
  call cmos
  mov [bp + F_EDX + 1], al
  mov al, 7
  call cmos
  mov [bp + F_EDX], al
  jmp .done

times 0xFFF0 - 0xE000 - ($ - $$) db 0
  jmp 0xF000:start
times 0x10000 - 0xE000 - ($ - $$) db 0
