import { assemble } from '../../../machine/assembler/assemble.ts'
import { instruction, PRELUDE } from '../../../machine/testing/lockstep/programs.ts'
import type { Random } from '../../../simulation/random.ts'

/** Where random kernels lie, behind the prelude; their GDT with room for changes; pages whose entries they change. */
export const CODE = 0x11_0000
const GDT = 0x17_4000
const IDT = 0x16_f800
const PLAY = 0x1c_0000
const PLAY_PAGES = 8
const PAGE_TABLE = 0x17_1000
/** In each page to play with: `mov eax, …` and `ret`. */
const STUB = 0xf00

/** Where the prelude ends, its tables are copied, and the kernel at the address in `entry` begins. */
const SOURCE = `${PRELUDE}
programs:
        mov esi, gdt
        mov edi, ${GDT}
        mov ecx, (gdt_end - gdt) / 4
        rep movsd
        lgdt [large_gdt]
        mov edi, ${PLAY + STUB}
        mov ecx, ${PLAY_PAGES}
.stub:  mov byte [edi], 0xB8
        mov [edi + 1], edi
        mov byte [edi + 5], 0xC3
        add edi, 0x1000
        loop .stub
launch: jmp [entry]
entry:  dd 0
large_gdt: dw 0xFF
        dd ${GDT}
file_end:
memory_end:
`

export interface Prelude { readonly image: Uint8Array; readonly symbols: ReadonlyMap<string, number> }

/** Machine code that can lie anywhere: something to do in ring 0 or 3. */
export interface Piece {
  readonly text: string
  readonly code: Uint8Array
  /** Has instructions that are sensitive and need not trap outside ring 0: the seventeen, but `int`, and their kin. */
  readonly sensitive: boolean
  /** Shows a program in ring 3 what belongs to a monitor that lets it run directly. */
  readonly leaks: boolean
}

export interface Pieces { readonly kernel: readonly Piece[]; readonly user: readonly Piece[] }

const SENSITIVE = /\b(?:s[gil]dt|smsw|str|pushf|popf|lar|lsl|ver[rw]|(?:call|jmp) far|iret|sysenter|(?:push|pop) [c-gs]s|mov [c-gs]s(?=,)|mov \w+, [c-gs]s)\b/
const LEAKS = /\b(?:sgdt|sidt|sldt|str|smsw|lsl)\b/

function built(source: string): ReturnType<typeof assemble> {
  const result = assemble(source)
  if (!result.ok) throw new Error(JSON.stringify(result.messages))
  return result
}

export function makePrelude(): Prelude {
  const { image, symbols } = built(SOURCE)
  return { image, symbols }
}

/** So many pieces for each ring; the same for the same seed. */
export function makePieces(random: Random, count: number, prelude: Prelude): Pieces {
  return { kernel: assembled(Array.from({ length: count }, () => kernelPiece(random)), prelude), user: assembled(Array.from({ length: count }, () => userPiece(random)), prelude) }
}

function assembled(texts: readonly string[], { symbols }: Prelude): readonly Piece[] {
  const { image, symbols: places } = built(`bits 32\norg 0\ngate_pointer equ ${symbols.get('gate_pointer')!}\n${texts.map((text, n) => `p${n}:\n${text}\n`).join('')}p${texts.length}:\n`)
  return texts.map((text, n) => ({ text, code: image.subarray(places.get(`p${n}`), places.get(`p${n + 1}`)), sensitive: SENSITIVE.test(text), leaks: LEAKS.test(text) }))
}

const oneOf = <T>(random: Random, from: readonly T[]): T => from[random.below(from.length)]!
const lines = (...text: readonly string[]): string => text.map((line) => `        ${line}`).join('\n')

function kernelPiece(random: Random): string {
  const kind = random.below(10)
  if (kind === 0) return oneOf(random, TABLES)(random)
  if (kind === 1) return lines(...oneOf(random, SYSTEM).split('; '))
  return instruction(random, 0)
}

function userPiece(random: Random): string {
  return random.below(12) === 0 ? lines(...oneOf(random, SYSTEM).split('; ')) : instruction(random, 3)
}

/** What is privileged, reads the processor's own registers, or is not there. */
const SYSTEM = [
  'cpuid', 'mov eax, 1; cpuid', 'wbinvd', 'invd', 'mov eax, dr7', 'mov dr2, eax', 'mov eax, dr6', 'vmcall', 'vmlaunch', 'sti; hlt', 'mov ecx, 0x175; rdmsr; wrmsr', 'mov ecx, 0x1234; rdmsr', 'mov eax, cr4',
  'mov eax, cr4; xor eax, 4; mov cr4, eax', 'mov eax, cr0; xor eax, 0x20; mov cr0, eax', 'mov eax, 0x80000000; mov cr0, eax', 'in al, 0x21', 'in al, 0x40', 'in al, 0x61', 'mov dx, 0x3fd; in al, dx', 'mov al, 0x41; mov dx, 0x3f8; out dx, al',
  'pushf; or dword [esp], 0x100; popf; inc eax; inc ebx', 'pushf; xor dword [esp], 0x40000; popf', 'db 0x0f, 0xaa', 'lmsw ax', 'mov ax, 9; lmsw ax', 'sysenter', 'lldt ax', 'xor eax, eax; lldt ax', 'mov cr2, ebx', 'int3', 'int1', 'cli; push dword 0x202; push cs; push dword 0; iret',
  'mov edi, esp; push ss; push edi; pop esp; pop ss', 'mov ax, ss; mov ss, ax', 'push dword 0x10; pop ss; mov esp, [0x180000]', 'sti; mov ax, ss; mov ss, ax; nop', 'in al, 0x20', 'mov al, 0x0A; out 0x20, al', 'mov al, 0xFE; out 0x21, al', 'mov dx, 0x80; mov edi, 0x180100; mov ecx, 9; rep insb', 'mov dx, 0x80; mov esi, 0x180200; outsb',
]

