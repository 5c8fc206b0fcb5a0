import { Random } from '../../../simulation/random.ts'

/**
 * Random programs for ring 0 that switch rings, change page tables and meet device interrupts. All of one image share a prelude: flat segments for rings 0 and 3,
 * a TSS, paging with one page table, the PIT at full speed. Every statement says first where to go on, so that whatever it raises, its successor runs.
 */
const DATA = 0x18_0000
/** Eight pages whose entries statements may change. */
const PLAY = 0x1c_0000
const PLAY_PAGES = 8
const PAGE_TABLE = 0x17_1000
const SELECTORS = ['0x10', '0x23', '0x30', '0x33', '0x38', '0x43', '0x1b', '0x08', '0x400']
/** QEMU does not look at a segment's rights when it is used. */
const WRITABLE_OR_REFUSED = ['0x10', '0x23', '0x30', '0x33', '0x38', '0x400']

export function makeImageSource(seed: string, programs: number, statements: number): string {
  const random = new Random(seed)
  const body = Array.from({ length: programs * statements }, (_, at) => statement(random, at, at % statements === 0)).join('\n')
  return `${PRELUDE}\nprograms:\n${body}\n        mov al, 0\nlast:   out 0xf4, al\n        hlt\nfile_end:\nmemory_end:\n`
}

function statement(random: Random, at: number, first: boolean): string {
  const fresh = first ? `${REGISTERS.map((register) => `        mov ${register}, ${random.uint32()}`).join('\n')}\n        xor ebp, ebp\n` : ''
  const lines = random.below(6) === 0 ? inRing3(random, at) : instruction(random, 0)
  return `${fresh}        mov dword [resume], s${at}\n        mov [stack], esp\n${lines}\ns${at}:`
}

const REGISTERS = ['eax', 'ecx', 'edx', 'ebx', 'esi', 'edi']

function inRing3(random: Random, at: number): string {
  return `        push dword 0x23\n        push dword user_stack\n        push dword ${random.below(2) === 0 ? '0x202' : '0x3202'}\n        push dword 0x1b\n        push dword u${at}\n        iret\nu${at}: mov ax, 0x23\n        mov ds, ax\n        mov es, ax\n${instruction(random, 3)}\n        int 0x81`
}

