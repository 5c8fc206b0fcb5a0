import { describe, expect, test } from 'vitest'
import type { FailureCell, PlaceName } from '../../../protocol/classifier.ts'
import { failuresText } from './failures-text.ts'
import { failures } from './failures.ts'
import { ENTRIES } from './seventeen-entries.ts'

const rows = failures()
const cell = (key: string, place: PlaceName): FailureCell => rows.find((row) => row.key === key)!.cells.find((one) => one.place === place)!
const failing = (place: PlaceName): readonly string[] => ENTRIES.map(({ key }) => key).filter((key) => cell(key, place).outcome !== 'right')
const keys = ENTRIES.map(({ key }) => key)

describe('what each of the seventeen shows', () => {
  test('is written down, place by place', async () => {
    await expect(failuresText(rows)).toMatchFileSnapshot('../techniques/golden/seventeen.txt')
  })

  test('nothing goes wrong on bare metal, translated, or with hardware assist', () => {
    for (const place of ['native', 'binary-translation', 'hardware-assist'] as const) expect(failing(place)).toEqual([])
  })

  // `int n` always traps there, because the monitor closes every gate of its IDT.
  test.each(['trap-and-emulate-1', 'trap-and-emulate-3'] as const)('%s: all but one go wrong, none with a fault', (place) => {
    expect(failing(place)).toEqual(keys.filter((key) => key !== 'int-n'))
    for (const key of keys) expect(cell(key, place).fault).toBeNull()
  })

  // TS is asked for by a hypercall that sets the processor's own.
  test('a ported kernel that still uses them sees ring 1, and is not told', () => {
    expect(failing('paravirtual')).toEqual(keys.filter((key) => key !== 'smsw'))
    expect(cell('push-seg', 'paravirtual').checks).toContainEqual({ what: 'cs', got: '9', expected: '8' })
    expect(cell('ret-far', 'paravirtual')).toMatchObject({ outcome: 'fault', fault: 'fault 13, error code 8' })
  })

  test('popf: interrupts come while they should be closed', () => {
    const [closed, open] = cell('popf', 'trap-and-emulate-1').checks
    expect(closed).toEqual({ what: 'interrupts after a popf that closes them', got: '1', expected: '0' })
    expect(open).toEqual({ what: 'after one that opens them', got: '0', expected: '1' })
  })
})
