import { encodeUtf8 } from '../../base/bytes.ts'
import { canonicalJson } from '../../base/canonical-json.ts'
import type { Sha256Factory } from '../../base/hasher.ts'
import { saveDevices } from '../../machine/board/devices.ts'
import type { Machine } from '../../machine/board/machine.ts'
import { hashPages } from '../../machine/board/state-hash.ts'
import type { Cpu } from '../../machine/cpu/cpu.ts'
import { eflags } from '../../machine/cpu/flags.ts'
import { CHECKS, CPL, CR0, DR0, EIP, HALTED, IDT_LIMIT, INTR, SELECTORS, SHADOW, SYSENTER_CS } from '../../machine/cpu/layout.ts'

const SEGMENTS = ['es', 'cs', 'ss', 'ds', 'fs', 'gs', 'ldtr', 'tr'] as const

/** Names of what `guestWords` gives, in its order. */
export const WORD_NAMES: readonly string[] = [
  'eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi', 'eip', 'eflags', 'cpl', 'interrupt shadow', 'halted', 'interrupt line',
  'cr0', 'cr2', 'cr3', 'cr4', 'gdtr.base', 'gdtr.limit', 'idtr.base', 'idtr.limit',
  ...Array.from({ length: 8 }, (_, n) => `dr${n}`), 'sysenter.cs', 'sysenter.esp', 'sysenter.eip',
  ...['', '.base', '.limit', '.rights'].flatMap((part) => SEGMENTS.map((segment) => segment + part)),
]

/** All registers that a guest has, with the hidden parts of its segments, and what holds interrupts back. Signed words. */
export function guestWords({ s }: Cpu): number[] {
  return [
    ...s.subarray(0, 8), s[EIP]!, eflags(s), s[CPL]!, s[SHADOW]!, s[HALTED]!, s[INTR]!, ...s.subarray(CR0, IDT_LIMIT + 1), ...s.subarray(DR0, DR0 + 8),
    ...s.subarray(SYSENTER_CS, SYSENTER_CS + 3), ...s.subarray(SELECTORS, CHECKS),
  ]
}

/**
 * All that a guest can find out about its machine beside memory and disks, but for the time stamp counter: what a monitor costs shows in cycles, and nowhere else. Ticks, and the
 * counts they are made of, are part of it.
 */
export function guestRecord({ cpu, devices, tick, end }: Machine): { readonly words: readonly number[]; readonly devices: unknown; readonly counts: readonly number[]; readonly tick: number; readonly end: unknown } {
  return { words: guestWords(cpu), devices: saveDevices(devices), counts: [cpu.instructions, cpu.iterations, cpu.deliveries], tick, end }
}

/** SHA-256, in hexadecimal, over all that a guest can find out about its machine: the same under every technique that keeps its promise. */
export function guestHash(machine: Machine, factory: Sha256Factory): string {
  const stream = factory()
  stream.update(encodeUtf8(canonicalJson(guestRecord(machine))))
  for (const bytes of [machine.memory.bytes, ...machine.devices.ata.disks.map((disk) => disk?.bytes ?? null)]) {
    stream.update(encodeUtf8(`\n${bytes?.length ?? 'none'}\n`))
    if (bytes) hashPages(stream, bytes)
  }
  return stream.hex()
}
