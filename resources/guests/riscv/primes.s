# The sieve of Eratosthenes: a byte for each number below COUNT, 0 as long as no divisor is known.
        .equ    WRITE, 64
        .equ    EXIT, 93
        .equ    COUNT, 10000

        .bss
sieve:  .zero   COUNT
        .data
text:   .asciz  " primes below 10000, the last is "
        .text
        .globl  _start
_start:
        la      s0, sieve
        li      s1, COUNT
        li      s2, 2                   # the number that is looked at
        li      s3, 0                   # primes so far
        li      s4, 0                   # the last of them
each:   add     t0, s0, s2
        lbu     t1, 0(t0)
        bnez    t1, next
        addi    s3, s3, 1
        mv      s4, s2
        mul     t2, s2, s2              # smaller multiples have a smaller divisor
        bgeu    t2, s1, next
        li      t3, 1
cross:  add     t0, s0, t2
        sb      t3, 0(t0)
        add     t2, t2, s2
        bltu    t2, s1, cross
next:   addi    s2, s2, 1
        bltu    s2, s1, each

        mv      a0, s3
        call    print_number
        la      a0, text
        call    print_text
        mv      a0, s4
        call    print_number
        li      a0, '\n'
        call    print_letter
        li      a0, 0
        li      a7, EXIT
        ecall

# The number in a0 in decimal. The letters are put on the stack from the last to the first.
print_number:
        addi    sp, sp, -16
        addi    a1, sp, 16
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

# The letters at a0 up to a zero.
print_text:
        mv      a1, a0
        mv      a2, zero
1:      add     t0, a1, a2
        lbu     t0, 0(t0)
        beqz    t0, 2f
        addi    a2, a2, 1
        j       1b
2:      li      a0, 1
        li      a7, WRITE
        ecall
        ret

# The letter in a0.
print_letter:
        addi    sp, sp, -16
        sb      a0, 0(sp)
        mv      a1, sp
        li      a2, 1
        li      a0, 1
        li      a7, WRITE
        ecall
        addi    sp, sp, 16
        ret