/** Changes of tables, and what then happens by them. */
const TABLES: readonly ((random: Random) => string)[] = [
  // A gate of any kind, and through it.
  (random) => {
    const vector = oneOf(random, [0x90, 0x91, 0x92])
    const high = 0x10_0000 | oneOf(random, [0x8e00, 0xee00, 0x8f00, 0xef00, 0x0e00, 0x8500, 0x8c00, 0xce00, 0x8600])
    return lines(`mov word [${IDT + vector * 8}], bx`, `mov eax, [${IDT + 0x81 * 8}]`, `mov [${IDT + vector * 8}], eax`, `mov word [${IDT + vector * 8 + 2}], ${oneOf(random, ['8', '8', '8', '0x1b', '0x10', '0', '0x30', '0x38', '0x68', '0x402'])}`, `mov dword [${IDT + vector * 8 + 4}], ${high}`, `int ${vector}`)
  },
  // A descriptor of any kind, and a load of it.
  (random) => {
    const at = oneOf(random, [0x60, 0x68, 0x70])
    const high = oneOf(random, [0x00cf_9200, 0x00cf_9300, 0x00cf_9a00, 0x00cf_9e00, 0x00cf_f200, 0x00cf_fb00, 0x0040_9300, 0x0040_9600, 0x00cf_1300, 0x0000_8200, 0x008f_9300, 0xffcf_9300, 0x00c0_9200 | (random.below(16) << 16)])
    return lines(`mov dword [${GDT + at}], ${random.uint32()}`, `mov dword [${GDT + at + 4}], ${high}`, `mov ax, ${at + oneOf(random, [0, 0, 3])}`, `mov ${oneOf(random, ['ds', 'es', 'fs', 'gs', 'ss'])}, ax`, `mov ebx, [${oneOf(random, ['', 'fs:', 'gs:', 'es:'])}${0x18_0000 + random.below(0x4000)}]`)
  },
  (random) => lines(`lgdt [${0x18_0000 + random.below(64)}]`),
  () => lines('sgdt [0x180080]', 'lgdt [0x180080]', 'sidt [0x180088]', 'lidt [0x180088]'),
  // Code where the tables lead, and where they led before.
  (random) => {
    const play = PLAY + random.below(PLAY_PAGES) * 0x1000
    const frame = PLAY + random.below(PLAY_PAGES) * 0x1000
    return lines(`mov dword [${PAGE_TABLE + (play >>> 12) * 4}], ${frame | oneOf(random, [7, 7, 3, 5, 0x67, 0])}`, `invlpg [${play}]`, `call ${play + STUB}`, 'add ebx, eax')
  },
  (random) => {
    const play = PLAY + random.below(PLAY_PAGES) * 0x1000
    return lines(`mov byte [${play + STUB + 1 + random.below(4)}], ${random.below(256)}`, `call ${play + STUB}`, 'xor ebx, eax')
  },
  // A page that is not RAM.
  (random) => {
    const play = PLAY + random.below(PLAY_PAGES) * 0x1000
    return lines(`mov dword [${PAGE_TABLE + (play >>> 12) * 4}], ${oneOf(random, [0x3000_0007, 0x20_0007, 0x40_0003, 0xb_8007, 0xffff_f007])}`, `invlpg [${play}]`, `${oneOf(random, ['mov eax,', 'inc dword', 'add ebx,'])} [${play + random.below(4092)}]`)
  },
  // The directory, by way of another one.
  (random) => lines(`mov eax, [${0x17_0000}]`, 'mov [0x175000], eax', `mov dword [0x175000 + ${4 * (1 + random.below(1023))}], 0x171007`, 'mov eax, 0x175000', 'mov cr3, eax', `mov ebx, [${(random.below(1023) << 22) + 0x18_0000}]`),
  (random) => lines('mov eax, cr0', 'and eax, 0x7FFFFFFF', 'mov cr0, eax', `mov ebx, [${0x18_0000 + random.below(8192)}]`, 'or eax, 0x80000000', 'mov cr0, eax'),
  // The stack of ring 0 that the TSS names, and a TSS that is loaded again.
  () => lines('and byte [0x17402D], 0xFD', 'mov ax, 0x28', 'ltr ax'),
]
