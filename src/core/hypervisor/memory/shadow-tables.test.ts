import { describe, expect, test } from 'vitest'
import { Machine } from '../../machine/board/machine.ts'
import type { Executor, MonitorPlan } from '../../machine/board/executor.ts'
import { Recording } from '../../machine/history/recording.ts'
import type { EntryCounts } from '../monitor/entries.ts'
import { binaryTranslation } from '../techniques/binary-translation/binary-translation.ts'
import { hardwareAssist } from '../techniques/hardware-assist.ts'
import { kernelAround } from '../techniques/hardware-assist/testing/kernels.ts'
import { guestConfig, imageOf, multiboot } from '../techniques/hardware-assist/testing/play.ts'
import { trapAndEmulate } from '../techniques/trap-and-emulate.ts'
import { checkEquivalence, KernelSource } from '../testing/equivalence/check.ts'
import { firstDeviation } from '../testing/equivalence/deviation.ts'
import { Rig } from '../testing/equivalence/rig.ts'
import { guestState } from '../testing/guest-state.ts'

const THOROUGH = process.env['GLASSHOUSE_THOROUGH'] === '1'

/** Two address spaces that share all tables but those of what lies at 4 MiB: there each has pages of its own at 0x601000. */
const SPACES = `
        mov edi, 0x181000
        mov eax, 3
        mov ecx, 1024
.low:   stosd
        add eax, 0x1000
        loop .low
        mov edi, 0x184000
        mov eax, 0x600003
        mov ecx, 16
.one:   stosd
        add eax, 0x1000
        loop .one
        mov edi, 0x185000
        mov eax, 0x610003
        mov ecx, 16
.two:   stosd
        add eax, 0x1000
        loop .two
        mov dword [0x180000], 0x181003
        mov dword [0x182000], 0x181003
        mov dword [0x180004], 0x184003
        mov dword [0x182004], 0x185003
        mov eax, 0x180000
        mov cr3, eax
        mov eax, cr0
        or eax, 0x80010000
        mov cr0, eax
`

const SWITCHES = `${SPACES}
        mov ecx, 100
.next:  mov eax, 0x180000
        mov cr3, eax
        add [0x400000], ecx
        add [0x401000], ecx
        mov eax, 0x182000
        mov cr3, eax
        add [0x400000], ecx
        add [0x401000], ecx
        loop .next
`

const PLANS: Readonly<Record<string, (memory: 'shadow' | 'virtual-tlb') => MonitorPlan>> = {
  'trap and emulate': (memory) => trapAndEmulate({ kernelRing: 1, memory }), 'trap and emulate, ring 3': (memory) => trapAndEmulate({ kernelRing: 3, memory }),
  'binary translation': (memory) => binaryTranslation({ memory }), 'hardware assist': (memory) => hardwareAssist({ memory }),
}
const TECHNIQUES = Object.keys(PLANS)

type Counted = Executor & { readonly exits: EntryCounts }

/** What came of a kernel, on bare metal and under a technique. */
function play(body: string, technique: string, memory: 'shadow' | 'virtual-tlb'): { readonly bare: Machine; readonly machine: Machine; readonly exits: EntryCounts } {
  const config = multiboot(imageOf(kernelAround(body)))
  const plan = PLANS[technique]!(memory)
  const bare = new Machine(config)
  const machine = new Machine({ ...config, monitor: plan })
  for (const one of [bare, machine]) one.run(20_000)
  expect(bare.end).toEqual({ kind: 'exit', code: 0 })
  return { bare, machine, exits: (machine.executor as Counted).exits }
}

