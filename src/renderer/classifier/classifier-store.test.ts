// @vitest-environment happy-dom
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, expect, test, vi } from 'vitest'
import type { Classification, MendName } from '../../protocol/classifier.ts'
import { CoreError } from '../app/connection/core-error.ts'
import { useCore } from '../app/stores/core.ts'
import { useToasts } from '../app/stores/toasts.ts'
import { useClassifier } from './classifier-store.ts'

/** What was asked, to be answered when the test wants. */
interface Asked { readonly name: string; readonly params: unknown; resolve(value: unknown): void; reject(error: unknown): void }
let asked: Asked[] = []

const theorem = { holds: false, violators: [], entries: [], unlisted: [] }
const answer = (mends: readonly MendName[]): Classification => ({
  mends, theorem1: theorem, theorem3: theorem,
  rows: [{ name: 'popf', encoding: '9d', kind: mends.includes('flags') ? 'privileged' : 'sensitive', traps: 'never', control: null, mode: null, location: null, user: null, byRing: [], entry: 'popf' }],
})
const settled = async (): Promise<void> => { for (let turn = 0; turn < 6; turn++) await Promise.resolve() }

beforeEach(() => {
  asked = []
  setActivePinia(createPinia())
  vi.spyOn(useCore(), 'machineRequest').mockImplementation((name, params) => new Promise((resolve, reject) => asked.push({ name, params, resolve, reject })))
})

test('a mend is held against the instruction set as it is', async () => {
  const classifier = useClassifier()
  void classifier.classify([])
  asked[0]!.resolve(answer([]))
  await settled()
  void classifier.toggle('flags')
  expect(asked[1]).toMatchObject({ name: 'classifier.classify', params: { mends: ['flags'] } })
  asked[1]!.resolve(answer(['flags']))
  await settled()
  expect([...classifier.changed]).toEqual(['9d'])
  expect(classifier.plain!.mends).toEqual([])
  classifier.chosen = '9d'
  expect([classifier.before!.kind, classifier.row!.kind]).toEqual(['sensitive', 'privileged'])
})

test('the answer to a switch that was turned again is not shown; one that is cancelled turns back, without a message', async () => {
  const classifier = useClassifier()
  void classifier.classify([])
  asked[0]!.resolve(answer([]))
  await settled()
  void classifier.toggle('flags')
  void classifier.toggle('kin')
  expect(asked[2]!.params).toEqual({ mends: ['flags', 'kin'] })
  asked[1]!.resolve(answer(['flags']))
  await settled()
  expect([classifier.result!.mends, classifier.busy]).toEqual([[], true])
  asked[2]!.reject(new CoreError({ code: 'cancelled', message: 'That was cancelled.', hint: '' }))
  await settled()
  expect([classifier.mends, classifier.busy]).toEqual([[], false])
  expect(useToasts().toasts).toEqual([])
})

test('guests run one after the other, until somebody stops it', async () => {
  const classifier = useClassifier()
  void classifier.runFailures()
  asked[0]!.resolve({ guests: ['sgdt', 'popf', 'str'].map((key) => ({ key, instruction: key, title: '', source: '', says: '' })) })
  await settled()
  asked[1]!.resolve({ key: 'sgdt', cells: [{ place: 'native', outcome: 'right', checks: [], fault: null }] })
  await settled()
  expect(classifier.cellAt('sgdt', 'native')).toMatchObject({ outcome: 'right' })
  classifier.stopFailures()
  void classifier.runFailures()
  asked[2]!.resolve({ key: 'popf', cells: [] })
  await settled()
  // The new run's own, and nothing of the one that was stopped.
  expect(asked.map(({ params }) => params)).toEqual([{}, { key: 'sgdt' }, { key: 'popf' }, { key: 'sgdt' }])
  expect([...classifier.found.keys()]).toEqual([])
})
