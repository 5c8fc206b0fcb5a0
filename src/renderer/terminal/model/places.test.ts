import { expect, test } from 'vitest'
import type { AnyRecord } from '../../../protocol/records.ts'
import { container, host, vm } from '../../testing/sample-records.ts'
import { shellPlaces } from './places.ts'

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
