import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { MonitorPlan } from '../machine/board/executor.ts'
import { Machine } from '../machine/board/machine.ts'
import type { MonitorEntry } from '../machine/board/monitor-entry.ts'
import { binaryTranslation } from './techniques/binary-translation/binary-translation.ts'
import { hardwareAssist } from './techniques/hardware-assist.ts'
import { kernelAround, PAGING } from './techniques/hardware-assist/testing/kernels.ts'
import { imageOf, multiboot } from './techniques/hardware-assist/testing/play.ts'
import { trapAndEmulate } from './techniques/trap-and-emulate.ts'
import { guestState } from './testing/guest-state.ts'

/** Ported guests have roads of their own: paravirtual/escape.test.ts. */
const TECHNIQUES: readonly (readonly [string, MonitorPlan, number])[] = [
  ['trap and emulate, ring 1', trapAndEmulate({ kernelRing: 1 }), 0x20_0000],
  ['trap and emulate, ring 3', trapAndEmulate({ kernelRing: 3 }), 0x20_0000],
  ['binary translation', binaryTranslation(), 0x20_0000],
  ['hardware assist', hardwareAssist(), 0xb000],
]
const RAM = 8 << 20
const NEIGHBOUR_BYTES = 1 << 20
const MARK = 0xdead_beef
/** It stands in no code, which a monitor may copy. */
const LOAD_MARK = `mov ebp, ${~MARK >>> 0}\n        not ebp`
const MOST_TICKS = 60_000

/** Every exception leads on to what `resume` says; then the attempt, `.next` and `done`. */
const attempt = (body: string): string => kernelAround(`
${[0, 3, 4, 5, 8, 10, 12, 13].map((vector) => `        mov ecx, again\n        mov eax, ${vector}\n        call set`).join('\n')}
        mov dword [resume], done
        ${LOAD_MARK}
${body}`)

/** One thing after the other, whatever each of them raises. */
const each = (...things: readonly string[]): string => things.map((thing, n) => `        mov dword [resume], .next${n}\n        mov esp, 0x190000\n${thing}\n.next${n}: mov ax, 0x10\n        mov ds, ax\n        mov es, ax\n        mov ss, ax\n        mov esp, 0x190000\n        ${LOAD_MARK}`).join('\n')

interface Road {
  readonly name: string
  readonly body: string
}