/** An instruction, with what it needs before it, for ring 0 or 3. Names of the prelude may stand in it. */
export function instruction(random: Random, ring: number): string {
  const pick = <T>(from: readonly T[]): T => from[random.below(from.length)]!
  const size = pick([1, 2, 4, 4, 4])
  const register = (): string => pick(size === 1 ? ['al', 'cl', 'dl', 'bl', 'ah', 'ch', 'dh', 'bh'] : size === 2 ? ['ax', 'cx', 'dx', 'bx', 'si', 'di'] : REGISTERS)
  const word = size === 1 ? 'byte' : size === 2 ? 'word' : 'dword'
  const memory = (): string => `${word} [${pick([DATA, DATA, PLAY])} + ${random.below(PLAY_PAGES * 4096 - 8)}]`
  const place = (): string => pick([register, register, memory])()
  const immediate = (): number => pick([random.below(256), random.uint32()]) & (size === 1 ? 0xff : size === 2 ? 0xffff : -1)
  const play = PLAY + random.below(PLAY_PAGES) * 4096
  const entry = PAGE_TABLE + (play >>> 12) * 4
  // The dirty bit and the rest, but not the accessed bit: QEMU reads before it writes, so that a refused read-modify-write sets it there.
  const read = `bt dword [${entry}], 6\n        setc al\n        mov bx, [${entry} + 1]`
  // What follows the log takes a repeated instruction whole: no interrupt may come in between.
  const repeated = (prefix: string): string => (ring === 0 ? `cli\n        ${prefix}` : '')
  const makers: readonly (() => string)[] = [
    () => `${pick(['add', 'or', 'adc', 'sbb', 'and', 'sub', 'xor', 'cmp', 'test', 'mov'])} ${place()}, ${register()}`,
    () => `${pick(['add', 'or', 'adc', 'sbb', 'and', 'sub', 'xor', 'cmp', 'mov'])} ${register()}, ${memory()}`,
    () => `${pick(['add', 'adc', 'sbb', 'sub', 'xor', 'cmp', 'mov', 'test'])} ${place()}, ${immediate()}`,
    () => `${pick(['rol', 'ror', 'rcl', 'rcr', 'shl', 'shr', 'sar'])} ${place()}, ${pick(['cl', String(random.below(32))])}`,
    () => `${pick(['inc', 'dec', 'neg', 'not', 'mul', 'imul', 'div', 'idiv'])} ${place()}`,
    () => `${pick(['xchg', 'xadd', 'cmpxchg'])} ${place()}, ${register()}`,
    () => `${pick(['bt', 'bts', 'btr', 'btc'])} dword [${DATA + 4096 + random.below(64)}], ${random.below(32)}`,
    () => `${pick(['bsf', 'bsr'])} ${pick(REGISTERS)}, ${pick(REGISTERS)}`,
    () => `${pick(['movzx', 'movsx'])} ${pick(REGISTERS)}, ${pick(['byte', 'word'])} [${DATA + random.below(4096)}]`,
    () => `set${pick(CONDITIONS)} byte [${DATA + random.below(4096)}]`,
    () => `cmov${pick(CONDITIONS)} ${pick(REGISTERS)}, ${pick(REGISTERS)}`,
    () => `pushf\n        pop ${pick(REGISTERS)}`,
    () => `push dword ${random.uint32() & 0x3_0ed5}\n        popf`,
    () => `pusha\n        popa`,
    () => `push ${pick(['ds', 'es', 'fs', 'gs', 'ss', 'cs'])}\n        pop ${pick(REGISTERS)}`,
    () => `mov edi, ${DATA + random.below(8192)}\n        mov esi, ${PLAY + random.below(8192)}\n        mov ecx, ${random.below(20)}\n        ${pick(['cld', 'std'])}\n        ${repeated(pick(['rep ', 'repe ', 'repne ', '']))}${pick(['movsb', 'movsd', 'cmpsb', 'cmpsd'])}\n        cld`,
    () => `mov edi, ${play + random.below(4096)}\n        mov ecx, ${random.below(40)}\n        ${repeated(pick(['rep ', 'repe ', 'repne ']))}${pick(['stosb', 'stosd', 'stosw', 'scasb', 'scasd', 'lodsd'])}`,
    () => `mov ax, ${pick(SELECTORS)}\n        mov ${pick(['fs', 'gs'])}, ax`,
    () => `mov ax, ${pick(WRITABLE_OR_REFUSED)}\n        mov ${pick(['ds', 'es'])}, ax`,
    () => `mov ax, ${pick(SELECTORS)}\n        ${pick(['lar', 'lsl'])} ebx, eax`,
    () => `mov ax, ${pick(SELECTORS)}\n        ${pick(['verr', 'verw'])} ax`,
    () => `mov eax, ${pick(['cr0', 'cr2', 'cr3'])}`,
    () => 'mov eax, cr3\n        mov cr3, eax',
    () => `mov eax, cr0\n        xor eax, ${pick(['0x10000', '8', '4', '2'])}\n        mov cr0, eax`,
    () => `invlpg [${play}]`,
    // Ring 3 cannot say that an entry has changed; how long a processor goes by the old one is its own affair.
    () => (ring === 0 ? `mov dword [${entry}], ${play | pick([0, 1, 3, 5, 7, 7, 7])}\n        invlpg [${play}]` : read),
    () => read,
    () => `mov eax, [${pick([play, 0x5000_0000 + random.below(4096), 0x17_0ffe])}]`,
    () => `int ${pick(['3', '0x80', '0x82', '0x83', '0x20', '13', '14'])}`,
    () => pick(['cli', 'sti', 'clts', 'smsw eax', 'sldt eax', 'str eax', 'into', 'ud2', 'cwd', 'cdq', 'cbw', 'cwde', 'lahf', 'sahf', 'cmc', 'xlatb', 'nop', 'leave', 'sti\n        nop\n        nop', 'arpl ax, bx']),
    () => `sgdt [${DATA + 64}]\n        mov eax, [${DATA + 66}]`,
    () => `sidt [${DATA + 64}]\n        mov eax, [${DATA + 66}]`,
    () => `out 0x${pick(['80', 'e9', 'ed'])}, ${pick(['al', 'ax', 'eax'])}`,
    () => `${pick(['shld', 'shrd'])} ${pick(REGISTERS)}, ${pick(REGISTERS)}, ${random.below(32)}`,
    () => `bound eax, [${DATA + random.below(4096)}]`,
    () => `enter ${random.below(32)}, ${random.below(3)}\n        leave`,
    () => `call far [gate_pointer]`,
    () => `lea ${pick(REGISTERS)}, [${pick(REGISTERS)} + ${pick(REGISTERS)} * ${pick([1, 2, 4, 8])} + ${random.below(1 << 20)}]`,
    () => `mov ecx, ${1 + random.below(8)}\n%%again_: dec eax\n        loop %%again_`.replaceAll('%%again_', `.l${random.uint32()}`),
    () => pick(['bswap eax', 'daa', 'das', 'aaa', 'aas', 'aad', 'cmpxchg8b [0x180100]', 'lock inc dword [0x180100]', 'lock add eax, ebx']),
    () => 'mov ax, 0x48\n        ltr ax',
  ]
  return pick(makers)().split('\n').map((line) => (line.startsWith(' ') ? line : `        ${line}`)).join('\n')
}

