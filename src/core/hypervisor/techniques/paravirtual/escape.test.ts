import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CR0 } from '../../../machine/cpu/layout.ts'
import { GDT_OFFSET, OWN_BYTES, STACK_OFFSET } from '../../monitor/layout.ts'
import { ERROR } from './abi.ts'
import { type Outcome, outcome, ported } from './testing/ported.ts'

const RAM = 8 << 20
const TICKS = 100_000
const ACCESSED_DIRTY = 0x60

/** What changed behind the guest's memory, but for what the processor itself writes: the frame of its arrival, accessed and dirty bits. */
function changed({ machine, before }: Outcome): number[] {
  const after = machine.host.bytes.subarray(machine.memory.size)
  const places: number[] = []
  for (let at = 0; at < after.length; at++) {
    if (after[at] === before[at] || (at >= STACK_OFFSET && at < STACK_OFFSET + 4096)) continue
    if (at < OWN_BYTES || (at & 3) !== 0 || ((after[at]! ^ before[at]!) & ~ACCESSED_DIRTY) !== 0) places.push(at)
  }
  return places
}

/** Results of all hypercalls but the last, which ends the guest. */
const answers = ({ calls }: Outcome): number[] => calls.slice(0, -1).map(({ result }) => result)

/** Refused, written down, and nothing of the monitor's has changed; the guest lives. */
function expectDenied(run: Outcome, reason: RegExp): void {
  expect(run.machine.end).toEqual({ kind: 'exit', code: 0 })
  expect(run.monitor.denials.map((denial) => denial.reason)).toContainEqual(expect.stringMatching(reason))
  expect(changed(run)).toEqual([])
}

