# Sorts 200 numbers by insertion. They are made by a generator with a fixed start, so that each run sorts the same ones.
        .equ    WRITE, 64
        .equ    EXIT, 93
        .equ    BRK, 214
        .equ    COUNT, 200

        .data
sorted: .asciz  "sorted, sum "
wrong:  .ascii  "not sorted\n"
        .text
        .globl  _start
_start:
        # Memory for the numbers: where does the heap begin, and may it be so much longer?
        li      a7, BRK
        li      a0, 0
        ecall
        mv      s0, a0                  # the first number
        addi    a0, a0, COUNT * 4
        ecall
        mv      s1, a0                  # behind the last

        # x = x * 1664525 + 1013904223, of which the upper half is taken.
        li      t0, 1
        li      t1, 1664525
        li      t2, 1013904223
        mv      t3, s0
        li      s2, 0                   # their sum
1:      mul     t0, t0, t1
        add     t0, t0, t2
        srai    t4, t0, 16
        sw      t4, 0(t3)
        add     s2, s2, t4
        addi    t3, t3, 4
        bne     t3, s1, 1b

        # Each number goes down to its place among those before it.
        addi    t0, s0, 4
insert: lw      t1, 0(t0)
        mv      t2, t0
1:      lw      t3, -4(t2)
        ble     t3, t1, 2f
        sw      t3, 0(t2)
        addi    t2, t2, -4
        bne     t2, s0, 1b
2:      sw      t1, 0(t2)
        addi    t0, t0, 4
        bne     t0, s1, insert

        # Is each at least as large as the one before, and are they the same numbers?
        mv      t0, s0
        lw      t1, 0(t0)
        mv      t3, t1
1:      addi    t0, t0, 4
        beq     t0, s1, 2f
        lw      t2, 0(t0)
        add     t3, t3, t2
        blt     t2, t1, bad
        mv      t1, t2
        j       1b
2:      bne     t3, s2, bad
        la      a1, sorted
        li      a2, 12
        li      a0, 1
        li      a7, WRITE
        ecall
        mv      a0, s2
        call    print_line
        li      a0, 0
        li      a7, EXIT
        ecall
bad:    la      a1, wrong
        li      a2, 11
        li      a0, 2
        li      a7, WRITE
        ecall
        li      a0, 1
        li      a7, EXIT
        ecall

# The signed number in a0 in decimal, and a new line.
print_line:
        addi    sp, sp, -16
        addi    a1, sp, 15
        li      t1, '\n'
        sb      t1, 0(a1)
        srai    t2, a0, 31              # -1 for a negative number, else 0
        xor     a0, a0, t2
        sub     a0, a0, t2
        li      t0, 10
1:      remu    t1, a0, t0
        divu    a0, a0, t0
        addi    t1, t1, '0'
        addi    a1, a1, -1
        sb      t1, 0(a1)
        bnez    a0, 1b
        beqz    t2, 2f
        addi    a1, a1, -1
        li      t1, '-'
        sb      t1, 0(a1)
2:      addi    a2, sp, 16
        sub     a2, a2, a1
        li      a0, 1
        li      a7, WRITE
        ecall
        addi    sp, sp, 16
        ret
