# Reads text and says how many lines, words and letters it has. A function is chosen through a table: a jump through a register.
        .equ    READ, 63
        .equ    WRITE, 64
        .equ    EXIT, 93
        .equ    SIZE, 256

        .bss
buffer: .zero   SIZE
        .data
kinds:  .word   is_letter, is_space, is_newline
        .text
        .globl  _start
_start:
        li      s0, 0                   # lines
        li      s1, 0                   # words
        li      s2, 0                   # bytes
        li      s3, 0                   # 1 inside a word
more:   li      a7, READ
        li      a0, 0
        la      a1, buffer
        li      a2, SIZE
        ecall
        blez    a0, done
        la      s4, buffer
        add     s5, s4, a0
each:   lbu     t0, 0(s4)
        addi    s4, s4, 1
        addi    s2, s2, 1
        # Which kind: 0 letter, 1 space, 2 new line.
        addi    t1, t0, -'\n'
        seqz    t1, t1
        addi    t2, t0, -' '
        seqz    t2, t2
        slli    t1, t1, 1
        or      t1, t1, t2
        slli    t1, t1, 2
        la      t2, kinds
        add     t1, t1, t2
        lw      t1, 0(t1)
        jalr    t1
        bltu    s4, s5, each
        j       more

is_newline:
        addi    s0, s0, 1
is_space:
        li      s3, 0
        ret
is_letter:
        xori    t0, s3, 1
        add     s1, s1, t0              # the first letter of a word
        li      s3, 1
        ret

done:   mv      a0, s0
        li      s6, ' '
        call    print_number
        mv      a0, s1
        call    print_number
        mv      a0, s2
        li      s6, '\n'
        call    print_number
        li      a0, 0
        li      a7, EXIT
        ecall

# The number in a0 in decimal, and the letter in s6.
print_number:
        addi    sp, sp, -16
        addi    a1, sp, 15
        sb      s6, 0(a1)
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
