import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'

/** The processor before an instruction, as QEMU prints it. Numbers are int32; segments in the order es cs ss ds fs gs, ldtr, tr. */
export interface QemuState {
  readonly kind: 'state'
  /** eax ecx edx ebx esp ebp esi edi. */
  readonly registers: readonly number[]
  readonly eip: number
  readonly eflags: number
  readonly cpl: number
  readonly halted: boolean
  readonly segments: readonly { readonly selector: number; readonly base: number; readonly limit: number; readonly flags: number }[]
  readonly gdt: readonly [base: number, limit: number]
  readonly idt: readonly [base: number, limit: number]
  /** cr0 cr2 cr3 cr4. */
  readonly control: readonly number[]
}

/** A device's interrupt is delivered between two states. */
export interface QemuInterrupt { readonly kind: 'interrupt'; readonly vector: number }

export type QemuRecord = QemuState | QemuInterrupt

interface LockstepRun {
  readonly image: Uint8Array
  readonly disk?: Uint8Array | null
  readonly memoryMiB?: number
  readonly commandLine?: string
  /** Typed at the start: the line keeps it until somebody reads. */
  readonly typed?: string
  /** Names of keys, as QEMU's monitor knows them: one each time the guest halts to wait. */
  readonly keys?: readonly string[]
}

/** A running QEMU. */
export interface QemuRun {
  readonly records: AsyncIterable<QemuRecord>
  /** The guest waits: presses the next key. False when there is none left. */
  readonly wake: () => boolean
}

const HEX = '([0-9a-f]+)'
const SEGMENTS = ['ES ', 'CS ', 'SS ', 'DS ', 'FS ', 'GS ', 'LDT', 'TR ']
const STATE = new RegExp([
  `EAX=${HEX} EBX=${HEX} ECX=${HEX} EDX=${HEX}\\nESI=${HEX} EDI=${HEX} EBP=${HEX} ESP=${HEX}\\nEIP=${HEX} EFL=${HEX} \\S+ CPL=(\\d) \\S+ \\S+ \\S+ HLT=(\\d)`,
  ...SEGMENTS.map((name) => `${name}=${HEX} ${HEX} ${HEX} ${HEX}.*`),
  `GDT= +${HEX} ${HEX}`, `IDT= +${HEX} ${HEX}`, `CR0=${HEX} CR2=${HEX} CR3=${HEX} CR4=${HEX}`,
].join('\\n'))
/** A QEMU that nobody reads any more, because its test ran out of time. */
const LONGEST_MS = 100_000
/** Vectors below are the processor's own: guests move the interrupt controller's away from them. */
const FIRST_DEVICE_VECTOR = 0x20

/**
 * Boots a multiboot image in the genuine QEMU, its clock counting instructions, and gives what it prints of the processor before every instruction
 * where guests are (the firmware uses the end of memory), and the interrupts in between. QEMU ends when the reader does.
 */
export function startQemu({ image, disk, memoryMiB = 32, commandLine, typed, keys }: LockstepRun): QemuRun {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-'))
  const put = (name: string, bytes: Uint8Array): string => {
    writeFileSync(join(folder, name), bytes)
    return join(folder, name)
  }
  const child = spawn('qemu-system-i386', [
    '-accel', 'tcg', '-singlestep', '-d', 'nochain,cpu,exec,int', '-dfilter', '0x100000+0x100000,0x400000+0x400000,0x40000000+0x40000000', '-icount', 'shift=3,sleep=off',
    '-kernel', put('image', image), '-m', String(memoryMiB), '-display', 'none', '-no-reboot', '-nic', 'none', ...(keys ? ['-monitor', 'stdio', '-serial', 'null'] : ['-serial', 'stdio', '-monitor', 'none']),
    '-device', 'isa-debug-exit,iobase=0xf4,iosize=0x04',
    ...(disk ? ['-drive', `file=${put('disk', disk)},format=raw,if=ide,index=0`] : []), ...(commandLine ? ['-append', commandLine] : []),
  ], { stdio: ['pipe', 'ignore', 'pipe'], timeout: LONGEST_MS, killSignal: 'SIGKILL' })
  if (typed) child.stdin.write(typed)
  const waiting = [...(keys ?? [])]
  async function* records(): AsyncGenerator<QemuRecord> {
    try {
      yield* parse(child.stderr)
    } finally {
      child.kill('SIGKILL')
      rmSync(folder, { recursive: true })
    }
  }
  const wake = (): boolean => {
    const key = waiting.shift()
    if (key) child.stdin.write(`sendkey ${key} 1\n`)
    return key !== undefined
  }
  return { records: records(), wake }
}

/** Blocks begin with a line of `-d exec` (a state follows) or `-d int` (the state it dumps is that of the instruction before). */
async function* parse(log: Readable): AsyncGenerator<QemuRecord> {
  let text = ''
  log.setEncoding('latin1')
  for await (const chunk of log as AsyncIterable<string>) {
    text += chunk
    for (;;) {
      const end = text.indexOf('\nEFER=')
      if (end < 0 || text.indexOf('\n', end + 1) < 0) break
      const record = readBlock(text.slice(0, end + 1))
      text = text.slice(text.indexOf('\n', end + 1) + 1)
      if (record) yield record
    }
  }
}

function readBlock(block: string): QemuRecord | null {
  const event = / v=([0-9a-f]{2}) e=[0-9a-f]+ i=(\d)/.exec(block)
  if (event) {
    const vector = Number.parseInt(event[1]!, 16)
    return event[2] === '0' && vector >= FIRST_DEVICE_VECTOR ? { kind: 'interrupt', vector } : null
  }
  if (!block.includes('Trace ')) return null
  const found = STATE.exec(block)
  if (!found) throw new Error(`QEMU's log cannot be read:\n${block}`)
  const n = found.slice(1).map((digits) => Number.parseInt(digits, 16) | 0)
  const [eax, ebx, ecx, edx, esi, edi, ebp, esp, eip, eflags, cpl, halted] = n as [number, number, number, number, number, number, number, number, number, number, number, number]
  const segments = SEGMENTS.map((_, i) => ({ selector: n[12 + i * 4]!, base: n[13 + i * 4]!, limit: n[14 + i * 4]!, flags: n[15 + i * 4]! }))
  return {
    kind: 'state', registers: [eax, ecx, edx, ebx, esp, ebp, esi, edi], eip, eflags, cpl, halted: halted === 1, segments,
    gdt: [n[44]!, n[45]!], idt: [n[46]!, n[47]!], control: n.slice(48, 52),
  }
}
