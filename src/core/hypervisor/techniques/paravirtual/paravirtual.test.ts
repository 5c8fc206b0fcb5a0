import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { nativeSha256 } from '../../../../workers/platform.ts'
import { encodeUtf8 } from '../../../base/bytes.ts'
import { Machine } from '../../../machine/board/machine.ts'
import { START } from '../../../machine/cpu/layout.ts'
import { findGuest } from '../../../machine/guests/guests.ts'
import { TrapAndEmulate, trapAndEmulate } from '../trap-and-emulate.ts'
import { expectSameAtAnyMoment } from '../../testing/any-moment.ts'
import { paravirtual } from './paravirtual.ts'
import { configOf, type Outcome, outcome } from './testing/ported.ts'

const WHOLE = 20_000_000

/** One line for each hypercall, equal names in a row together. */
function trace(calls: Outcome['calls']): string {
  const lines: string[] = []
  for (let i = 0; i < calls.length;) {
    const { name, args, result, tick } = calls[i]!
    let n = 1
    while (calls[i + n]?.name === name && calls[i + n]?.result === result) n++
    const shown = args.slice(0, 3).map((arg) => (arg >>> 0).toString(16)).join(', ')
    lines.push(`${String(tick).padStart(8)}  ${name}(${shown}) = ${result}${n === 1 ? '' : `   ${n} times`}`)
    i += n
  }
  return `${lines.join('\n')}\n`
}

describe('kernel-pv', () => {
  const run = outcome(configOf('kernel-pv'), WHOLE)

  test('runs its processes to the end, and says what kernel says', () => {
    expect(run.text).toBe(readFileSync(join(import.meta.dirname, '../../../machine/guests/golden/kernel.serial.txt'), 'utf8'))
    expect(run.machine.end).toEqual({ kind: 'exit', code: 0 })
    expect(run.monitor.denials).toEqual([])
  })

  test('differs from kernel in marked lines only, at six sites', () => {
    const lines = findGuest('kernel-pv')!.source.split('\n')
    const old = new Set(findGuest('kernel')!.source.split('\n'))
    const head = lines.indexOf("%include 'multiboot.inc'")
    const marks = lines.slice(head).map((line) => /;pv (\d)/.exec(line)?.[1])
    expect(lines.slice(head).filter((line, i) => line.trim() !== '' && marks[i] === undefined && !old.has(line))).toEqual([])
    expect([...new Set(marks)].sort()).toEqual(['0', '1', '2', '3', '4', '5', '6', undefined])
  })

  test('asks for what was reviewed', async () => {
    const count = (name: string): number => run.calls.filter((call) => call.name === name).length
    const names = [...new Set(run.calls.map(({ name }) => name))].sort()
    const totals = names.map((name) => `${name.padEnd(20)}${String(count(name)).padStart(6)}`)
    const exits = Object.entries(run.monitor.exits).filter(([, n]) => n > 0).map(([reason, n]) => `${reason.padEnd(20)}${String(n).padStart(6)}`)
    const text = `Entries of the monitor\n${exits.join('\n')}\n\nHypercalls, but for iret\n${totals.join('\n')}\n\nTick, hypercall, result\n${trace(run.calls)}`
    await expect(text).toMatchFileSnapshot('golden/kernel-pv.hypercalls.txt')
  })

  test('enters its monitor less often than kernel does by traps', () => {
    const made: { monitor?: TrapAndEmulate } = {}
    const options = { kernelRing: 1 as const }
    const machine = new Machine({ ...configOf('kernel'), monitor: { ...trapAndEmulate(options), make: (cpu, host) => (made.monitor = new TrapAndEmulate(cpu, host, options)) } })
    machine.run(WHOLE)
    expect(machine.end).toEqual({ kind: 'exit', code: 0 })
    const entries = (exits: Readonly<Record<string, number>>): number => Object.values(exits).reduce((sum, n) => sum + n, 0)
    expect(entries(run.monitor.exits) * 2).toBeLessThan(entries(made.monitor!.exits))
  })

  test('what is typed comes by an event, and the console’s hypercall', () => {
    const machine = new Machine({ ...configOf('kernel-pv'), monitor: paravirtual() })
    let text = ''
    machine.onSerial = (bytes) => (text += Buffer.from(bytes).toString('latin1'))
    while (!text.includes('bytes\r\n') && machine.tick < WHOLE) machine.run(machine.tick + 20_000)
    machine.typeSerial(encodeUtf8('to be or not'))
    machine.run(WHOLE)
    expect(text).toContain('reader: somebody typed to be or not\r\n')
  })

  test('without a disk its requests fail, and all else goes on', () => {
    const { text, machine } = outcome({ ...configOf('kernel-pv'), disks: [null, null] }, WHOLE)
    expect(text).toBe(readFileSync(join(import.meta.dirname, '../../../machine/guests/golden/kernel-without-disk.serial.txt'), 'utf8'))
    expect(machine.end).toEqual({ kind: 'exit', code: 0 })
  })

  test('is the same at any moment, however the run is cut and taken back', () => {
    expectSameAtAnyMoment({ ...configOf('kernel-pv'), monitor: paravirtual() }, [1, 777, 1001, 20_000, 100_240, 203_310, 250_001])
  })

  test('who looks at each instruction changes nothing', () => {
    const config = { ...configOf('kernel-pv'), monitor: paravirtual() }
    const alone = new Machine(config)
    alone.run(110_000)
    const watched = new Machine(config)
    const nothing = (): void => undefined
    let looks = 0
    watched.cpu.observer = { each: () => void looks++, delivered: nothing, returned: nothing, gate: nothing, port: nothing, control: nothing, halted: nothing }
    watched.run(110_000)
    expect(watched.stateHash(nativeSha256)).toBe(alone.stateHash(nativeSha256))
    expect(looks).toBeGreaterThanOrEqual(watched.cpu.instructions)
  })
})

describe('who may start', () => {
  test.each(['kernel', 'hello', 'windows-like'])('%s, which was not ported, is refused with the reason', (key) => {
    const { machine, text } = outcome(configOf(key), 1000)
    expect(machine.end).toMatchObject({ kind: 'boot-failed', message: expect.stringContaining('it was not ported and expects ring 0') as string })
    expect(machine.run(1000)).toBe('end')
    expect(text).toBe('')
  })

  test('kernel-pv on bare metal ends at its first hypercall, by a #GP that nobody handles', () => {
    const machine = new Machine(configOf('kernel-pv'))
    machine.run(100_000)
    expect(machine.end).toEqual({ kind: 'shutdown' })
    const at = machine.cpu.s[START]!
    // `console_io` of the page that nobody filled: int 0x82, and the IDT of a machine that has just started holds no gate.
    expect(at & 0xfff).toBe(18 * 32)
    expect([...machine.memory.bytes.subarray(at, at + 2)]).toEqual([0xcd, 0x82])
    expect(machine.tick).toBeLessThan(1000)
  })
})
