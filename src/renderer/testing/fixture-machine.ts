import type { MachineCosts } from '../../protocol/costs.ts'
import type { AssembleAnswer, CpuState, DisassemblyRow, MachineEvent, MachineRequestName, MachineState, SegmentState, VmSeen } from '../../protocol/machine.ts'
import type { CoreMessage } from '../../protocol/messages.ts'

const CODE: readonly (readonly [bytes: string, text: string, mark?: 'privileged' | 'sensitive'])[] = [
  ['55', 'push ebp'], ['89 e5', 'mov ebp,esp'], ['83 ec 08', 'sub esp,byte +0x8'], ['9c', 'pushfd', 'sensitive'], ['fa', 'cli', 'privileged'],
  ['a1 00 40 10 00', 'mov eax,[0x104000]'], ['40', 'inc eax'], ['a3 00 40 10 00', 'mov [0x104000],eax'], ['9d', 'popfd', 'sensitive'], ['c9', 'leave'], ['c3', 'ret'],
]
const FIRST = 0x101a30
const BLOCKS = 8
const LAST_TICK = 482_915

/** Rows of a routine that repeats, each copy with a name of its own. */
const ROWS: readonly DisassemblyRow[] = (() => {
  const rows: DisassemblyRow[] = []
  let address = FIRST
  for (let block = 0; block < BLOCKS; block++) {
    const start = address
    for (const [bytes, text, mark] of CODE) {
      const name = block === 0 ? 'lock_counter' : `count_${block}`
      rows.push({ address, bytes, text, symbol: address === start ? name : `${name}+${address - start}`, line: rows.length + 1, privileged: mark === 'privileged', sensitive: mark === 'sensitive' })
      address += bytes.split(' ').length
    }
  }
  return rows
})()

const segment = (selector: number, access: number): SegmentState => ({ selector, base: 0, limit: 0xffff_ffff, access })

function cpuAt(step: number): CpuState {
  const row = ROWS[step % ROWS.length]
  const ring = step % 22 < 11 ? 0 : 3
  return {
    eax: 0x2a + step, ecx: 7, edx: 0x3f8, ebx: 0x104000, esp: 0x10ffdc - 4 * (step % 4), ebp: 0x10ffe8, esi: 0x10b2c0, edi: 0, eip: row?.address ?? FIRST, eflags: step % 11 > 4 ? 0x46 : 0x202,
    cr0: 0x8000_0011, cr2: 0, cr3: 0x118000, cr4: 0x10, cs: segment(8 | ring, 0x9b), ss: segment(16 | ring, 0x93), ds: segment(16, 0x93), es: segment(16, 0x93), fs: segment(0, 0), gs: segment(0, 0),
    ldtr: segment(0, 0), tr: { selector: 0x28, base: 0x10c000, limit: 0x67, access: 0x8b }, gdtr: { base: 0x10c100, limit: 0x2f }, idtr: { base: 0x10c200, limit: 0x7ff }, cpl: ring, halted: false,
  }
}

const base = { symbol: null, fromCpl: 3, toCpl: 0, cycles: 640 } as const
const KINDS: readonly Omit<MachineEvent, 'index' | 'tick' | 'eip'>[] = [
  { ...base, kind: 'fault', vector: 14, error: 4, address: 0x104000, target: 0x10012a, cause: 'mov eax,[0x104000]' },
  { ...base, kind: 'return', fromCpl: 0, toCpl: 3, target: 0x400010, cycles: 210 },
  { ...base, kind: 'gate', vector: 0x80, target: 0x100400, cause: 'int 0x80' },
  { ...base, kind: 'io', port: 0x3f8, write: true, size: 1, value: 0x41, cycles: 30, fromCpl: 0 },
  { ...base, kind: 'interrupt', vector: 32, name: 'irq0', target: 0x100300, symbol: 'idle+2', fromCpl: 0 },
  { ...base, kind: 'control', name: 'cr3', before: 0x118000, value: 0x11c000, cycles: 70, fromCpl: 0 },
  { ...base, kind: 'fault', vector: 13, error: 0, target: 0x100200, cause: 'cli' },
]
const EVENTS: readonly MachineEvent[] = Array.from({ length: 47 }, (_, index) => ({ ...(KINDS[index % KINDS.length] ?? KINDS[0]!), index, tick: (index + 1) * 10_240, eip: FIRST + index }))

const COSTS: MachineCosts = {
  preset: 'p4-2005', account: { user: 640_000, kernel: 391_402, monitor: 0, hardware: 252_908 },
  parameters: [{ id: 'fault', label: 'delivery of an exception', unit: 'cycles', value: 768, given: 768, source: 'Derived: divzero, 889, less the return', confirmed: true }],
  lines: [{ id: 'hardware.fault', parameter: 'fault', label: 'delivery of an exception', count: 7, cost: 768, cycles: 5376, part: 'hardware', source: 'Derived: divzero, 889, less the return', confirmed: true }],
}

