; desktop: windows of text, a keyboard and a pointer.
;
; The screen is memory: 80 columns by 25 lines from 0xB8000 on, two bytes for each place, the character and its colours. Whoever
; writes there is seen at once. The keyboard is an interrupt (line 1) and a byte at port 0x60, the scan code: which key, and in
; bit 7 whether it went up. Everything else, what a letter means and where it goes, is the business of the program.
;
; Keys: arrows move the pointer, Tab brings the next window to the front, letters go into it, Esc ends.
; The serial line says what happens, so that it can be followed without seeing the screen.

%include 'multiboot.inc'
%include 'console.inc'
%include 'interrupts.inc'
%include 'segments.inc'

SCREEN  equ 0xB8000
COLUMNS equ 80
LINES   equ 25

DESKTOP equ 0x3100                      ; colours (background, ink) in the high byte, character in the low one
FRAME   equ 0x1F00                      ; the window in front: white on blue
BEHIND  equ 0x1700                      ; any other: grey on blue
POINTER equ 0x70                        ; colours of the place under the pointer

KEYBOARD_DATA equ 0x60
KEY_ESC   equ 0x01                      ; scan codes of set 1
KEY_TAB   equ 0x0F
KEY_UP    equ 0x48
KEY_LEFT  equ 0x4B
KEY_RIGHT equ 0x4D
KEY_DOWN  equ 0x50
KEY_LAST  equ 0x39                      ; the space bar: no letters behind it
RELEASED  equ 0x80

WINDOW_LEFT   equ 0                     ; fields of a window
WINDOW_TOP    equ 4
WINDOW_WIDTH  equ 8
WINDOW_HEIGHT equ 12
WINDOW_TITLE  equ 16
WINDOW_USED   equ 20                    ; letters written into it
WINDOW_TEXT   equ 24
TEXT_MOST     equ 64
WINDOW_SIZE   equ WINDOW_TEXT + TEXT_MOST
WINDOWS       equ 3

start:  mov esp, stack_top
        call console_init
        call machine_init
        call draw_all
        say 'desktop: ready', 10
.wait:  cli
        mov ecx, [taken]
        cmp ecx, [pressed]
        jne .key
        sti                             ; opens after the next instruction, so no key can slip in between
        hlt
        jmp .wait
.key:   inc dword [taken]
        and ecx, KEYS - 1
        movzx eax, byte [keys + ecx]
        sti
        call handle_key
        jmp .wait

machine_init:
        call load_segments
        gate FIRST_IRQ + 1, keyboard, GATE_INTERRUPT
        lidt [idt_pointer]
        in al, KEYBOARD_DATA            ; a key from before would keep the keyboard silent
        mov ax, 0xFFFD                  ; only the keyboard's line is open
        call pic_init
        mov dx, 0x3D4                   ; the hardware's own cursor: register 10, bit 5 hides it
        mov ax, 0x200A
        out dx, ax
        ret

; ---- Keyboard ----

KEYS equ 16                             ; room for keys that wait, a power of two

keyboard:                               ; the handler only keeps the scan code: drawing takes longer than a handler may
        push eax
        push ecx
        in al, KEYBOARD_DATA
        mov ecx, [pressed]
        inc dword [pressed]
        and ecx, KEYS - 1
        mov [keys + ecx], al
        mov al, 0x20                    ; end of interrupt
        out PIC1, al
        pop ecx
        pop eax
        iret

handle_key:                             ; eax: scan code
        test al, RELEASED
        jnz .end                        ; also 0xE0, which comes before the code of an arrow
        cmp al, KEY_ESC
        je .esc
        cmp al, KEY_TAB
        je .tab
        cmp al, KEY_UP
        je .up
        cmp al, KEY_DOWN
        je .down
        cmp al, KEY_LEFT
        je .left
        cmp al, KEY_RIGHT
        je .right
        cmp al, KEY_LAST
        ja .end
        mov al, [letters + eax]
        test al, al
        jnz type_letter
.end:   ret
.esc:   say 'desktop: goodbye', 10
        mov al, 0
        call exit
.tab:   mov eax, [front]
        inc eax
        cmp eax, WINDOWS
        jb .front
        xor eax, eax
.front: mov [front], eax
        say 'desktop: front window: '
        call front_window
        push dword [esi + WINDOW_TITLE]
        call print
        say 10
        jmp draw_all
.up:    cmp dword [pointer_line], 0
        je .end
        dec dword [pointer_line]
        jmp moved
