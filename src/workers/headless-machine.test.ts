import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { assemble } from '../core/machine/assembler/assemble.ts'
import type { CostChoice } from '../protocol/costs.ts'
import type { MachineEventKind, TechniqueName } from '../protocol/machine.ts'
import { type MachineReport, runMachine } from './headless-machine.ts'
import { MessageLine, Pace, type SerialLine } from './serial-line.ts'

const HEADER = `
bits 32
org 0x100000
head: dd 0x1badb002, 0x10000, -(0x1badb002 + 0x10000), head, head, 0, 0, start
start:
`
/** Says "> ", reads a line, says it back, and ends after one that begins with q. */
const ECHO = `${HEADER}
  mov dx, 0x3f8
.prompt:
  mov al, '>'
  out dx, al
  mov bl, 0
.wait:
  mov ecx, 100
  loop $
  mov dx, 0x3fd
  in al, dx
  test al, 1
  jz .wait
  mov dx, 0x3f8
  in al, dx
  out dx, al
  cmp al, 10
  je .line
  test bl, bl
  jnz .wait
  mov bl, al
  jmp .wait
.line:
  cmp bl, 'q'
  jne .prompt
  mov al, 3
  out 0xf4, al
`

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'glasshouse-'))
})

afterEach(() => rmSync(folder, { recursive: true }))

async function run(source: string, options: { input?: string; maxInstructions?: number; disk?: string; until?: MachineEventKind; trace?: string; technique?: TechniqueName; costs?: CostChoice } = {}): Promise<{ report: MachineReport; serial: string }> {
  const file = join(folder, 'kernel')
  writeFileSync(file, assemble(source).image)
  let serial = ''
  const params = { file, commandLine: '', memoryMiB: 2, ticksPerSecond: 1_000_000, maxInstructions: options.maxInstructions ?? 1e9, disks: [options.disk ?? null, null] as const, input: Buffer.from(options.input ?? '') }
  const { until, trace, technique, costs } = options
  const looks = { ...(until && { until }), ...(trace && { trace }), ...(technique && { technique }), ...(costs && { costs }) }
  const report = await runMachine({ ...params, ...looks }, (text) => (serial += text))
  return { report, serial }
}

test('a kernel’s serial line is typed line by line, whenever it is silent', async () => {
  const first = await run(ECHO, { input: 'one\nquit\nnever read\n' })
  expect(first.serial).toBe('>one\n>quit\n')
  expect(first.report.end).toEqual({ kind: 'exit', code: 3 })
  expect(first.report.ticks).toBe(first.report.instructions)
})

test('it ends at exactly the instruction that was asked for', async () => {
  const { report } = await run(`${HEADER} jmp $`, { maxInstructions: 12_345 })
  expect(report).toMatchObject({ end: { kind: 'limit' }, instructions: 12_345, ticks: 12_345 })
})

test('a disk is a copy, and a missing file is named', async () => {
  const disk = join(folder, 'disk')
  writeFileSync(disk, new Uint8Array(512).fill(1))
  const write = `${HEADER}
  mov ecx, 5
  mov edx, 0x1f2
.set:
  mov al, [registers + edx - 0x1f2]
  out dx, al
  inc edx
  loop .set
  mov al, 0x30
  out dx, al
  mov esi, start
  mov ecx, 128
  mov dx, 0x1f0
  rep outsd
  mov dx, 0x1f7
.busy:
  in al, dx
  test al, 0x80
  jnz .busy
  out 0xf4, al
registers: db 1, 0, 0, 0, 0xe0`
  expect((await run(write, { disk })).report.end).toEqual({ kind: 'exit', code: 0x50 })
  expect(readFileSync(disk)).toEqual(Buffer.alloc(512, 1))
  await expect(run(write, { disk: join(folder, 'no') })).rejects.toThrow('cannot be read')
})

test('what is no kernel says so', async () => {
  const { report } = await run('dd 0')
  expect(report.end).toMatchObject({ kind: 'boot-failed' })
})

test('it stops after the first event that was asked for', async () => {
  const { report } = await run(`${HEADER} nop\n nop\n out 0x80, al\n hlt`, { until: 'io' })
  expect(report).toMatchObject({ end: { kind: 'event', event: 'io' }, instructions: 3 })
})

test('what it cost is told by the figures that were asked for, and who spent it', async () => {
  const source = `${HEADER} mov al, 3\n out 0x80, al\n jmp $`
  const report = async (looks: Parameters<typeof run>[1]): Promise<unknown> => (await run(source, { maxInstructions: 10, ...looks })).report.costs
  expect(await report({})).toMatchObject({ preset: 'p4-2005', clockGhz: 3.8, account: { user: 0, kernel: 9, monitor: 0, hardware: 3209 } })
  expect(await report({ technique: 'hardware-assist', costs: { preset: 'p4-2005', changes: { vmEntry: 1 } } })).toMatchObject({ account: { user: 0, kernel: 9, monitor: 1780 + 9706 } })
  expect(await report({ costs: { preset: 'haswell-2013' } })).toMatchObject({ clockGhz: null, account: { hardware: 0 } })
  await expect(report({ costs: { preset: 'p4-2005', changes: { rabbits: 1 } } })).rejects.toThrow(/no cost "rabbits"/)
})

