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

%include 'bios-interrupts.inc'
%include 'bios-screen.inc'
%include 'bios-system.inc'
%include 'bios-disk.inc'
%include 'bios-keys.inc'
%include 'bios-time.inc'

times 0xFFF0 - 0xE000 - ($ - $$) db 0
  jmp 0xF000:start
times 0x10000 - 0xE000 - ($ - $$) db 0