.down:  cmp dword [pointer_line], LINES - 1
        je .end
        inc dword [pointer_line]
        jmp moved
.left:  cmp dword [pointer_column], 0
        je .end
        dec dword [pointer_column]
        jmp moved
.right: cmp dword [pointer_column], COLUMNS - 1
        je .end
        inc dword [pointer_column]
moved:  say 'desktop: pointer at column '
        mov eax, [pointer_column]
        call print_decimal
        say ', line '
        mov eax, [pointer_line]
        call print_decimal
        say 10
        jmp draw_all

type_letter:                            ; al
        call front_window
        mov ecx, [esi + WINDOW_USED]
        cmp ecx, TEXT_MOST
        jae .full
        mov [esi + WINDOW_TEXT + ecx], al
        inc dword [esi + WINDOW_USED]
        call draw_all                   ; keeps all registers
        push eax
        say 'desktop: typed '
        pop eax
        call put_char
        say 10
.full:  ret

front_window:                           ; esi = the window in front
        imul esi, [front], WINDOW_SIZE
        add esi, windows
        ret

; ---- Drawing ----

draw_all:                               ; from the back to the front, then the pointer
        pusha
        mov edi, SCREEN
        mov ecx, COLUMNS * LINES
        mov eax, DESKTOP | ' '
        rep stosw
        mov esi, windows
        mov ebx, BEHIND
        mov ecx, WINDOWS
.next:  call draw_window
        add esi, WINDOW_SIZE
        loop .next
        call front_window
        mov ebx, FRAME
        call draw_window                ; once more, over the others
        imul edi, [pointer_line], COLUMNS
        add edi, [pointer_column]
        mov byte [SCREEN + edi * 2 + 1], POINTER
        popa
        ret

draw_window:                            ; esi: window, bx: colours of its frame
        pusha
        imul edi, [esi + WINDOW_TOP], COLUMNS
        add edi, [esi + WINDOW_LEFT]
        lea edi, [SCREEN + edi * 2]     ; its upper left corner
        push edi
        mov edx, [esi + WINDOW_HEIGHT]
.line:  push edi
        mov ecx, [esi + WINDOW_WIDTH]
        mov eax, ebx
        mov al, ' '
        cmp edx, [esi + WINDOW_HEIGHT]
        je .border
        cmp edx, 1
        jne .inside
.border:
        mov al, '-'
.inside:
        rep stosw
        mov al, '|'
        mov [edi - 2], ax
        pop edi
        mov [edi], ax
        add edi, COLUMNS * 2
        dec edx
        jnz .line
        pop edi

        push edi                        ; title, in the upper border
        add edi, 4
        push esi
        mov esi, [esi + WINDOW_TITLE]
.title: lodsb
        test al, al
        jz .titled
        stosw
        jmp .title
.titled:
        pop esi
        pop edi

        mov ecx, [esi + WINDOW_USED]    ; text, by lines of the window's width
        lea ebp, [esi + WINDOW_TEXT]
.row:   add edi, COLUMNS * 2
        mov edx, [esi + WINDOW_WIDTH]
        sub edx, 4
        push edi
        add edi, 4
.letter:
        jecxz .written
        mov al, [ebp]
        inc ebp
        stosw
        dec ecx
        dec edx
        jnz .letter
        pop edi
        jmp .row
.written:
        pop edi
        popa
        ret

section .data

letters:                                ; what the keys mean, by scan code; 0: no letter
        db 0, 0, '1234567890-=', 0, 0, 'qwertyuiop[]', 0, 0, 'asdfghjkl;', 39, '`', 0, '\zxcvbnm,./', 0, '*', 0, ' '

%macro window 5                         ; window left, top, width, height, title
        dd %1, %2, %3, %4, %5, 0
        times TEXT_MOST db 0
%endmacro

align 4
windows:
        window 4, 2, 34, 8, notes
        window 30, 6, 40, 9, letter
        window 12, 12, 30, 10, ideas
notes:  db 'Notes', 0
letter: db 'Letter', 0
ideas:  db 'Ideas', 0

align 4
front:          dd 0
pointer_column: dd COLUMNS / 2
pointer_line:   dd LINES / 2
file_end:

section .bss
alignb 4
pressed: resd 1                         ; keys that came, keys that were handled
taken:   resd 1
keys:    resb KEYS
         resb 4096
stack_top:
memory_end:
