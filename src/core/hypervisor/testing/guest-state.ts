import { createHash } from 'node:crypto'
import type { Machine } from '../../machine/board/machine.ts'
import { saveDevices } from '../../machine/board/devices.ts'
import { eflags } from '../../machine/cpu/flags.ts'
import { CHECKS, CPL, CR0, DR0, EIP, HALTED, IDT_LIMIT, INTR, SELECTORS, SHADOW, SYSENTER_CS } from '../../machine/cpu/layout.ts'

/**
 * All that a guest can find out about its machine, but the time stamp counter: registers, segments with their hidden parts, control, table and debug registers, what holds
 * interrupts back, memory, disks, devices; and its time in ticks, with the counts it is made of. Cycles are left out: what a monitor's page tables cost, they show.
 */
export function guestState(machine: Machine): unknown {
  const { cpu, memory, devices, tick, end } = machine
  const { s } = cpu
  const words = (from: number, to: number): string => [...s.subarray(from, to)].map((word) => (word >>> 0).toString(16)).join(' ')
  const sha1 = (bytes: Uint8Array): string => createHash('sha1').update(bytes).digest('hex')
  return {
    registers: words(0, 8), eip: words(EIP, EIP + 1), flags: eflags(s).toString(16), cpl: s[CPL], shadow: s[SHADOW], halted: s[HALTED], interrupt: s[INTR], control: words(CR0, IDT_LIMIT + 1), debug: words(DR0, DR0 + 8),
    sysenter: words(SYSENTER_CS, SYSENTER_CS + 3), segments: words(SELECTORS, CHECKS), devices: saveDevices(devices), memory: sha1(memory.bytes), disks: devices.ata.disks.map((disk) => disk && sha1(disk.bytes)),
    counts: [cpu.instructions, cpu.iterations, cpu.deliveries], tick, end,
  }
}
