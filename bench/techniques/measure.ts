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

function loads(technique: TechniqueName): readonly Load[] {
  const kernel = { key: 'kernel', technique: 'native', config: programOfGuest('kernel').config } as const
  if (technique === 'paravirtual') return [kernel, { key: 'kernel', technique, config: programOfGuest('kernel-pv').config }]
  const frameOf = (key: string, operation: string, ring: 0 | 3, rounds: number): Load[] => {
    const config: MachineConfig = { memoryMiB: 2, boot: { kind: 'multiboot', image: image(operation, ring, rounds) } }
    return [{ key, technique: 'native', config }, { key, technique, config }]
  }
  const loops = [...frameOf('exit', 'IN', 0, EXITS), ...frameOf('nothing', 'NOTHING', 0, EXITS), ...frameOf('call', 'SYSCALL', 3, CALLS), ...frameOf('work', 'RDTSC', 3, LOOPS)]
  // What it sees of its flags ends it there.
  return technique === 'trap-and-emulate' ? loops : [...loops, kernel, { ...kernel, technique }]
}

export interface TechniqueTimes {
  /** Least times in milliseconds, by load: on bare metal, and under the technique. */
  readonly times: Readonly<Record<string, { readonly native: number; readonly technique: number }>>
  /** How often the loads do it. */
  readonly exits: number
  readonly calls: number
}

/** A technique against bare metal, in one run. One technique in a thread, as when it is used: the engine compiles for what it sees. */
export function measureTechnique(technique: TechniqueName): TechniqueTimes {
  const times: Record<string, { native: number; technique: number }> = {}
  const all = loads(technique)
  for (let round = 0; round < ROUNDS; round++) {
    for (const load of all) {
      const time = timeOf(load)
      const known = (times[load.key] ??= { native: Infinity, technique: Infinity })
      const side = load.technique === 'native' ? 'native' : 'technique'
      if (round > 0) known[side] = Math.min(known[side], time)
    }
  }
  return { times, exits: EXITS, calls: CALLS }
}