const CONDITIONS = ['o', 'no', 'b', 'ae', 'e', 'ne', 'be', 'a', 's', 'ns', 'p', 'np', 'l', 'ge', 'le', 'g']

/** Sets all up and jumps to `programs`. */
export const PRELUDE = `
bits 32
org 0x100000
header: dd 0x1BADB002, 0x10000, -(0x1BADB002 + 0x10000), header, header, file_end, memory_end, start
; Accessed already: QEMU does not note the first use of a code segment.
gdt:    dq 0, 0x00CF9B000000FFFF, 0x00CF93000000FFFF, 0x00CFFB000000FFFF, 0x00CFF3000000FFFF
tss_descriptor: dw 0x67, 0, 0x8900, 0
        dq 0x00CF12000000FFFF                 ; 0x30: data that is not present
        dq 0x00CF99000000FFFF                 ; 0x38: code that cannot be read
        dq 0x00CFF1000000FFFF                 ; 0x40: read-only data of ring 3
second_tss: dw 0x67, 0, 0x8900, 0             ; 0x48: a TSS for ltr
gate:   dw 0, 0x08, 0xEC00, 0                 ; 0x50: call gate, DPL 3
gdt_end:
gdt_pointer: dw gdt_end - gdt - 1
        dd gdt
idt_pointer: dw 0x7FF
        dd 0x170000 - 0x800
gate_pointer: dd 0
        dw 0x50
resume: dd 0
stack:  dd 0
tss:    times 26 dd 0
user_stack equ 0x187000

with_error: add esp, 4
no_error:                                     ; back to ring 0, behind the statement
        mov ax, 0x10
        mov ds, ax
        mov es, ax
        mov fs, ax
        mov gs, ax
        mov eax, [resume]
        mov esp, [stack]
        push dword 0x202
        push dword 8
        push eax
        iret
tick:   push eax
        mov al, 0x20
        out 0x20, al
        pop eax
        iret
through_gate: retf

start:  mov esp, 0x190000
        mov eax, tss
        mov [tss_descriptor + 2], ax
        mov [second_tss + 2], ax
        shr eax, 16
        mov [tss_descriptor + 4], al
        mov [second_tss + 4], al
        mov dword [tss + 4], 0x190000
        mov dword [tss + 8], 0x10
        mov word [tss + 102], 104
        mov eax, through_gate
        mov [gate], ax
        shr eax, 16
        mov [gate + 6], ax
        lgdt [gdt_pointer]
        jmp 8:.flat
.flat:  mov ax, 0x10
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov fs, ax
        mov gs, ax
        mov ax, 0x28
        ltr ax
        mov edi, 0x170000 - 0x800             ; 256 gates
        xor ecx, ecx
.gate:  mov eax, no_error
        cmp ecx, 32
        jae .write
        bt dword [error_vectors], ecx
        jnc .write
        mov eax, with_error
.write: mov edx, eax
        and eax, 0xFFFF
        or eax, 0x80000
        mov [edi], eax
        mov dx, 0x8E00
        cmp ecx, 0x80
        jb .store
        mov dx, 0xEE00                        ; 0x80 and above: from any ring
        cmp ecx, 0x83
        jne .store
        mov dx, 0xEF00                        ; 0x83: a trap gate
.store: mov [edi + 4], edx
        add edi, 8
        inc ecx
        cmp ecx, 256
        jb .gate
        mov eax, tick                         ; device interrupts: 0x28
        mov [0x170000 - 0x800 + 0x28 * 8], ax
        lidt [idt_pointer]
        mov edi, 0x170000                     ; a directory with one table: 4 MiB, each page where it is
        mov ecx, 1024
        xor eax, eax
        rep stosd
        mov dword [0x170000], 0x171007
        mov ecx, 1024
        mov eax, 7
.entry: mov [edi], eax
        add eax, 0x1000
        add edi, 4
        dec ecx
        jnz .entry
        mov edi, 0x171000                     ; not the first mebibyte: it is the firmware's
        mov ecx, 256
        xor eax, eax
        rep stosd
        mov eax, 0x170000
        mov cr3, eax
        mov eax, cr0
        or eax, 0x80010000
        mov cr0, eax
        mov al, 0x11                          ; PIC: from 0x28 on, only the timer
        out 0x20, al
        mov al, 0x28
        out 0x21, al
        mov al, 4
        out 0x21, al
        mov al, 1
        out 0x21, al
        mov al, 0xFE
        out 0x21, al
        mov al, 0xFF
        out 0xA1, al
        mov al, 0x34                          ; PIT: every 60 of its clocks
        out 0x43, al
        mov al, 60
        out 0x40, al
        mov al, 0
        out 0x40, al
        jmp programs
error_vectors: dd 0x27D00
`
