; realtime: a task that must answer in time, and what keeps it from doing so.
;
; A controller (think of a valve) is released every 10 ticks of the timer and must have ended at most 2 ticks later. Beside it runs
; background work that never ends. The same task runs three times over, under three ways to share the processor:
;   1. the timer's interrupt handler starts the task: it preempts the background at once;
;   2. cooperative: the handler only leaves a note, and the background looks at it between two pieces of its work;
;   3. like 1, but the background closes the interrupts now and then, to be left alone.
; Latency is how many ticks after its release the task began, jitter the largest latency less the smallest.
;
; While interrupts are closed, ticks are lost: the controller keeps one pending interrupt, not several. So the background counts,
; by watching the timer's counter, how many it has cost, and `now` = ticks taken + ticks lost stays true.

%include 'multiboot.inc'
%include 'console.inc'
%include 'interrupts.inc'
%include 'segments.inc'

TICKS_PER_SECOND equ 10000
PERIOD   equ 10                         ; ticks from release to release
DEADLINE equ 2                          ; ticks after the release
RELEASES equ 12                         ; in each round

BY_TIMER      equ 0                     ; who starts the task
BY_BACKGROUND equ 1

start:  mov esp, stack_top
        call console_init
        call load_segments
        gate FIRST_IRQ, timer, GATE_INTERRUPT
        lidt [idt_pointer]
        mov ax, 0xFFFE                  ; only the timer's line is open
        call pic_init
        mov eax, TICKS_PER_SECOND
        call timer_init

        say 'A task every 10 ticks, to be done 2 ticks later', 10, 10
        say 'background work'
        tab 32
        say 'met  missed  latency  jitter', 10
        say 'preempted by the timer'
        mov edi, BY_TIMER
        mov esi, busy
        call round
        say 'yields when it likes'
        mov edi, BY_BACKGROUND
        mov esi, polite
        call round
        say 'closes interrupts at times'
        mov edi, BY_TIMER
        mov esi, selfish
        call round
        mov al, 0
        call exit

round:                                  ; edi: who starts the task, esi: one piece of background work
        mov [starter], edi
        mov dword [next_release], -1    ; not yet
        xor eax, eax
        mov [lost], eax
        mov [ticks], eax
        sti
.begin: cmp dword [ticks], 2            ; the first may have waited for us; the second comes when it should
        jb .begin
        cli
        mov [ticks], eax
        mov [met], eax
        mov [missed], eax
        mov [latest], eax
        mov [turn], eax
        mov [released], al
        mov dword [earliest], -1
        mov dword [next_release], PERIOD
        sti
.work:  call esi
        cmp byte [released], 0
        je .no_note
        mov byte [released], 0
        call task                       ; cooperative: this is the only place where it can begin
.no_note:
        mov eax, [met]
        add eax, [missed]
        cmp eax, RELEASES
        jb .work
        cli

        tab 32
        mov eax, [met]
        call print_decimal
        tab 37
        mov eax, [missed]
        call print_decimal
        tab 45
        mov eax, [earliest]
        call print_decimal
        say '..'
        mov eax, [latest]
        call print_decimal
        tab 54
        sub eax, [earliest]
        call print_decimal
        say 10
        ret

; ---- The task ----

timer:  pusha
        mov al, 0x20                    ; end of interrupt
        out PIC1, al
        inc dword [ticks]
        call now
        cmp eax, [next_release]
        jb .end
        cmp dword [starter], BY_TIMER
        jne .note
        call task
        jmp .end
.note:  mov byte [released], 1
.end:   popa
        iret

task:   call now
        sub eax, [next_release]         ; latency
        cmp eax, [earliest]
        jae .not_earlier
        mov [earliest], eax
.not_earlier:
        cmp eax, [latest]
        jbe .not_later
        mov [latest], eax
.not_later:
        mov ecx, 250                    ; what it has to compute: much less than a tick
.compute:
        imul edx, ecx
        add edx, ecx
        loop .compute
        call now
        sub eax, [next_release]
        cmp eax, DEADLINE
        ja .late
        inc dword [met]
        jmp .next
.late:  inc dword [missed]
.next:  add dword [next_release], PERIOD
        ret

now:    mov eax, [ticks]
        add eax, [lost]
        ret

; ---- Background work, one piece of it ----

busy:   mov ecx, 1000
.next:  loop .next
        ret

polite:                                 ; computes for 1 to 7 ticks, each time longer, before it looks for a note
        call next_turn
        add eax, [ticks]
.next:  cmp [ticks], eax
        jb .next
        ret

selfish:                                ; closes interrupts for 1 to 7 ticks, each time longer, and opens them for two
        mov eax, [ticks]
        add eax, 2
.open:  cmp [ticks], eax
        jb .open
        cli
        call next_turn
        mov ebx, eax
        dec eax
        add [lost], eax                 ; the last of them stays pending, and comes after `sti`
        call read_counter
.watch: mov edx, eax
        call read_counter
        cmp eax, edx
        jbe .watch                      ; it counts down; when it is larger than before, a tick has passed
        dec ebx
        jnz .watch
.settle:
        call read_counter               ; the counter can be a moment ahead of the interrupt line
        cmp eax, PIT_FREQUENCY / TICKS_PER_SECOND - 10
        ja .settle
        sti
        ret

next_turn:                              ; eax = 1, 2, … 7, 1, …
        mov eax, [turn]
        inc eax
        cmp eax, 7
        jbe .end
        mov eax, 1
.end:   mov [turn], eax
        ret

read_counter:                           ; eax = counter of the timer; keeps edx
        mov al, 0                       ; latch channel 0: both halves belong together
        out PIT_COMMAND, al
        xor eax, eax
        in al, PIT_CHANNEL0
        mov ah, al
        in al, PIT_CHANNEL0
        xchg al, ah
        ret

section .data
file_end:

section .bss
alignb 4
starter:  resd 1
ticks:    resd 1                        ; interrupts of the timer that were taken
lost:     resd 1                        ; and that were not
next_release: resd 1
met:      resd 1
missed:   resd 1
earliest: resd 1                        ; smallest and largest latency
latest:   resd 1
turn:     resd 1
released: resb 1                        ; the note for the background
          resb 4096
stack_top:
memory_end:
