# Fibonacci numbers by recursion: calls, returns and a stack, and little else.
        .equ    WRITE, 64
        .equ    EXIT, 93
        .equ    LAST, 20

        .text
        .globl  _start
_start:
        li      s0, 0
1:      mv      a0, s0
        call    fib
        call    print_line
        addi    s0, s0, 4
        li      t0, LAST
        ble     s0, t0, 1b
        li      a0, 0
        li      a7, EXIT
        ecall

# fib(a0) = fib(a0 - 1) + fib(a0 - 2)
fib:
        li      t0, 2
        blt     a0, t0, 1f
        addi    sp, sp, -16
        sw      ra, 12(sp)
        sw      s0, 8(sp)
        sw      s1, 4(sp)
        mv      s0, a0
        addi    a0, s0, -1
        call    fib
        mv      s1, a0
        addi    a0, s0, -2
        call    fib
        add     a0, a0, s1
        lw      ra, 12(sp)
        lw      s0, 8(sp)
        lw      s1, 4(sp)
        addi    sp, sp, 16
1:      ret

# The number in a0 in decimal, and a new line.
print_line:
        addi    sp, sp, -16
        addi    a1, sp, 15
        li      t1, '\n'
        sb      t1, 0(a1)
        li      t0, 10
1:      remu    t1, a0, t0
        divu    a0, a0, t0
        addi    t1, t1, '0'
        addi    a1, a1, -1
        sb      t1, 0(a1)
        bnez    a0, 1b
        addi    a2, sp, 16
        sub     a2, a2, a1
        li      a0, 1
        li      a7, WRITE
        ecall
        addi    sp, sp, 16
        ret
