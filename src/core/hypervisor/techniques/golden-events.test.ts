import { expect, test } from 'vitest'
import type { MachineEvent, TechniqueName } from '../../../protocol/machine.ts'
import { MachineDesk } from '../../machine/desk/machine-desk.ts'
import { programOfGuest } from '../../machine/desk/open-program.ts'
import { folded } from '../testing/folded.ts'
import { monitorOf } from './technique.ts'

const ID = 'program:test'
/** The first address that is a program's, and how much of a trace a person reads: then it repeats itself. */
const PROGRAMS = 0x4000_0000
const MOST_LINES = 300
const hex = (value: number): string => `0x${value.toString(16)}`
const place = (symbol: string | null): string => (symbol ?? 'a program').replace(/\+.*/, '')
/** Whatever an instruction's operands are: loops then look alike. */
const mnemonic = (cause = ''): string => cause.replace(/^((?:rep\w* |lock )?\w+).*/, '$1')

/** What happened, without what differs each time. */
function line({ kind, symbol, fromCpl, toCpl, vector, error, address, name, value, cause, reason, exit, call, instructions, target }: MachineEvent): string {
  const ring = fromCpl === toCpl ? `ring ${fromCpl}` : `ring ${fromCpl} to ${toCpl}`
  const where = `${ring}, ${place(symbol)}`
  const fault = address === undefined ? '' : ` at ${address < PROGRAMS ? `page ${hex(address & ~0xfff)}` : 'a program\'s page'}, error ${error}`
  switch (kind) {
    case 'trap': return `trap, ${reason}: ${reason === 'emulated' ? mnemonic(cause) : `vector ${vector}${fault}`} (${where})`
    case 'exit': return `exit ${exit!.number}, ${name}${exit!.amd ? `, ${exit!.amd}` : ''}: ${mnemonic(cause)} (${where})`
    case 'hypercall': return `hypercall ${name}${call!.denial === null ? '' : `, refused: ${call!.denial}`} (${where})`
    case 'translate': return `translate: ${instructions === 0 ? 'chained' : 'new code'} (${where})`
    case 'inject': return `inject ${name ?? `vector ${vector}`} (${where})`
    case 'control': return `control: ${name} = ${hex(value!)} (${where})`
    case 'return': return `return (${where}; to ${toCpl === 3 ? 'a program' : hex(target! & ~0xfff)})`
    default: return `${kind}${vector === undefined ? '' : ` ${vector}`}${fault} (${where})`
  }
}

// On bare metal: machine/desk/golden-events.test.ts.
test.each<[string, TechniqueName]>([
  ['kernel', 'binary-translation'], ['kernel', 'hardware-assist'], ['kernel-pv', 'paravirtual'],
])('what a monitor sees of %s: %s', async (key, technique) => {
  const program = programOfGuest(key)
  const monitor = monitorOf(technique)
  const desk = new MachineDesk(ID, { ...program, config: { ...program.config, ...(monitor && { monitor }) }, technique }, () => undefined)
  desk.request('machine.run', { machine: ID, until: { kind: 'pause' } })
  for (let i = 0; i < 400 && desk.slice(); i++);
  const events: MachineEvent[] = []
  for (let more = true; more;) {
    const answer = desk.request('machine.events', { machine: ID, from: events.length, count: 1000 })
    events.push(...answer.events)
    more = events.length < answer.total
  }
  const entries = events.filter(({ kind }) => kind !== 'io')
  const kinds = [...new Set(entries.map(({ kind }) => kind))].sort().map((kind) => `${kind} ${entries.filter((event) => event.kind === kind).length}`)
  const lines = folded(entries.map(line))
  const shown = lines.length > MOST_LINES ? [...lines.slice(0, MOST_LINES), `and ${lines.length - MOST_LINES} lines more`] : lines
  await expect(`${key} under ${technique}: ${kinds.join(', ')}\n\n${shown.join('\n')}\n`).toMatchFileSnapshot(`golden/${key}.${technique}.txt`)
})
