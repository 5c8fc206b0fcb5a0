import { assemble } from '../assembler/assemble.ts'
import type { MachineConfig } from '../board/config.ts'
import { Recording } from './recording.ts'
import { TraceRing } from './trace-ring.ts'

const ADDRESS = 0x8000
const ROUNDS = 4
const STRETCH = 2_000
const RING = 1 << 10

const ARITHMETIC = ['add', 'adc', 'sub', 'sbb', 'and', 'or', 'xor', 'cmp']
const NARROW_ARITHMETIC = ['add', 'sub', 'and', 'or', 'xor', 'cmp']
/** All set; none; the sign alone: each condition holds under one of them. */
const FLAG_SETTINGS = [0x8d5, 2, 0x80]
const CONDITIONS = ['o', 'no', 'b', 'ae', 'e', 'ne', 'be', 'a', 's', 'ns', 'p', 'np', 'l', 'ge', 'le', 'g']

/**
 * Every form that the loop of slice.ts knows, once, so that all of them have been met before the loop is compiled; operands need all their bits.
 * `esi` points to data, `edi` is 0.
 */
function everyForm(): string {
  const each = (names: readonly string[], operands: string): string[] => names.map((name) => `${name} ${operands}`)
  const jumps = FLAG_SETTINGS.flatMap((flags, at) => [`push dword ${flags}`, 'popf', ...CONDITIONS.flatMap((condition) => [`j${condition} .${condition}${at}`, `.${condition}${at}:`])])
  return [
    ...each([...ARITHMETIC, 'mov', 'test'], 'eax, ebx'), ...each(['add', 'mov', 'cmp', 'test'], 'dword [esi + edi * 4 + 8], ebx'), ...each(['add', 'mov'], 'ebx, [esi + 8]'), 'add eax, 0x89abcdef',
    ...each([...NARROW_ARITHMETIC, 'mov', 'test'], 'ch, bl'), ...each(['add', 'mov', 'cmp'], 'byte [esi + 13], 0x91'),
    ...each(['inc', 'dec', 'neg', 'not', 'mul', 'push', 'pop'], 'eax'), ...each(['shl', 'shr', 'sar', 'rol', 'ror'], 'eax, 5'), ...each(['shl', 'shr', 'sar', 'rol', 'ror'], 'eax, 0'), 'shl dword [esi], cl',
    ...each(['movzx', 'movsx'], 'eax, byte [esi]'), ...each(['movzx', 'movsx'], 'ebx, bx'), ...jumps, REST,
  ].join('\n')
}

const REST = `
nop
imul eax, ebx
imul eax, [esi], 0x12345
imul eax, [esi + 4]
lea eax, [esi + edi * 4 + 3]
mov ax, [esi]
mov [esi], bx
cdq
push dword 0x87654321
push dword [esi]
pop dword [esi]
pop eax
push ds
pop es
mov es, [esi + 32]
mov ax, ds
mov fs, ax
pusha
popa
push ebp
mov ebp, esp
leave
mov dword [esi + 36], .routine
mov dword [esi + 40], .after
call .routine
call [esi + 36]
jmp [esi + 40]
.routine: ret
.after: jmp .far
.far:
mov [esi + edi + 0x1001], eax
mov eax, [esi + 0x2fff]
xchg eax, [esi]
xadd [esi], ebx
bt eax, 3
bsf eax, ebx
push esi
push ecx
mov edi, 0x50000
mov ecx, 20
rep stosd
mov ecx, 20
mov esi, 0x50000
rep movsb
pop ecx
pop esi
xor edi, edi
pushf
popf
`

