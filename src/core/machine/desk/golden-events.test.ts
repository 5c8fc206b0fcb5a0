import { expect, test } from 'vitest'
import type { MachineEvent } from '../../../protocol/machine.ts'
import { MachineDesk } from './machine-desk.ts'
import { programOfGuest } from './open-program.ts'

const ID = 'program:test'
const hex = (value: number): string => `0x${value.toString(16)}`

/** What happened, in a line. */
function line({ tick, kind, symbol, eip, fromCpl, toCpl, vector, error, target, address, name, value, before, cause }: MachineEvent): string {
  const ring = fromCpl === toCpl ? `ring ${fromCpl}` : `ring ${fromCpl} to ${toCpl}`
  const details = [
    vector === undefined ? '' : `vector ${vector}`, error === undefined ? '' : `error ${error}`, address === undefined ? '' : `at ${hex(address)}`, name ?? '',
    value === undefined ? '' : `${hex(before ?? 0)} to ${hex(value)}`, target === undefined ? '' : `goes to ${hex(target)}`, cause === undefined ? '' : `by ${cause}`,
  ]
  return [`${tick} ${kind} ${ring}, ${symbol ?? hex(eip)}`, ...details].filter((part) => part !== '').join('; ')
}

const DATA = 0x3f8
const LINE_STATUS = 0x3fd
const isSerial = ({ kind, port }: MachineEvent): boolean => kind === 'io' && (port === DATA || port === LINE_STATUS)
const isLike = (a: MachineEvent, b: MachineEvent): boolean => a.kind === 'io' && b.kind === 'io' && ((isSerial(a) && isSerial(b)) || (a.port === b.port && a.write === b.write))

/** Port accesses one after the other at the same port are one line, those of the serial line what they send. */
function text(events: readonly MachineEvent[]): string {
  const lines: string[] = []
  for (let i = 0; i < events.length;) {
    const first = events[i]!
    let next = i + 1
    while (events[next] && isLike(first, events[next]!)) next++
    const group = events.slice(i, next)
    if (isSerial(first)) lines.push(`${first.tick} serial ${JSON.stringify(group.map(({ port, write, value }) => (port === DATA && write ? String.fromCharCode(value!) : '')).join(''))}`)
    else if (first.kind === 'io') lines.push(`${first.tick} ${first.write ? 'out' : 'in'} ${hex(first.port!)} ${group.length === 1 ? hex(first.value!) : `${group.length} times`}`)
    else lines.push(line(first))
    i = next
  }
  return `${lines.join('\n')}\n`
}

test.each(['hello', 'kernel'])('what happens in %s is what was reviewed', async (key) => {
  const desk = new MachineDesk(ID, programOfGuest(key), () => undefined)
  desk.request('machine.run', { machine: ID, until: { kind: 'pause' } })
  for (let i = 0; i < 200 && desk.slice(); i++);
  expect(desk.state().end).toEqual({ kind: 'exit', code: 0 })
  const events: MachineEvent[] = []
  for (let more = true; more;) {
    const answer = desk.request('machine.events', { machine: ID, from: events.length, count: 1000 })
    events.push(...answer.events)
    more = events.length < answer.total
  }
  await expect(text(events)).toMatchFileSnapshot(`golden/${key}.events.txt`)
})