test('a trace has the registers before each instruction, and changes nothing', async () => {
  const source = `${HEADER} mov eax, 0x1234\n mov ecx, 20000\nagain: sub eax, 0x34\n loop again\n out 0xf4, al`
  const trace = join(folder, 'trace')
  const { report } = await run(source, { trace })
  const { traceHash, ...rest } = report
  expect(rest).toEqual((await run(source)).report)
  const lines = readFileSync(trace, 'latin1').trimEnd().split('\n')
  expect(lines).toHaveLength(report.instructions)
  expect(lines[3]).toBe(
    'EAX=00001200 EBX=00009000 ECX=00004e20 EDX=00000600 ESI=00000000 EDI=00000000 EBP=00000000 ESP=00000000 EIP=0010002d EFL=00000006 [-----P-] CPL=0 ES=0010 CS=0008 SS=0010 DS=0010 FS=0010 GS=0010 CR0=00000011 CR2=00000000 CR3=00000000 CR4=00000000',
  )
  expect(traceHash).toMatch(/^[0-9a-f]{64}$/)
  expect((await run(source, { trace })).report.traceHash).toBe(traceHash)
})

/** Waits for its serial line, echoes by interrupt, and ends with a q. */
const ECHO_BY_INTERRUPT = `${HEADER}
  mov esp, 0x90000
  lgdt [gdtr]
  lidt [idtr]
  mov esi, ports
  mov ecx, 9
  xor edx, edx
.set:
  lodsw
  mov dx, ax
  lodsb
  out dx, al
  loop .set
  sti
.wait:
  hlt
  jmp .wait
typed:
  mov dx, 0x3f8
  in al, dx
  out dx, al
  cmp al, 'q'
  jne .more
  out 0xf4, al
.more:
  mov al, 0x20
  out 0x20, al
  iretd
ports:
%macro port 2
  dw %1
  db %2
%endmacro
  port 0x20, 0x11
  port 0x21, 32
  port 0x21, 4
  port 0x21, 1
  port 0x21, 0xef
  port 0x3fc, 8
  port 0x3fb, 3
  port 0x3f9, 1
  port 0x80, 1
gdt: dq 0, 0x00cf9b000000ffff, 0x00cf93000000ffff
idt: times 36 dq 0
  dw (typed - head) & 0xffff, 8, 0x8e00, 0x10
gdtr: dw 23
  dd gdt
idtr: dw 295
  dd idt
`

/** Somebody who types the next of these texts whenever the machine sleeps. */
function typing(...texts: string[]): SerialLine & { waited: number[] } {
  const typed: Uint8Array[] = []
  const waited: number[] = []
  return {
    waited, ended: false, stopped: false,
    take: () => typed.splice(0),
    wait(milliseconds) {
      waited.push(milliseconds)
      if (milliseconds !== Infinity) return Promise.resolve()
      const next = texts.shift()
      if (next === undefined) Object.assign(this, { ended: true })
      else if (next === '^C') Object.assign(this, { stopped: true })
      else typed.push(Buffer.from(next))
      return Promise.resolve()
    },
  }
}

test('a live line types what comes at once; the machine sleeps in between, and ends with the line', async () => {
  const file = join(folder, 'kernel')
  writeFileSync(file, assemble(ECHO_BY_INTERRUPT).image)
  const params = { file, commandLine: '', memoryMiB: 2, ticksPerSecond: 1_000_000, maxInstructions: 1e6, disks: [null, null], input: 'live' } as const
  const run = async (line: SerialLine): Promise<readonly [MachineReport['end'], string]> => {
    let serial = ''
    const { end } = await runMachine(params, (text) => (serial += text), line)
    return [end, serial]
  }
  const line = typing('one ', 'two')
  expect(await run(line)).toEqual([{ kind: 'waiting' }, 'one two'])
  expect(line.waited.filter((milliseconds) => milliseconds === Infinity)).toHaveLength(3)
  expect(await run(typing('a', 'q', 'b'))).toEqual([{ kind: 'exit', code: 113 }, 'aq'])
  expect(await run(typing('a', '^C'))).toEqual([{ kind: 'stopped' }, 'a'])
})

test('orders come in messages: they wake who waits', async () => {
  const line = new MessageLine()
  const waiting = line.wait(Infinity)
  line.obey({ type: 'typed', bytes: Uint8Array.of(65) })
  await waiting
  expect(line.take()).toEqual([Uint8Array.of(65)])
  const again = line.wait(Infinity)
  setImmediate(() => setImmediate(() => line.obey({ type: 'stop' })))
  await again
  expect([line.take(), line.stopped, line.ended]).toEqual([[], true, false])
})

test('a machine is kept from being ahead of real time, and does not make good what it is behind', () => {
  let now = 1000
  const pace = new Pace(1_000_000, () => now)
  expect(pace.ahead(0)).toBe(0)
  expect(pace.ahead(20_000)).toBe(20)
  now = 1100
  expect(pace.ahead(30_000)).toBe(0)
  expect(pace.ahead(40_000)).toBe(10)
})

test('a disk is booted where the file is one, and is then the primary master', async () => {
  const source = 'bits 16\norg 0x7c00\nmov al, 7\nout 0xf4, al\ntimes 510 - ($ - $$) db 0\ndw 0xaa55'
  expect((await run(source)).report.end).toEqual({ kind: 'exit', code: 7 })
  await expect(run(source, { disk: join(folder, 'kernel') })).rejects.toThrow('primary master itself')
})
