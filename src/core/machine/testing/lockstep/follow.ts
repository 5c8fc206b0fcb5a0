import { isDeepStrictEqual } from 'node:util'
import { bootMultiboot } from '../../board/multiboot.ts'
import { Cpu } from '../../cpu/cpu.ts'
import { FAULT } from '../../cpu/fault.ts'
import { eflags, setArithmetic } from '../../cpu/flags.ts'
import { run, step } from '../../cpu/interpreter.ts'
import { BASES, CPL, CR0, CR2, CR3, CR4, EAX, ECX, EIP, FLAGS, GDT_BASE, GDT_LIMIT, HALTED, IDT_BASE, IDT_LIMIT, IF, LIMITS, R_PREFIX, R_ROW, SELECTORS, SHADOW } from '../../cpu/layout.ts'
import { PREFIX_REP, PREFIX_REPNE } from '../../cpu/layout.ts'
import { lookUp } from '../../cpu/one.ts'
import type { Opcode } from '../../cpu/opcode.ts'
import { OPCODES } from '../../cpu/opcodes.ts'
import { gpa } from '../../memory/addresses.ts'
import { PhysicalMemory } from '../../memory/physical-memory.ts'
import { LogDisk } from './log-disk.ts'
import type { QemuRun, QemuState } from './qemu-log.ts'

/**
 * Why the comparison ended: QEMU did; as many as wanted; they differ; a third fault; halted with interrupts off; waiting with nobody left to press a key;
 * or an interrupt came between two iterations of a repeated instruction, which is taken whole here.
 */
type LockstepEnd = 'log' | 'most' | 'difference' | 'shutdown' | 'dead' | 'waiting' | 'repetition'

export interface Agreement {
  /** Instructions after which both processors were compared. */
  readonly compared: number
  readonly interrupts: number
  /** The instruction that was compared last. */
  readonly lastEip: number
  readonly end: LockstepEnd
  /** Undefined while they agree: what differs, and the instruction before it. */
  readonly difference: string | undefined
}

interface FollowOptions {
  readonly image: Uint8Array
  readonly disk?: Uint8Array | null
  readonly memoryMiB?: number
  readonly commandLine?: string
  /** It halts only to wait for somebody. */
  readonly waits?: boolean
  /** Instructions to compare at most. */
  readonly most: number
}

const REGISTERS = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi']
const SEGMENT_NAMES = ['es', 'cs', 'ss', 'ds', 'fs', 'gs', 'ldtr', 'tr']
const FLAG_BITS: Readonly<Record<string, number>> = { c: 1, p: 4, a: 0x10, z: 0x40, s: 0x80, o: 0x800 }
/** What an instruction learns from devices, clocks and the model of the processor: taken from QEMU. */
const INPUTS = new Set(['in', 'rdtsc', 'cpuid', 'rdmsr'])
/** OF is defined for a count of 1 only. */
const SHIFTS = new Set(['shld', 'shrd', 'rol', 'ror', 'rcl', 'rcr', 'shl', 'shr', 'sar'])
/** ET and NE, which QEMU's processor has fixed otherwise. */
const CR0_MASK = ~0x30
/** RF shows in QEMU's log where a fault is being returned from; both clear it with the next instruction. */
const EFLAGS_MASK = ~0x1_0000

/**
 * Runs our processor along QEMU's log: each instruction is ours, and afterwards all registers must be those that QEMU shows. From the log come only the values
 * of `in`, `rdtsc` and `cpuid`, the moments of device interrupts, and flags that the manual leaves undefined.
 */
export async function follow(options: FollowOptions, { records, wake }: QemuRun): Promise<Agreement> {
  const cpu = new Cpu(new PhysicalMemory((options.memoryMiB ?? 32) << 20))
  // Where nothing answers a real bus reads as ones, and QEMU's as zeros.
  cpu.memory.attach(gpa(cpu.memory.size), 0x1000_0000, { wide: true, read: () => 0, write: () => undefined })
  bootMultiboot(cpu, options.image, options.commandLine ?? '')
  if (options.disk) cpu.ports.attach(0x1f0, 8, new LogDisk(options.disk))
  let compared = 0
  let interrupts = 0
  let last: Opcode | null = null
  let lastEip = 0
  let repeated = false
  let before: QemuState | null = null
  const result = (end: LockstepEnd, difference?: string): Agreement => ({ compared, interrupts, lastEip, end, difference })
  for await (const record of records) {
    if (record.kind === 'interrupt') {
      interrupts++
      deliver(cpu, record.vector)
      last = null
      continue
    }
    if (compared === 0) begin(cpu, record)
    // QEMU shows a repeated string instruction before each of its iterations; here it was completed at once.
    else if (repeated && record.eip === lastEip) continue
    else {
      if (last) take(cpu, last, record)
      if (repeated && last === null && cpu.s[ECX] !== record.registers[1]) return result('repetition')
      const difference = differenceOf(cpu, record)
      // QEMU begins an instruction again that turns out to touch a device, or code that was translated.
      if (difference && before && isDeepStrictEqual(before, record)) continue
      if (difference) return result('difference', `after ${compared} instructions, ${last?.mnemonic ?? 'a delivery'} at ${hex(lastEip)}: ${difference}`)
    }
    if (++compared > options.most) return result('most')
    lastEip = record.eip
    before = record
    last = upcoming(cpu)
    repeated = repeats(cpu)
    if (step(cpu) === 'shutdown') return result('shutdown')
    if (isDead(cpu)) return result('dead')
    if (options.waits === true && cpu.s[HALTED] !== 0 && !wake()) return result('waiting')
  }
  return result('log')
}

