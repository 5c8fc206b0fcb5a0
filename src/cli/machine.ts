import { fstatSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { type MachineEventKind, type TechniqueName, TECHNIQUES } from '../protocol/machine.ts'
import { MONITOR_EVENT_KINDS } from '../protocol/monitor.ts'
import { MEMORY_TECHNIQUES, type MemoryTechniqueName } from '../protocol/techniques.ts'
import { headless, type HeadlessResults } from '../workers/headless-client.ts'
import { type CliCommand, parseCommandLine, requiredPositional, UsageError } from './command.ts'
import { COST_HELP, COST_OPTIONS, costChoiceOf } from './costs.ts'
import { forward, gather } from './serial-stdin.ts'

const OPTIONS = {
  append: { type: 'string' }, disk: { type: 'string' }, disk1: { type: 'string' }, 'kernel-ring': { type: 'string' }, json: { type: 'boolean' }, 'max-instructions': { type: 'string' }, memory: { type: 'string' }, 'memory-technique': { type: 'string' }, serial: { type: 'string' },
  technique: { type: 'string' }, trace: { type: 'string' }, until: { type: 'string' }, ...COST_OPTIONS,
} as const

const EVENTS: readonly MachineEventKind[] = ['fault', 'interrupt', 'gate', 'return', 'io', 'control', 'halt', ...MONITOR_EVENT_KINDS]

const HELP = `glasshouse machine FILE [--disk IMG] [--disk1 IMG] [--memory MB] [--append TEXT] [--serial -] [--max-instructions N] [--until EVENT]
                        [--technique NAME] [--kernel-ring 1|3] [--memory-technique NAME] [--preset P] [--cost NAME=CYCLES]... [--trace FILE] [--json]

Runs a kernel, or what a disk boots, on a simulated PC: IA-32 processor, PIC, PIT, UART, ATA disks, clock, keyboard, text screen. The machine ends when the guest writes to port 0xF4, halts for good, or faults
three times over; the last line says why, and in which state.

  FILE                  a kernel with a multiboot header, or an image of a disk whose first sector ends with 55 AA: it is the
                        primary master, and firmware starts its first sector in real mode
  --disk IMG            image of the primary master; the machine works on a copy
  --disk1 IMG           the same of the primary slave
  --memory MB           size of memory (default: 256)
  --append TEXT         the kernel's command line
  --serial -            the first serial line is standard input and output. A file, or a pipe that ends within half a second, is
                        typed line by line whenever the guest has been silent for a quarter of a simulated second: such
                        a run is the same every time. A terminal, or a pipe that stays open, is live: what comes is typed
                        at once, and the machine is not faster than real time. Ctrl-C stops it
  --max-instructions N  stop after so many instructions (default: 10,000,000,000)
  --until EVENT         stop after the first fault, interrupt, gate, return, io, control (register written) or halt; of a monitor trap, exit
                        (VM exit), hypercall, translate or inject
  --technique NAME      how the guest is virtualized: native (bare metal, the default), trap-and-emulate, which shows what this
                        processor's sensitive, unprivileged instructions do to a guest that is run deprivileged,
                        binary-translation, paravirtual (for kernels that were ported) or hardware-assist (Intel VT-x)
  --kernel-ring N       the ring in which a deprivileged kernel runs: 1 (the default) or 3
  --memory-technique M  how a guest's addresses become the host's: nested (EPT: hardware-assist alone, and its default), shadow (shadow page
                        tables that follow the guest's, whose page tables are write-protected; under hardware-assist as on
                        processors without EPT) or virtual-tlb (shadow tables that are emptied whenever the guest flushes; the
                        default of trap-and-emulate and binary-translation)
${COST_HELP}
  --trace FILE          write the registers before each instruction, a line each, in the words of QEMU's -d cpu
  --json                end with one line of JSON: {"end": {"kind"}, "stateHash", "instructions", "iterations", "deliveries", "cycles", "ticks"}; kind is
                        exit (with "code", what the guest wrote), shutdown (a third fault), dead (nothing can wake it), waiting (only input can),
                        stopped (Ctrl-C), limit, event (with "event", what --until asked for) or boot-failed (with "message"); with --trace also "traceHash", with a technique "exits", the monitor's entries by reason; always "costs": "account", the
                        cycles of the guest's programs (user), its kernel, the monitor and the hardware, and "lines", its addends, each with count, cost and source

Exit codes: 0 it ran; 1 it ended in a third fault, could not start, or FILE cannot be read; 2 wrong usage.
`

async function execute(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseCommandLine(args, OPTIONS)
  const file = resolve(requiredPositional(positionals, 'file'))
  if (values.serial !== undefined && values.serial !== '-') throw new UsageError('The serial line can only be "-": standard input and output.')
  const attached = values.serial === '-'
  const stdin = attached ? await readStdin() : null
  const params = {
    file,
    commandLine: values.append ?? '',
    disks: [values.disk === undefined ? null : resolve(values.disk), values.disk1 === undefined ? null : resolve(values.disk1)] as const,
    memoryMiB: count(values.memory ?? '256', 'MB of memory'),
    maxInstructions: count(values['max-instructions'] ?? '10000000000', 'instructions'),
    ...(values.until === undefined ? {} : { until: eventKind(values.until) }),
    ...(values.technique === undefined ? {} : { technique: techniqueName(values.technique) }),
    ...(values['kernel-ring'] === undefined ? {} : { kernelRing: kernelRing(values['kernel-ring']) }),
    ...(values['memory-technique'] === undefined ? {} : { memoryTechnique: memoryTechnique(values['memory-technique']) }),
    ...(values.preset === undefined && values.cost === undefined ? {} : { costs: costChoiceOf(values) }),
    ...(values.trace === undefined ? {} : { trace: resolve(values.trace) }),
    input: stdin === null ? new Uint8Array() : stdin.ended ? stdin.bytes : 'live' as const,
  }
  const report = await headless('machine', params, (text) => void (attached && process.stdout.write(Buffer.from(text, 'latin1'))), (post) => {
    process.once('SIGINT', () => post({ type: 'stop' }))
    if (stdin === null || stdin.ended) return
    if (stdin.bytes.length > 0) post({ type: 'typed', bytes: stdin.bytes })
    if (process.stdin.isTTY) process.stdin.setRawMode(true)
    forward(process.stdin, process.stdin.isTTY, post)
  }).finally(() => {
    if (process.stdin.isTTY) process.stdin.setRawMode(false)
    if (attached) process.stdin.destroy()
  })
  process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : text(report))
  return report.end.kind === 'shutdown' || report.end.kind === 'boot-failed' ? 1 : 0
}