describe.each(TECHNIQUES)('shadow page tables under %s', (technique) => {
  test('address spaces keep theirs while others run', () => {
    const { bare, machine, exits } = play(SWITCHES, technique, 'shadow')
    expect(guestState(machine)).toEqual(guestState(bare))
    const { exits: emptied } = play(SWITCHES, technique, 'virtual-tlb')
    expect(emptied['hidden fault']).toBeGreaterThan(300)
    expect(exits['hidden fault']).toBeLessThan(60)
    expect(emptied['traced write']).toBe(0)
  })

  test('a store to a table in use comes to the monitor, and what it changes is seen after the flush; until then the old translation goes on', () => {
    const { bare, machine, exits } = play(`${SPACES}
        mov dword [0x400000], 1               ; 0x600000
        mov dword [0x402000], 2               ; 0x602000
        mov eax, [0x400000]
        mov dword [0x184000], 0x602003        ; seen by nobody yet
        mov esi, [0x400000]
        invlpg [0x400000]
        mov edi, [0x400000]
        mov dword [0x184040], 0x602003        ; an entry that was absent needs no flush
        mov ebp, [0x410000]
        mov dword [0x184000], 0x602063        ; A and D are set: it is shown at once when the guest flushes
        mov eax, cr3
        mov cr3, eax
        mov edx, [0x400000]
        and dword [0x184000], ~0x60
        invlpg [0x400000]
        mov [0x400000], edx
        mov ecx, [0x184000]`, technique, 'shadow')
    expect(guestState(machine)).toEqual(guestState(bare))
    expect([...machine.cpu.s.subarray(5, 8)]).toEqual([2, 1, 2])
    expect(exits['traced write']).toBe(4)
  })

  test('a table that is one no longer is written like any other page', () => {
    const { bare, machine, exits } = play(`${SPACES}
        mov eax, [0x400000]
        mov dword [0x180004], 0
        mov eax, cr3
        mov cr3, eax
        mov edi, 0x184000
        mov ecx, 1024
.next:  mov [edi], ecx
        add edi, 4
        loop .next`, technique, 'shadow')
    expect(guestState(machine)).toEqual(guestState(bare))
    // The directory's entry, and the first store to what was a table.
    expect(exits['traced write']).toBeLessThanOrEqual(3)
  })

  test('a directory that is its own table', () => {
    const { bare, machine } = play(`${SPACES}
        mov dword [0x180ffc], 0x180003
        mov eax, cr3
        mov cr3, eax
        mov ebx, [0xfffff004]
        mov dword [0xffc01000], 0x600003      ; by way of itself, the entry for 4 MiB
        mov eax, cr3
        mov cr3, eax
        mov dword [0x400000], 0x1234
        mov ecx, [0x400000]`, technique, 'shadow')
    expect(guestState(machine)).toEqual(guestState(bare))
    expect(machine.cpu.s[1]).toBe(0x1234)
  })
})

test('binary translation stops trapping at a store that traps often', () => {
  const { exits } = play(`${SPACES}
        mov eax, [0x400000]
        mov ecx, 200
.next:  mov dword [0x184000], 0x600063
        loop .next`, 'binary translation', 'shadow')
  expect(exits['traced write']).toBe(200)
  expect(exits['hidden fault']).toBeLessThan(30)
})

describe('random kernels and their programs end as on bare metal with shadow page tables', () => {
  test('under binary translation', () => {
    const report = checkEquivalence({ seed: 'shadow', count: THOROUGH ? 1000 : 30, techniques: [{ name: 'binary translation', plan: binaryTranslation({ memory: 'shadow' }), direct: true }], supply: THOROUGH ? 400 : 100 })
    expect(report.counterexample).toBeNull()
  }, 600_000)

  test.each([1, 3] as const)('under trap and emulate, the kernel in ring %i', (kernelRing) => {
    const source = new KernelSource('shadow', THOROUGH ? 400 : 100)
    const bare = new Rig(source.prelude, null)
    const rig = new Rig(source.prelude, trapAndEmulate({ kernelRing, memory: 'shadow' }))
    for (let number = 0; number < (THOROUGH ? 400 : 20); number++) expect(firstDeviation(bare, rig, source.kernel(number, { sensitive: false, programs: kernelRing === 1 }))).toBeNull()
  }, 600_000)
})

test.each(TECHNIQUES)('the same at any moment, however the run is cut and taken back: %s', (technique) => {
  const config = { ...guestConfig('kernel'), monitor: PLANS[technique]!('shadow') }
  const straight = new Machine(config)
  const moments = [777, 60_001, 150_000]
  const seen = (machine: Machine): unknown => [machine.stateHash(), (machine.executor as Counted).exits['hidden fault']]
  const states = moments.map((tick) => {
    straight.run(tick)
    return seen(straight)
  })
  const recording = new Recording(config, { interval: 10_000 })
  recording.run(160_000)
  for (const [at, tick] of [...moments.entries()].reverse()) {
    recording.seek(tick)
    expect(seen(recording.machine)).toEqual(states[at])
  }
}, 60_000)