const ROADS: readonly Road[] = [
  { name: 'page tables that lead to the monitor, to a neighbour, to nowhere', body: `${PAGING}${each(...[0, 0x1000, 0x4000, 0x10_0000, 0x20_0000, 0x60_0000, 0xff0_0000].flatMap((behind) => [
    `        mov dword [0x180000 + 0x404], 0x181007\n        mov dword [0x181000], ${(RAM + behind) | 7}\n        mov eax, cr3\n        mov cr3, eax\n        mov [0x40400000], ebp\n        mov edx, [0x40400ffc]\n        add [0x1a0000], edx`,
    `        mov edi, ${0x4000_0000 + behind % 0x40_0000}\n        mov ecx, 0x400\n        mov eax, ebp\n        rep stosd`,
  ]))}` },
  { name: 'the monitor’s frames as page tables', body: `${PAGING}${each(
    `        mov dword [0x180000 + 0x408], ${RAM + 0x20_0000 | 7}\n        mov eax, cr3\n        mov cr3, eax\n        mov [0x40800000], ebp`, `        mov eax, ${RAM + 0x6000}\n        mov cr3, eax\n        mov [0x1a0000], ebp`)}` },
  { name: 'addresses behind the fence', body: each(...['[0xffc00000]', '[0xffc02ffc]', '[0xffd00000]', '[0xffd81000]', '[0xfffffffc]'].flatMap((at) => [
    `        mov ${at}, ebp`, `        mov edx, ${at}\n        add [0x1a0000], edx`, `        mov esp, ${at.slice(1, -1)}\n        push ebp`, `        mov edi, ${at.slice(1, -1)}\n        mov ecx, 9\n        mov eax, ebp\n        rep stosd`, `        lgdt ${at}`,
  ]), '        mov eax, 0xffd00000\n        jmp eax', '        mov eax, 0xffe00030\n        call eax') },
  { name: 'segments that begin behind the fence, wrap around or expand down', body: each('        mov esi, gdt\n        mov edi, 0x174000\n        mov ecx, 6\n        rep movsd\n        lgdt [.large]\n        jmp .over\n.large: dw 0x1F\n        dd 0x174000\n.over:', ...([[0x0000_ffff, 0xffcf_92c0], [0x0000_ffff, 0xffcf_92ff], [0x8000_ffff, 0xffcf_92bf], [0x0000_0000, 0x00cf_9600], [0xffff_ffff, 0xff4f_92bf]] as const).flatMap(([low, high]) =>
    ['es', 'fs', 'gs'].map((segment) => `        mov dword [0x174018], ${low}\n        mov dword [0x17401C], ${high}\n        mov ax, 0x18\n        mov ${segment}, ax\n        mov [${segment}:0x1000], ebp\n        mov [${segment}:0x400000], ebp\n        mov [${segment}:0xffc00000], ebp\n        mov edx, [${segment}:0x100]\n        mov [0x1a0004], edx`))) },
  { name: 'ports, by string instructions to where the monitor is', body: each('        mov dx, 0x80\n        mov edi, 0xffc00000\n        mov ecx, 64\n        rep insd', '        mov esi, 0xffd00000\n        mov dx, 0x80\n        mov ecx, 64\n        rep outsd', ...[0xcf8, 0x402, 0x501, 0xfff4].map((port) => `        mov dx, ${port}\n        mov eax, ebp\n        out dx, eax\n        in eax, dx\n        mov [0x1a0000], eax`)) },
  { name: 'calls to a hypervisor that has not been asked for', body: each('        vmcall', '        db 0x0f, 0x01, 0xd9', '        int 0x82', '        int 0xf0', '        int3', '        int 0x20', '        vmlaunch', '        vmxon [0x1a0000]', '        mov ecx, 0x3a\n        mov eax, 5\n        xor edx, edx\n        wrmsr', '        mov ecx, 0xc0000080\n        rdmsr') },
  { name: 'code that turns into an attack when it has run', body: each(
    // A harmless store gets the monitor's address; a copy becomes `lgdt`; a jump goes into the middle of an instruction.
    '        mov ecx, 40\n.store: mov [0x1a0000], ebp\n        cmp ecx, 10\n        jne .go\n        mov dword [.store + 2], 0xffd00000\n        mov dword [.store + 2], 0xffc00000\n.go:    dec ecx\n        jnz .store',
    '        mov ecx, 20\n.again: nop\n        nop\n        nop\n        nop\n        nop\n        nop\n        nop\n        mov dword [.again], 0x0015010f\n        mov dword [.again + 4], 0x90ffd000\n        dec ecx\n        jnz .again',
    '        mov ecx, 20\n.hide: mov eax, 0xefbe2d89\n        mov ebx, .hide + 1\n        mov byte [.hide + 3], 0\n        mov byte [.hide + 4], 0\n        dec ecx\n        jz .done\n        cmp ecx, 5\n        jne .hide\n        jmp ebx\n.done:') },
]

/** What a monitor has set up once and never changes: its tables, or what the processor is told about its guest. */
function fixed(machine: Machine, own: number): string {
  const at = machine.memory.size
  const bytes = own > 0x1_0000
    // The IDT, the TSS, and the monitor's own descriptors at the end of the GDT.
    ? [[0, 0x2000], [0x1_3fe8, 0x1_4000]]
    // Bitmaps of ports and MSRs, the host's root, the nested table.
    : [[0x2000, own]]
  const hash = createHash('sha1')
  for (const [from, to] of bytes) hash.update(machine.host.bytes.subarray(at + from!, at + to!))
  return hash.digest('hex')
}

describe.each(TECHNIQUES)('%s: a guest stays what it is', (_, plan, own) => {
  test.each(ROADS.map((road) => [road.name, road] as const))('%s', (_name, { body }) => {
    const config = multiboot(imageOf(attempt(body)))
    const bare = new Machine(config)
    const guest = new Machine({ ...config, monitor: { ...plan, hostBytes: (bytes) => plan.hostBytes(bytes) + NEIGHBOUR_BYTES } })
    const neighbour = guest.host.bytes.subarray(guest.host.size - NEIGHBOUR_BYTES)
    neighbour.forEach((_byte, n) => (neighbour[n] = (n * 151) >> 3))
    const before = [fixed(guest, own), createHash('sha1').update(neighbour).digest('hex')]
    const entries: MonitorEntry[] = []
    guest.executor.onEntry = (entry) => void entries.push(entry)
    for (const machine of [bare, guest]) machine.run(MOST_TICKS)

    expect(guest.end).not.toBeNull()
    // What it read there, and what each attempt raised, is what a machine has where nothing is.
    expect(guestState(guest)).toEqual(guestState(bare))
    expect([fixed(guest, own), createHash('sha1').update(neighbour).digest('hex')]).toEqual(before)
    const words = new Uint32Array(guest.host.bytes.slice(guest.memory.size, guest.host.size - NEIGHBOUR_BYTES).buffer)
    expect(words.includes(MARK)).toBe(false)
    // It is on record.
    expect(entries.filter(({ reason }) => reason === 'emulated' || reason === 'reflected').length).toBeGreaterThan(2)
  }, 60_000)
})
