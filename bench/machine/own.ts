import { Cpu } from '../../src/core/machine/cpu/cpu.ts'
import { run } from '../../src/core/machine/cpu/interpreter.ts'
import { EAX, EIP } from '../../src/core/machine/cpu/layout.ts'
import { gpa } from '../../src/core/machine/memory/addresses.ts'
import { PhysicalMemory } from '../../src/core/machine/memory/physical-memory.ts'

const COM1 = 0x3f8
const SLICE = 100_000

/** Runs the kernel on our interpreter until `heard` says stop; it is told each byte of COM1 and the instructions so far. */
export function runOwn(image: Uint8Array, entry: number, heard: (byte: number, instructions: number) => boolean): void {
  const memory = new PhysicalMemory(32 << 20)
  const cpu = new Cpu(memory)
  let going = true
  cpu.ports.attach(COM1, 8, { read: () => 0x60, write: (offset, value) => void (offset === 0 && (going = going && heard(value, cpu.moment))) })
  memory.copyIn(gpa(0x10_0000), image)
  cpu.s[EIP] = entry
  cpu.s[EAX] = 0x2bad_b002
  while (going) if (run(cpu, SLICE) === 'shutdown') throw new Error(`The kernel ended at 0x${(cpu.s[EIP] >>> 0).toString(16)}.`)
}