/** A machine of recorded states: it steps, goes back and seeks through them. One answer for each request, as the core's. */
export class FixtureMachine {
  /** What was asked, in order. */
  readonly asked: { readonly name: string; readonly params: unknown }[] = []
  /** Source that the assembler refuses, with a suggestion. */
  assembly: AssembleAnswer = { ok: true, messages: [], size: 132 }
  vm: VmSeen = { state: 'running', bootedAt: 0, memoryMiB: 8192, hasDisk: true, hasNic: true }
  source: string | null = null
  private step = 5
  private end: MachineState['end'] = null

  state(running = false): MachineState {
    const at = this.step % ROWS.length
    const tick = LAST_TICK - (5 - this.step)
    const cpu = cpuAt(this.step)
    return {
      machine: 'vm:web-1', technique: 'native', title: 'web-1', vm: this.vm, running, pause: running ? null : 'done', end: this.end, tick, lastTick: Math.max(tick, LAST_TICK), ticksPerSecond: 100_000_000,
      instructions: tick - 12, iterations: 40, cycles: 1_284_310, costs: { preset: COSTS.preset, changed: 0, clockGhz: 3.8, account: COSTS.account, missing: 0 }, cpu, code: ROWS.slice(Math.max(0, at - 8), at + 30),
      stack: Array.from({ length: 24 }, (_, n) => ({ address: cpu.esp + 4 * n, value: (0x1000_0000 + this.step * (n === 0 ? 1 : 0) + n * 0x1111) >>> 0, note: n === 3 ? 'return address, kernel_main+42' : null })),
      devices: [
        { key: 'pic', rows: [{ name: 'IRR', value: '00000001' }, { name: 'ISR', value: '00000000' }, { name: 'IMR', value: '11101110' }] },
        { key: 'pit', rows: [{ name: 'Counter 0', value: '11931, mode 2' }] }, { key: 'uart', rows: [{ name: 'LSR', value: 'THRE TEMT' }, { name: 'IER', value: '0x01' }] },
        { key: 'ata', rows: [{ name: 'Status', value: 'DRDY DSC' }] }, { key: 'cmos', rows: [{ name: 'Time', value: '2000-01-01 00:00:04' }] },
      ],
      screen: Array.from({ length: 25 }, (_, n) => (n === 0 ? 'Casement 3.1'.padEnd(80) : ' '.repeat(80))), eventCount: EVENTS.length, recent: EVENTS, actualRing: cpu.cpl, ahead: null, predictions: [],
    }
  }

  /** The answer, and what the core says besides. */
  answer(name: MachineRequestName, params: Readonly<Record<string, unknown>>): { readonly value: unknown; readonly also: readonly CoreMessage[] } {
    this.asked.push({ name, params })
    switch (name) {
      case 'machine.run': this.step++; return { value: null, also: [{ type: 'machine', state: this.state() }] }
      case 'machine.back': this.step = Math.max(0, this.step - 1); return { value: this.state(), also: [] }
      case 'machine.seek': this.step = Math.max(0, 5 - (LAST_TICK - Number(params['tick']))); return { value: this.state(), also: [] }
      case 'machine.restart': this.step = 0; return { value: this.state(), also: [] }
      case 'machine.assemble': return { value: this.assembly, also: [] }
      case 'machine.guests': return { value: { guests: [{ key: 'hello', title: 'Hello', description: 'Greets.', source: '; hello\n' }] }, also: [] }
      case 'machine.disassemble': return { value: { rows: ROWS }, also: [] }
      case 'machine.memory': return { value: { address: params['address'], bytes: Array.from({ length: Number(params['length']) }, (_, n) => ((n * 7 + (n === 3 ? this.step : 0)) & 0xff).toString(16).padStart(2, '0')) }, also: [] }
      case 'machine.walk': return { value: { address: params['address'], paging: true, steps: [
        { level: 'directory', entryAddress: 0x118000, entry: 0x119027, bits: ['P', 'RW', 'US', 'A'] }, { level: 'table', entryAddress: 0x119410, entry: 0x104063, bits: ['P', 'RW', 'A', 'D'] },
      ], physical: 0x104000, pageSize: 4096, error: null }, also: [] }
      case 'machine.events': return { value: this.events(params), also: [] }
      case 'machine.source': return { value: { source: this.source }, also: [] }
      case 'machine.costs': return { value: COSTS, also: [] }
      case 'machine.marks': return { value: { marks: EVENTS.filter(({ kind }) => kind !== 'io').map(({ kind, index, tick }) => ({ kind, index, tick })) }, also: [] }
      case 'machine.close': case 'machine.type': case 'machine.key': return { value: null, also: [] }
      default: return { value: this.state(), also: [] }
    }
  }

  private events(params: Readonly<Record<string, unknown>>): unknown {
    const found = EVENTS.filter(({ kind, index }) => index >= Number(params['from']) && (!Array.isArray(params['kinds']) || params['kinds'].includes(kind)))
    return { total: EVENTS.length, events: found.slice(0, Number(params['count'])) }
  }
}
