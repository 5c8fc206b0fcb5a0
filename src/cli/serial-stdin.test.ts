import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import type { SerialOrder } from '../workers/serial-line.ts'
import { forward, gather } from './serial-stdin.ts'

test('a stream that ends is gathered whole', async () => {
  const stream = new PassThrough()
  stream.write('one\n')
  stream.end('two\n')
  const { bytes, ended } = await gather(stream, new Promise(() => undefined))
  expect([Buffer.from(bytes).toString(), ended]).toEqual(['one\ntwo\n', true])
})

test('of one that stays open nothing is lost: what came first is gathered, the rest forwarded', async () => {
  const stream = new PassThrough()
  stream.write('one\n')
  const { bytes, ended } = await gather(stream, new Promise((resolve) => void stream.once('data', () => resolve())))
  expect([Buffer.from(bytes).toString(), ended]).toEqual(['one\n', false])
  stream.write('between ')
  await new Promise((resolve) => setImmediate(resolve))
  const orders: SerialOrder[] = []
  forward(stream, true, (order) => orders.push(order))
  stream.write('two\x03never')
  stream.end()
  await new Promise((resolve) => stream.once('close', resolve))
  expect(orders.slice(-2)).toEqual([{ type: 'stop' }, { type: 'ended' }])
  expect(orders.map((order) => (order.type === 'typed' ? Buffer.from(order.bytes).toString() : '')).join('')).toBe('between two')
})
