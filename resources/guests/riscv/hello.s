# Says hello: two system calls, number in a7, arguments from a0 on.
        .equ    WRITE, 64
        .equ    EXIT, 93

        .data
message:
        .ascii  "Hello from RISC-V!\n"
        .equ    LENGTH, . - message

        .text
        .globl  _start
_start:
        li      a7, WRITE
        li      a0, 1                   # the standard output
        la      a1, message
        li      a2, LENGTH
        ecall
        li      a7, EXIT
        li      a0, 0
        ecall
