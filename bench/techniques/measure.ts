import frame from '../../src/core/hypervisor/costs/nanobenchmarks/frame.asm?raw'
import { monitorOf } from '../../src/core/hypervisor/techniques/technique.ts'
import { assemble } from '../../src/core/machine/assembler/assemble.ts'
import type { MachineConfig } from '../../src/core/machine/board/config.ts'
import { Machine } from '../../src/core/machine/board/machine.ts'
import { programOfGuest } from '../../src/core/machine/desk/open-program.ts'
import { GUEST_LIBRARY } from '../../src/core/machine/guests/library.ts'
import type { TechniqueName } from '../../src/protocol/techniques.ts'

/** Interleaved, the first of them for the compiler; the least counts. */
const ROUNDS = 6
const EXITS = 60_000
const CALLS = 40_000
const LOOPS = 400_000

const UNMODIFIED = ['native', 'trap-and-emulate', 'binary-translation', 'hardware-assist'] as const

/** What a program does in its loop: arithmetic, loads and stores, a short call. */
const WORK = `        mov ebx, [CHANGED_PAGE + 16]
        lea ebx, [ebx + ecx * 2 + 1]
        xor ebx, edi
        mov [CHANGED_PAGE + 16], ebx
        add dword [CHANGED_PAGE + 32], ebx
        shr ebx, 3
        add edi, ebx
        call empty_routine
`

/** A guest of the nanobenchmarks; WORK stands in for `rdtsc`. */
function image(operation: string, ring: 0 | 3, rounds: number): Uint8Array {
  const { ok, image: bytes, messages } = assemble(`%define ROUNDS ${rounds}\n%define OPERATION ${operation}\n%define IN_RING_3 ${ring === 3 ? 1 : 0}\n${frame.replace('        rdtsc\n', WORK)}`, { include: (name) => GUEST_LIBRARY.get(name) ?? null })
  if (!ok) throw new Error(JSON.stringify(messages))
  return bytes
}

interface Load { readonly key: string; readonly technique: TechniqueName; readonly config: MachineConfig }

/** Milliseconds of the processor's time from power-on to the guest's end. */
function timeOf({ key, technique, config }: Load): number {
  const monitor = monitorOf(technique)
  const machine = new Machine({ ...config, ...(monitor && { monitor }) })
  const before = process.cpuUsage()
  machine.run(Infinity)
  const { user, system } = process.cpuUsage(before)
  if (machine.end?.kind !== 'exit') throw new Error(`${key} did not end under ${technique}, but: ${machine.end?.kind ?? 'waits'}`)
  return (user + system) / 1000
}

function loads(): readonly Load[] {
  const frameOf = (key: string, operation: string, ring: 0 | 3, rounds: number, techniques: readonly TechniqueName[] = UNMODIFIED): Load[] => {
    const config: MachineConfig = { memoryMiB: 2, boot: { kind: 'multiboot', image: image(operation, ring, rounds) } }
    return techniques.map((technique) => ({ key, technique, config }))
  }
  const kernel = programOfGuest('kernel').config
  return [
    ...frameOf('exit', 'IN', 0, EXITS), ...frameOf('nothing', 'NOTHING', 0, EXITS), ...frameOf('call', 'SYSCALL', 3, CALLS), ...frameOf('work', 'RDTSC', 3, LOOPS),
    ...UNMODIFIED.filter((technique) => technique !== 'trap-and-emulate').map((technique) => ({ key: 'kernel', technique, config: kernel })),
    { key: 'kernel', technique: 'paravirtual', config: programOfGuest('kernel-pv').config },
  ]
}

/** Least times in milliseconds, by load and technique; and how often the loads do it. */
export function measureTechniques(): { readonly times: Readonly<Record<string, Readonly<Record<string, number>>>>; readonly counts: { readonly exits: number; readonly calls: number } } {
  const times: Record<string, Record<string, number>> = {}
  const all = loads()
  for (let round = 0; round < ROUNDS; round++) {
    for (const load of all) {
      const time = timeOf(load)
      const known = (times[load.key] ??= {})
      if (round > 0) known[load.technique] = Math.min(known[load.technique] ?? Infinity, time)
    }
  }
  return { times, counts: { exits: EXITS, calls: CALLS } }
}