/** Halted with interrupts off: QEMU has nothing more to say. */
const isDead = ({ s }: Cpu): boolean => s[HALTED] !== 0 && (s[FLAGS]! & IF) === 0

/** The loaders differ in what they leave in registers and in the tables they used themselves. */
function begin({ s, bases, limits, selectors }: Cpu, qemu: QemuState): void {
  qemu.registers.forEach((value, i) => { s[EAX + i] = value })
  qemu.segments.forEach(({ selector, base, limit }, i) => [selectors[i], bases[i], limits[i]] = [selector, base, limit])
  ;[s[GDT_BASE], s[GDT_LIMIT]] = qemu.gdt
  ;[s[IDT_BASE], s[IDT_LIMIT]] = qemu.idt
  setArithmetic(s, qemu.eflags)
}

function deliver(cpu: Cpu, vector: number): void {
  cpu.acknowledge = () => {
    cpu.setInterrupt(false)
    return vector
  }
  cpu.s[SHADOW] = 0
  cpu.setInterrupt(true)
  run(cpu, 1)
}

/** The instruction that comes next; null when it cannot even be fetched. Decoding it early changes nothing. */
function upcoming(cpu: Cpu): Opcode | null {
  try {
    return OPCODES[cpu.records[lookUp(cpu, cpu.s[EIP]!) + R_ROW]!] ?? null
  } catch (error) {
    if (error !== FAULT) throw error
    return null
  }
}

function repeats(cpu: Cpu): boolean {
  try {
    const prefix = cpu.records[lookUp(cpu, cpu.s[EIP]!) + R_PREFIX]!
    return (prefix & (PREFIX_REP | PREFIX_REPNE)) !== 0
  } catch (error) {
    if (error !== FAULT) throw error
    return false
  }
}

function take({ s }: Cpu, { mnemonic, undefined: unset }: Opcode, qemu: QemuState): void {
  if (INPUTS.has(mnemonic)) for (let i = 0; i < 4; i++) s[EAX + i] = qemu.registers[i]!
  const mask = [...unset].reduce((bits, letter) => bits | FLAG_BITS[letter]!, SHIFTS.has(mnemonic) ? FLAG_BITS['o']! : 0)
  if (mask !== 0) setArithmetic(s, (eflags(s) & ~mask) | (qemu.eflags & mask))
}

function differenceOf({ s }: Cpu, qemu: QemuState): string | undefined {
  const found: string[] = []
  const compare = (name: string, ours: number, theirs: number): void => {
    if (ours !== theirs) found.push(`${name} is ${hex(ours)}, in QEMU ${hex(theirs)}`)
  }
  compare('eip', s[EIP]!, qemu.eip)
  compare('cpl', s[CPL]!, qemu.cpl)
  qemu.registers.forEach((value, i) => compare(REGISTERS[i]!, s[EAX + i]!, value))
  compare('eflags', eflags(s) & EFLAGS_MASK, qemu.eflags & EFLAGS_MASK)
  qemu.segments.forEach(({ selector, base, limit }, i) => {
    compare(SEGMENT_NAMES[i]!, s[SELECTORS + i]! & 0xffff, selector)
    if ((selector & ~3) === 0) return
    compare(`base of ${SEGMENT_NAMES[i]!}`, s[BASES + i]!, base)
    compare(`limit of ${SEGMENT_NAMES[i]!}`, s[LIMITS + i]!, limit)
  })
  compare('cr0', s[CR0]! & CR0_MASK, qemu.control[0]! & CR0_MASK)
  compare('cr2', s[CR2]!, qemu.control[1]!)
  compare('cr3', s[CR3]!, qemu.control[2]!)
  compare('cr4', s[CR4]!, qemu.control[3]!)
  compare('base of gdtr', s[GDT_BASE]!, qemu.gdt[0])
  compare('limit of gdtr', s[GDT_LIMIT]!, qemu.gdt[1])
  compare('base of idtr', s[IDT_BASE]!, qemu.idt[0])
  compare('limit of idtr', s[IDT_LIMIT]!, qemu.idt[1])
  compare('halted', s[HALTED]!, Number(qemu.halted))
  return found.length > 0 ? found.join('; ') : undefined
}

const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`