describe('by page tables', () => {
  const map = (entry: string, at = '0x400000'): string => `call_by CALL_UPDATE_VA_MAPPING, ${at}, ${entry}, 0, INVALIDATE`

  test.each([['its first frame', RAM], ['its last', RAM + OWN_BYTES], ['one that is nowhere', 0xfff0_0000]])('a frame of the monitor’s cannot be mapped: %s', (_, frame) => {
    for (const rights of [1, 3, 7]) {
      const run = outcome(ported(map(`${frame} | ${rights}`)), TICKS)
      expect(answers(run)).toEqual([-ERROR.notPermitted])
      expectDenied(run, /is not the guest's/)
    }
  })

  test('a table cannot be made writable, whoever owns it', () => {
    const run = outcome(ported(`
        mov ecx, [directory]
        or ecx, 3
        call_by CALL_UPDATE_VA_MAPPING, [directory], ecx, 0, INVALIDATE
        mov ecx, [directory]
        add ecx, 4096 | 3
        ${map('ecx')}`), TICKS)
    expect(answers(run)).toEqual([-ERROR.busy, -ERROR.busy])
    expectDenied(run, /is a page directory and cannot be mapped writable/)
    expectDenied(run, /is a page table and cannot be mapped writable/)
  })

  test('a page that can be written to cannot become a table, and a table with a hole in it neither', () => {
    const run = outcome(ported(`
        mov dword [page], ${RAM} | 3
        mov eax, page
        shr eax, 12
        mov [operation + 4], eax
        mov dword [operation], PIN_DIRECTORY
        call_by CALL_MMUEXT, operation, 1, 0
        mov ecx, page
        or ecx, 1
        ${map('ecx', 'page')}
        mov dword [operation], 0
        call_by CALL_MMUEXT, operation, 1, 0
        mov dword [operation], PIN_DIRECTORY
        call_by CALL_MMUEXT, operation, 1, 0
        mov dword [operation], NEW_BASE
        call_by CALL_MMUEXT, operation, 1, 0
        mov dword [operation], 4
        call_by CALL_MMUEXT, operation, 1, 0`, 'operation: dd 0, 0, 0'), TICKS)
    expect(answers(run)).toEqual([-ERROR.busy, 0, -ERROR.notPermitted, -ERROR.notPermitted, -ERROR.notPermitted, -ERROR.invalid])
    expectDenied(run, /is not the guest's/)
  })

  test('the monitor’s entry of a directory stays, and pages of 4 MiB do not come in', () => {
    const update = (slot: number, entry: number): string => `
        mov eax, [directory]
        add eax, ${slot * 4}
        mov [update], eax
        mov dword [update + 8], ${entry}
        call_by CALL_MMU_UPDATE, update, 1, 0`
    const run = outcome(ported([update(1023, 0), update(1023, 7), update(5, 0x80 | 7), update(5, RAM | 7)].join('\n'), 'update: dd 0, 0, 0, 0'), TICKS)
    expect(answers(run)).toEqual([-ERROR.notPermitted, -ERROR.notPermitted, -ERROR.invalid, -ERROR.notPermitted])
    expectDenied(run, /lies behind the fence/)
  })

  test('a store to a table, without asking, is a page fault', () => {
    const { machine, monitor } = outcome(ported(`
        mov eax, [directory]
        mov dword [eax], 0`), TICKS)
    expect(machine.end).toEqual({ kind: 'shutdown' })
    expect(monitor.denials).toMatchObject([{ name: 'domain', reason: 'the domain crashed: it cannot take exception 14' }])
  })

  test('a page that was written to just now is read-only at once', () => {
    const { machine, monitor } = outcome(ported(`
        mov dword [page], 1
        mov ecx, page
        or ecx, 1
        ${map('ecx', 'page')}
        mov dword [page], 2`), TICKS)
    expect(machine.end).toEqual({ kind: 'shutdown' })
    expect(monitor.denials).toMatchObject([{ reason: 'the domain crashed: it cannot take exception 14' }])
  })

  const HOLE = `
        ${map(`${RAM} | 3`)}
        mov dword [0x400000 + 0xff * 8], 0xdeadbeef`

  test('unchecked, the same page opens the monitor’s memory', () => {
    const run = outcome(ported(HOLE), TICKS, { unchecked: true })
    expect(run.machine.end).toEqual({ kind: 'exit', code: 0 })
    expect(run.monitor.denials).toEqual([])
    expect([...run.machine.host.bytes.subarray(RAM + 0xff * 8, RAM + 0xff * 8 + 4)]).toEqual([0xef, 0xbe, 0xad, 0xde])
  })

  test('unchecked, a guest takes the host down with it', () => {
    const run = outcome(ported(`
        mov ecx, [directory]
        or ecx, 3
        ${map('ecx')}
        mov dword [0x400000 + 1023 * 4], 0
        call_by CALL_SCHED, 0, 0, 0`), TICKS, { unchecked: true })
    expect(run.machine.end).toEqual({ kind: 'shutdown' })
    expect(run.monitor.denials).toMatchObject([{ reason: 'the domain crashed: and the host with it' }])
  })

  test('checked, the store stays in the guest’s own page', () => {
    expectDenied(outcome(ported(HOLE), TICKS), /is not the guest's/)
  })
})

describe('by arguments', () => {
  const BEHIND = '0xffc00000'

  test.each([
    ['set_trap_table', 'CALL_SET_TRAP_TABLE', [BEHIND, '0', '0'], ERROR.fault],
    ['mmu_update', 'CALL_MMU_UPDATE', [BEHIND, '1', '0'], ERROR.fault],
    ['mmu_update, over the fence', 'CALL_MMU_UPDATE', ['0xffbffff8', '1', '0'], ERROR.fault],
    ['mmu_update, where nothing is', 'CALL_MMU_UPDATE', ['0x70000000', '1', '0'], ERROR.fault],
    ['set_gdt', 'CALL_SET_GDT', [BEHIND, '1', '0'], ERROR.fault],
    ['update_va_mapping', 'CALL_UPDATE_VA_MAPPING', [BEHIND, '7', '0'], ERROR.fault],
    ['console_io, writing', 'CALL_CONSOLE_IO', ['CONSOLE_WRITE', '64', BEHIND], ERROR.fault],
    ['console_io, reading', 'CALL_CONSOLE_IO', ['CONSOLE_READ', '64', BEHIND], ERROR.fault],
    ['mmuext_op', 'CALL_MMUEXT', [BEHIND, '1', '0'], ERROR.fault],
    ['sched_op', 'CALL_SCHED', ['SHUTDOWN', BEHIND, '0'], ERROR.fault],
    ['event_channel_op', 'CALL_EVENT_CHANNEL', ['BIND_VIRQ', BEHIND, '0'], ERROR.fault],
    ['multicall', 'CALL_MULTICALL', [BEHIND, '1', '0'], ERROR.fault],
    ['set_callbacks', 'CALL_SET_CALLBACKS', ['9', BEHIND, '0'], ERROR.fault],
    ['set_callbacks to ring 0', 'CALL_SET_CALLBACKS', ['8', '0x100000', '0'], ERROR.notPermitted],
    ['stack_switch to ring 0', 'CALL_STACK_SWITCH', ['0x10', '0x100000', '0'], ERROR.notPermitted],
    ['stack_switch', 'CALL_STACK_SWITCH', ['0x11', BEHIND, '0'], ERROR.fault],
    ['a huge batch of updates', 'CALL_MMU_UPDATE', ['page', '-1', '0'], ERROR.invalid],
    ['a huge batch of operations', 'CALL_MMUEXT', ['page', '1025', '0'], ERROR.invalid],
    ['a huge batch of calls', 'CALL_MULTICALL', ['page', '0x7fffffff', '0'], ERROR.invalid],
    ['a huge text', 'CALL_CONSOLE_IO', ['CONSOLE_WRITE', '0x80000000', 'page'], ERROR.invalid],
    ['a table of no descriptors', 'CALL_SET_GDT', ['page', '0', '0'], ERROR.invalid],
    ['a huge table of descriptors', 'CALL_SET_GDT', ['page', '513', '0'], ERROR.invalid],
    ['an unknown number', '99', ['0', '0', '0'], ERROR.notImplemented],
    ['an unknown operation on channels', 'CALL_EVENT_CHANNEL', ['77', 'page', '0'], ERROR.notImplemented],
    ['a channel that is not bound', 'CALL_EVENT_CHANNEL', ['SEND', 'page', '0'], ERROR.invalid],
    ['a time beyond all times', 'CALL_SET_TIMER', ['0', '-1', '0'], ERROR.invalid],
  ])('%s is refused', (_, call, args, error) => {
    const run = outcome(ported(`call_by ${call}, ${args.join(', ')}`), TICKS)
    expect(answers(run)).toEqual([-error])
    expectDenied(run, /./)
  })

  test('an answer is not written to a table of the guest’s either', () => {
    const run = outcome(ported(`
        mov edx, [directory]
        call_by CALL_CONSOLE_IO, CONSOLE_READ, 4, edx
        mov edx, [directory]
        call_by CALL_MMU_UPDATE, page, 0, edx`), TICKS)
    expect(answers(run)).toEqual([0, -ERROR.fault])
    expectDenied(run, /tables do not allow/)
  })

  test('a sector does not go where the guest may not write', () => {
    const run = outcome({ ...ported(`
        call_by CALL_EVENT_CHANNEL, BIND_INTERDOMAIN, channel, 0
        mov eax, [directory]
        mov [block_ring + RING_SLOTS + 8], eax
        mov dword [block_ring + RING_SLOTS + 16 + 8], ${RAM}
        mov dword [block_ring], 2
        call_by CALL_EVENT_CHANNEL, SEND, channel + 8, 0
        mov dword [block_ring], 1000
        call_by CALL_EVENT_CHANNEL, SEND, channel + 8, 0`, 'channel: dd 0, 1, 0'), disks: [new Uint8Array(4096).fill(0xee), null] }, TICKS)
    expect(answers(run)).toEqual([0, -ERROR.busy, -ERROR.invalid])
    expectDenied(run, /the ring holds 32 requests/)
  })

  test('a batch that is refused in the middle says how far it came', () => {
    const run = outcome(ported(`
        mov eax, page
        mov [update], eax
        mov dword [update + 16], ${RAM}
        call_by CALL_MMU_UPDATE, update, 2, done
        mov eax, [done]
        mov [page + 4], eax`, 'update: dd 0, 0, 1234, 0, 0, 0, 7, 0\ndone: dd 0'), TICKS)
    expect(answers(run)).toEqual([-ERROR.notPermitted])
    expect(run.monitor.updates).toBe(1)
    expectDenied(run, /is not in the guest's memory/)
  })

  test('several updates are one entry of the monitor', () => {
    const run = outcome(ported(`
        mov eax, page
        mov edi, updates
        mov ecx, 64
.next:  mov [edi], eax
        add eax, 4
        add edi, 16
        loop .next
        call_by CALL_MMU_UPDATE, updates, 64, 0`, 'updates: times 64 * 4 dd 0'), TICKS)
    expect(answers(run)).toEqual([0])
    expect(run.monitor.updates).toBe(64)
    expect(run.monitor.exits.hypercall).toBe(2)
  })
})

test('fpu_taskswitch sets and clears TS, of both processors', () => {
  for (const [sets, ts] of [['1', 8], ['0', 0]] as const) {
    const run = outcome(ported(`
        call_by 5, 1, 0, 0
        call_by 5, ${sets}, 0, 0
        smsw eax
        and eax, 8
        mov ecx, eax
        call_by CALL_CONSOLE_IO, CONSOLE_WRITE, ecx, page`), TICKS)
    expect(answers(run)).toEqual([0, 0, ts])
    expect(run.machine.cpu.s[CR0]! & 8).toBe(ts)
  }
})

describe('by segments', () => {
  const setGdt = `
        mov eax, page
        mov ecx, page
        or ecx, 1
        push eax
        call_by CALL_UPDATE_VA_MAPPING, eax, ecx, 0, INVALIDATE
        pop eax
        shr eax, 12
        mov [frame], eax
        call_by CALL_SET_GDT, frame, 3, 0`
  const fill = (low: string, high: string): string => `
        mov dword [page + 8], ${low}
        mov dword [page + 12], ${high}`

  test.each([
    ['a code segment of ring 0', '0x0000ffff', '0x00cf9a00', /is of ring 0/],
    ['a data segment of ring 0', '0x0000ffff', '0x00cf9200', /is of ring 0/],
    ['a call gate', '0xfff00000', '0x0000ec00', /is a gate/],
    ['a task state segment', '0x10000067', '0x0000e900', /is a gate or a system segment/],
    ['a segment behind the fence', '0x0000ffff', '0xffcfb2c0', /begins behind the fence/],
  ])('%s is refused', (_, low, high, reason) => {
    const run = outcome(ported(fill(low, high) + setGdt, 'frame: dd 0'), TICKS)
    expect(answers(run)).toEqual([0, -ERROR.notPermitted])
    expectDenied(run, reason)
  })

  test('a table that can be written to is refused', () => {
    const run = outcome(ported(`
        mov eax, page
        shr eax, 12
        mov [frame], eax
        call_by CALL_SET_GDT, frame, 1, 0`, 'frame: dd 0'), TICKS)
    expect(answers(run)).toEqual([-ERROR.busy])
    expectDenied(run, /is mapped writable and cannot be a descriptor table/)
  })

  test('segments of 4 GiB end in front of the fence', () => {
    const run = outcome(ported(`${fill('0x0000ffff', '0x00cfb200')}${setGdt}
        mov ax, 9
        mov ds, ax
        mov dword [0xffc00000], 0xdeadbeef`, 'frame: dd 0'), TICKS)
    expect(run.machine.end).toEqual({ kind: 'shutdown' })
    expect(run.monitor.denials).toMatchObject([{ reason: 'the domain crashed: it cannot take exception 13' }])
    expect(changed(run).filter((at) => at < GDT_OFFSET || at >= GDT_OFFSET + 24)).toEqual([])
  })

  test('a way back into ring 0 is none', () => {
    const { machine, monitor } = outcome(ported(`
        pushfd
        push 8
        push start
        jmp hypercall_page + CALL_IRET * 32`), TICKS)
    expect(machine.end).toEqual({ kind: 'shutdown' })
    expect(monitor.denials).toMatchObject([{ name: 'domain', reason: expect.stringContaining('is not possible') as string }])
  })
})

test('random hypercalls change nothing behind the guest’s memory', () => {
  const number = fc.oneof({ weight: 8, arbitrary: fc.constantFrom(0, 1, 2, 3, 4, 5, 13, 14, 15, 18, 26, 29, 32) }, { weight: 1, arbitrary: fc.nat(127).filter((n) => n !== 23) })
  const place = fc.constantFrom('page', 'space', 'table', 'table + 64', '[directory]', '0', '0x100000', '0x7fe000', '0x7ff000', `${RAM}`, `${RAM} | 7`, '0xffbffffc', '0xffc00000', '-1')
  const argument = fc.oneof(place, fc.integer({ min: -2, max: 40 }).map(String))
  const word = fc.oneof(fc.constantFrom('page', 'page + 3', 'space', '0x7fe000', '0x7ff004', '0x7fe', '0x7ff', '0x800', `${RAM}`, `${RAM} | 7`, '0xffc', '0x00cf9a00', '0x0000ffff'), fc.integer({ min: -2, max: 40 }).map(String))
  const call = fc.record({ number, args: fc.tuple(argument, argument, argument, argument), words: fc.array(word, { minLength: 4, maxLength: 12 }) })
  fc.assert(fc.property(fc.array(call, { minLength: 1, maxLength: 30 }), (calls) => {
    const code = calls.map(({ number: n, args, words }) => `
        ${words.map((text, i) => `mov dword [table + ${i * 4}], ${text}`).join('\n        ')}
        call_by ${n}, ${args.join(', ')}`).join('\n')
    const run = outcome(ported(code, 'table: times 64 dd 0'), TICKS)
    expect(changed(run).filter((at) => at < GDT_OFFSET || at >= GDT_OFFSET + 4096)).toEqual([])
    expect(['exit', 'shutdown', undefined]).toContain(run.machine.end?.kind)
  }), { numRuns: 40, seed: 4 })
}, 60_000)

test('ports and privileged instructions are the guest’s own fault', () => {
  for (const instruction of ['out 0xf4, al', 'in al, 0x60', 'cli', 'hlt', 'mov cr3, eax', 'lgdt [page]', 'ltr ax', 'invlpg [page]', 'wrmsr']) {
    const { machine, monitor } = outcome(ported(instruction), TICKS)
    expect([instruction, machine.end]).toEqual([instruction, { kind: 'shutdown' }])
    expect(monitor.denials).toMatchObject([{ reason: 'the domain crashed: it cannot take exception 13' }])
  }
})