/** Two rings with paging, calls to the system, faults, a timer and its interrupts. */
const PROGRAM = `bits 32
org ${ADDRESS}
  lgdt [gdtr]
  lidt [idtr]
  jmp 8:here
here:
  mov ax, 0x10
  mov ds, ax
  mov es, ax
  mov ss, ax
  mov ax, 0x28
  ltr ax
  mov dword [0x70000], 0x87
  mov eax, 0x70000
  mov cr3, eax
  mov eax, 0x10
  mov cr4, eax
  mov eax, 0x80010011
  mov cr0, eax
  mov al, 0x34
  out 0x43, al
  mov al, 200
  out 0x40, al
  xor al, al
  out 0x40, al
  mov al, 0x11
  out 0x20, al
  mov al, 0x20
  out 0x21, al
  mov al, 4
  out 0x21, al
  mov al, 3
  out 0x21, al
  mov al, 0xfe
  out 0x21, al
again:
  mov esp, ${ADDRESS}
  mov esi, data
  mov word [esi + 32], 0x10
  call body
  sti
  hlt
  cli
  mov eax, [0x800000]
  mov ecx, cr3
  mov cr3, ecx
  push dword 0x23
  push dword 0x7c00
  push dword 0x3202
  push dword 0x1b
  push dword user
  iret
user:
  mov ax, 0x23
  mov ds, ax
  mov es, ax
  mov esi, data
  mov word [esi + 32], 0x23
  call body
  mov eax, [0x800000]
  in al, 0x61
  int 0x30
system:
  mov ax, 0x10
  mov ds, ax
  mov es, ax
  dec dword [rounds]
  jnz again
  mov al, 1
  out 0xf4, al
  hlt
`

const BODY = `body:
mov eax, 0xfffffff0
mov ebx, 0x80000001
mov ecx, 0x1234f7
xor edi, edi
${everyForm()}
ret
`

const TABLES = `
timer: iret
fault:
  add esp, 4
  add dword [esp], 5
  iret
align 8
gdt: dd 0, 0, 0xffff, 0xcf9a00, 0xffff, 0xcf9200, 0xffff, 0xcffa00, 0xffff, 0xcff200
  dw 0x67, tss, 0x8900, 0
gdtr: dw 47
  dd gdt
idtr: dw 0x187
  dd idt
rounds: dd ${ROUNDS}
align 8
tss: dd 0, ${ADDRESS}, 0x10
  times 22 dd 0
  dd 0x680000
idt: times 14 dq 0
  dw fault, 8, 0x8e00, 0
  times 17 dq 0
  dw timer, 8, 0x8e00, 0
  times 15 dq 0
  dw system, 8, 0xee00, 0
align 4096
data: times 0x4000 db 0x91
`

/** A machine that runs the program. */
export function warmUpConfig(): MachineConfig {
  const { image, messages } = assemble(`${PROGRAM}${BODY}${TABLES}`)
  if (image.length === 0) throw new Error(`the program to warm up with does not assemble: ${messages[0]?.message}`)
  return { memoryMiB: 4, boot: { kind: 'flat', image, address: ADDRESS, entry: ADDRESS, stack: ADDRESS } }
}

let warm = false

/**
 * Runs a program that uses every form of the processor's loop, and goes back in it. JavaScript engines compile for what they have seen; what comes first
 * after that costs the compiled loop, and with it a tenth of a second in which everything is slow. Once in each thread; later calls do nothing.
 */
export function warmUp(): void {
  if (warm) return
  warm = true
  const recording = new Recording(warmUpConfig(), { interval: STRETCH / 4 })
  const ring = new TraceRing(recording.machine.cpu, RING)
  recording.run(STRETCH)
  recording.back(3)
  for (const tick of [STRETCH / 2, 1, STRETCH]) recording.seek(tick)
  recording.ring = ring
  recording.run(STRETCH * 1.5)
  recording.ring = null
  recording.onEach = () => undefined
  recording.run(STRETCH * 1.6)
  recording.onEach = null
  recording.run(Infinity)
  if (recording.machine.end?.kind !== 'exit') throw new Error(`the program to warm up with ended at tick ${recording.tick}: ${JSON.stringify(recording.machine.end)}`)
}
