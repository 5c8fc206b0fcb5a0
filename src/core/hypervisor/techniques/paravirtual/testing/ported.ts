import { assemble } from '../../../../machine/assembler/assemble.ts'
import type { MachineConfig } from '../../../../machine/board/config.ts'
import type { HypercallRecord } from '../../../../machine/board/monitor-entry.ts'
import { Machine } from '../../../../machine/board/machine.ts'
import { findGuest } from '../../../../machine/guests/guests.ts'
import { GUEST_LIBRARY } from '../../../../machine/guests/library.ts'
import { Paravirtual, paravirtual, type ParavirtualOptions } from '../paravirtual.ts'

export function bytesOf(source: string): Uint8Array {
  const { image, messages } = assemble(source, { include: (name) => GUEST_LIBRARY.get(name) ?? null })
  if (messages.length > 0) throw new Error(messages.map(({ line, message }) => `${line}: ${message}`).join('\n'))
  return image
}

export function configOf(key: string): MachineConfig {
  const { source, disk } = findGuest(key)!
  return { memoryMiB: 32, boot: { kind: 'multiboot', image: bytesOf(source) }, disks: [disk?.(bytesOf) ?? null, null] }
}

/** A ported guest of 8 MiB whose kernel is this code; `answers` collects results by `answer`, and ESI is its page directory at the start. */
export const ported = (code: string, data = ''): MachineConfig => ({
  memoryMiB: 8,
  boot: {
    kind: 'multiboot',
    image: bytesOf(`
%include 'multiboot.inc'
%include 'xen.inc'
        align 4
        db 'GlassPV1'
        dd hypercall_page, shared_info, block_ring
%macro call_by 4-5 0                    ; number, ebx, ecx, edx, esi
        mov ebx, %2
        mov ecx, %3
        mov edx, %4
        mov esi, %5
        hypercall %1
%endmacro
start:  mov esp, stack_top
        mov [directory], esi
${code}
        call_by CALL_SCHED, SHUTDOWN, reason, 0
        align 4096
hypercall_page: times 4096 db 0
page:   times 4096 db 0
section .data
        align 4
reason: dd POWEROFF
${data}
file_end:
section .bss
alignb 4096
shared_info: resb 4096
block_ring:  resb 4096
space:       resb 16384
stack_top:
directory:   resd 1
memory_end:
`),
  },
})

export interface Outcome {
  readonly machine: Machine
  readonly text: string
  readonly calls: readonly (HypercallRecord & { readonly tick: number })[]
  readonly monitor: Paravirtual
  /** The host's memory behind the guest's, at the start. */
  readonly before: Uint8Array
}

/** Runs it until it ends, or for so many ticks. */
export function outcome(config: MachineConfig, ticks: number, options: ParavirtualOptions = {}): Outcome {
  const calls: Outcome['calls'][number][] = []
  const made: { monitor?: Paravirtual; machine?: Machine } = {}
  const onHypercall = (record: HypercallRecord): void => void calls.push({ ...record, tick: made.machine?.tick ?? 0 })
  const plan = paravirtual(options)
  const machine = made.machine = new Machine({
    ...config,
    monitor: { ...plan, make: (cpu, host) => (made.monitor = new Paravirtual(cpu, host, { ...options, onHypercall })) },
  })
  let text = ''
  machine.onSerial = (bytes) => (text += Buffer.from(bytes).toString('latin1').replaceAll('\r', ''))
  const before = machine.host.bytes.slice(machine.memory.size)
  machine.run(ticks)
  return { machine, text, calls, monitor: made.monitor!, before }
}
