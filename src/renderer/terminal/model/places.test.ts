import { expect, test } from 'vitest'
import type { AnyRecord } from '../../../protocol/records.ts'
import { container, host, vm } from '../../testing/sample-records.ts'
import { consolePlaces, shellPlaces } from './places.ts'

test('machines with a running engine come first, then running containers, each by name', () => {
  const records: AnyRecord[] = [host('charminar'), vm('web-1', 'host:charminar', null)]
  const places = shellPlaces(
    [
      { id: 'engine:b', type: 'engine', owner: 'vm:web-1', name: 'Docker Engine', version: '27', storageDriver: 'overlay2', state: 'running' },
      { id: 'engine:a', type: 'engine', owner: 'host:charminar', name: 'Docker Engine', version: '27', storageDriver: 'overlay2', state: 'stopped' },
    ],
    [container('shop', 'engine:b'), container('api', 'engine:b'), container('old', 'engine:b', { state: 'exited' })],
    (id) => records.find((record) => record.id === id),
  )
  expect(places.map(({ name, kind, on }) => [name, kind, on])).toEqual([['web-1', 'machine', 'web-1'], ['api', 'container', 'web-1'], ['shop', 'container', 'web-1']])
})

test('a VM that is on and has no shell has a console to watch', () => {
  const vms = [vm('web-10', 'host:a', null, { state: 'fault' }), vm('web-2', 'host:a', null, { state: 'booting' }), vm('off', 'host:a', null, { state: 'off' }), vm('docker', 'host:a', null)]
  const engine = { id: 'engine:b', type: 'engine', owner: 'vm:docker', name: 'Docker Engine', version: '27', storageDriver: 'overlay2', state: 'running' } as const
  expect(consolePlaces(vms, [engine]).map(({ name }) => name)).toEqual(['web-2', 'web-10'])
})
