// @vitest-environment happy-dom
import { expect, test } from 'vitest'
import type { VmSeen } from '../../../protocol/machine.ts'
import type { VmRecord } from '../../../protocol/records.ts'
import { vm } from '../../testing/sample-records.ts'
import { vmMoved } from './vm-moved.ts'

const seen = (fields: Partial<VmSeen> = {}): VmSeen => ({ state: 'running', bootedAt: 0, memoryMiB: 8192, hasDisk: true, hasNic: true, ...fields })
const moved = (then: Partial<VmSeen>, now: Partial<VmRecord>): string | null => vmMoved(seen(then), vm('web-1', 'host:a', null, now))
const booted = (startedAt: number): Partial<VmRecord> => ({ boot: [{ name: 'firmware', startedAt, endsAt: startedAt + 1 }] })

test('a VM that runs on, is paused or shuts down is where its machine was opened', () => {
  expect(moved({}, {})).toBeNull()
  expect(moved({}, { state: 'paused' })).toBeNull()
  expect(moved({ state: 'paused' }, { state: 'stopping' })).toBeNull()
  expect(moved({ state: 'off', bootedAt: null }, { state: 'off', boot: [] })).toBeNull()
  // It was on in between: what its machine shows is power-on all the same.
  expect(moved({ state: 'off', bootedAt: 5 }, { state: 'off', ...booted(9) })).toBeNull()
})

test('one that was switched on, off or reset since is said to be so', () => {
  expect(moved({}, { state: 'off' })).toBe('The VM was switched off since this machine was opened.')
  expect(moved({ state: 'off', bootedAt: null }, {})).toBe('The VM has booted since this machine was opened.')
  expect(moved({}, booted(7))).toBe('The VM has booted since this machine was opened.')
  expect(moved({ state: 'booting' }, { state: 'booting' })).toBe('The VM boots while its machine stands still here.')
  expect(moved({ state: 'booting' }, { state: 'fault' })).toBe('The VM did not come up: its boot failed since this machine was opened.')
})

test('other hardware is told part by part', () => {
  expect(moved({ state: 'off', memoryMiB: 512 }, { state: 'off', memoryMiB: 1024, hasDisk: false })).toBe('This machine has 512\u00a0MiB of memory, a disk; the VM now has 1\u00a0GiB of memory, no disk.')
  expect(moved({ hasNic: false }, { state: 'off' })).toBe('The VM was switched off since this machine was opened. This machine has no network interface; the VM now has a network interface.')
})