/** A pipe that has not ended by then stays open; in milliseconds. */
const PATIENCE = 500

/** What standard input has; not ended: it goes on while the machine runs. */
async function readStdin(): Promise<Awaited<ReturnType<typeof gather>>> {
  if (process.stdin.isTTY) return { bytes: new Uint8Array(), ended: false }
  const kind = fstatSync(0)
  if (!kind.isFIFO() && !kind.isSocket()) return { bytes: readFileSync(0), ended: true }
  return gather(process.stdin, setTimeout(PATIENCE))
}

function eventKind(value: string): MachineEventKind {
  const kind = EVENTS.find((known) => known === value)
  if (!kind) throw new UsageError(`"${value}" is not an event. There are ${EVENTS.join(', ')}.`)
  return kind
}

function techniqueName(value: string): TechniqueName {
  const name = TECHNIQUES.find((known) => known === value)
  if (!name) throw new UsageError(`"${value}" is not a technique. There are ${TECHNIQUES.join(', ')}.`)
  return name
}

function memoryTechnique(value: string): MemoryTechniqueName {
  const name = MEMORY_TECHNIQUES.find((known) => known === value)
  if (!name) throw new UsageError(`"${value}" is not a memory technique. There are ${MEMORY_TECHNIQUES.join(', ')}.`)
  return name
}

function kernelRing(value: string): 1 | 3 {
  if (value !== '1' && value !== '3') throw new UsageError('A deprivileged kernel runs in ring 1 or 3.')
  return value === '1' ? 1 : 3
}

function count(value: string, what: string): number {
  if (!/^[1-9]\d{0,14}$/.test(value)) throw new UsageError(`"${value}" is not a number of ${what}.`)
  return Number(value)
}

function text({ end, stateHash, instructions, iterations, deliveries, cycles, ticks, costs }: HeadlessResults['machine']): string {
  const detail = end.kind === 'exit' ? ` ${end.code}` : end.kind === 'event' ? ` ${end.event}` : end.kind === 'boot-failed' ? `: ${end.message}` : ''
  return `${end.kind}${detail}\n${instructions} instructions, ${iterations} iterations, ${deliveries} deliveries, ${cycles} cycles, ${ticks} ticks\n${costText(costs)}state ${stateHash}\n`
}

function costText({ preset, account, lines, clockGhz }: HeadlessResults['machine']['costs']): string {
  const total = Object.values(account).reduce((sum, cycles) => sum + cycles, 0)
  const time = clockGhz === null ? '' : `, ${(total / clockGhz / 1e6).toPrecision(4)} ms at ${clockGhz} GHz`
  const counted = new Map<string, number>()
  for (const line of lines) if (line.cost === null) counted.set(line.label, (counted.get(line.label) ?? 0) + line.count)
  const missing = [...counted].map(([label, events]) => `${label} (${events})`)
  return [
    `cost ${total} cycles${time}: user ${account.user}, kernel ${account.kernel}, monitor ${account.monitor}, hardware ${account.hardware} (${preset})`,
    ...(missing.length > 0 ? [`no figure for: ${missing.join('; ')}`] : []), '',
  ].join('\n')
}

export const machine: CliCommand = { summary: 'run a kernel on a simulated computer', help: HELP, execute }
