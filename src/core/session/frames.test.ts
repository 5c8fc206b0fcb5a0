import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { MachineId, MachineState } from '../../protocol/machine.ts'
import type { CoreMessage } from '../../protocol/messages.ts'
import type { AnyRecord, RecordId } from '../../protocol/records.ts'
import { applyDiff } from '../store/diff.ts'
import { Store } from '../store/store.ts'
import { rack, storeStep, takeStep } from '../testing/random-edits.ts'
import { FrameSync, type MachineStates, type Shown, type WindowView } from './frames.ts'
import { STREAM_CHUNK, Streams } from './streams.ts'
import { FakeTime } from './testing/fake-time.ts'

const NO_MACHINES: MachineStates = { open: [], take: () => undefined }

class Reader {
  readonly messages: CoreMessage[] = []
  readonly records = new Map<RecordId, AnyRecord>()
  text = ''
  textEnd = 0
  undrawn: number | undefined
  readonly view: WindowView

  constructor(sync: FrameSync) {
    this.view = sync.open((message) => this.receive(message))
  }

  draw(): void {
    if (this.undrawn === undefined) return
    const seq = this.undrawn
    this.undrawn = undefined
    this.view.drawn(seq)
  }

  frames(): number[] {
    return this.messages.flatMap((message) => (message.type === 'frame' ? [message.seq] : []))
  }

  private receive(message: CoreMessage): void {
    this.messages.push(message)
    if (message.type === 'snapshot') {
      this.undrawn = undefined
      this.records.clear()
      for (const record of message.records) this.records.set(record.id, record)
    } else if (message.type === 'frame') {
      expect(this.undrawn, 'a frame came before the one before it was drawn').toBeUndefined()
      this.undrawn = message.seq
      applyDiff(this.records, message.diff)
    } else if (message.type === 'stream') {
      expect(message.text.length).toBeLessThanOrEqual(STREAM_CHUNK)
      this.text += message.text
      this.textEnd = message.offset + message.text.length
    }
  }
}

function setUp(): { time: FakeTime; store: Store; streams: Streams; shown: Shown & { now: number }; sync: FrameSync } {
  const time = new FakeTime()
  const [store, streams] = [new Store(), new Streams()]
  const shown = { store, streams, machines: NO_MACHINES, now: 0 }
  return { time, store, streams, shown, sync: new FrameSync(time, shown) }
}

const contents = (store: Store): [RecordId, AnyRecord][] => [...store.everything()].map((record): [RecordId, AnyRecord] => [record.id, record])
const sorted = (entries: Iterable<[RecordId, AnyRecord]>): [RecordId, AnyRecord][] => [...entries].sort(([a], [b]) => (a < b ? -1 : 1))

describe('frames', () => {
  test('bring every reader, however slow, to what the store holds, without a gap in the numbers', () => {
    const move = fc.oneof(
      { weight: 6, arbitrary: storeStep },
      { weight: 2, arbitrary: fc.record({ wait: fc.nat(40) }) },
      { weight: 2, arbitrary: fc.record({ draw: fc.nat(1) }) },
      { weight: 1, arbitrary: fc.record({ resync: fc.nat(1) }) },
    )
    fc.assert(
      fc.property(fc.array(move, { maxLength: 120 }), (moves) => {
        const { time, store, sync } = setUp()
        const readers = [new Reader(sync), new Reader(sync)]
        for (const { view } of readers) sync.resync(view)
        for (const each of moves) {
          if ('wait' in each) time.pass(each.wait)
          else if ('draw' in each) readers[each.draw]!.draw()
          else if ('resync' in each) sync.resync(readers[each.resync]!.view)
          else takeStep(store, each)
        }
        for (const reader of readers) {
          for (let turn = 0; turn < 3; turn++) {
            time.pass(20)
            reader.draw()
          }
          expect(sorted(reader.records)).toEqual(sorted(contents(store)))
          const numbers = reader.messages.flatMap((message) => (message.type === 'frame' || message.type === 'snapshot' ? [message.seq] : []))
          expect(numbers).toEqual(numbers.map((_, at) => numbers[0]! + at))
        }
        time.pass(200)
        expect(time.timers).toBe(0)
      }),
    )
  })

  test('come at most once per animation frame, and at once after a rest', () => {
    const { time, store, sync } = setUp()
    const reader = new Reader(sync)
    sync.resync(reader.view)
    time.pass(1000)
    store.put(rack('rack:1', 'a', 0))
    time.pass(0)
    expect(reader.frames()).toHaveLength(1)
    for (let change = 0; change < 10; change++) {
      reader.draw()
      store.put(rack('rack:1', `${change}`, 0))
      time.pass(1)
    }
    expect(reader.frames()).toHaveLength(1)
    time.pass(6)
    expect(reader.frames()).toHaveLength(2)
  })

  test('a window that draws nothing gets nothing more, and owes at most one diff', () => {
    const { time, store, sync } = setUp()
    const reader = new Reader(sync)
    sync.resync(reader.view)
    for (let change = 0; change < 1000; change++) {
      store.put(rack('rack:1', `${change}`, 0))
      time.pass(20)
    }
    expect(reader.frames()).toHaveLength(1)
    reader.draw()
    time.pass(20)
    expect(reader.frames()).toHaveLength(2)
    expect(reader.records.get('rack:1')).toMatchObject({ name: '999' })
  })

  test('tell the time ten times a second while it passes, and not at all while it does not', () => {
    const { time, shown, sync } = setUp()
    const reader = new Reader(sync)
    sync.resync(reader.view)
    for (let slice = 0; slice < 100; slice++) {
      shown.now += 10
      sync.changed(false)
      time.pass(10)
      reader.draw()
    }
    expect(reader.frames().length).toBeGreaterThanOrEqual(9)
    expect(reader.frames().length).toBeLessThanOrEqual(11)
    const before = reader.messages.length
    time.pass(10_000)
    expect(reader.messages.length - before).toBeLessThanOrEqual(1)
    expect(time.timers).toBe(0)
  })

  test('a window that has closed costs nothing', () => {
    const { time, store, sync } = setUp()
    const reader = new Reader(sync)
    sync.resync(reader.view)
    sync.close(reader.view)
    store.put(rack('rack:1', 'a', 0))
    expect(time.timers).toBe(0)
    expect(reader.frames()).toEqual([])
  })

  test('another project is a new snapshot for those who had one', () => {
    const { time, store, sync } = setUp()
    const [reader, silent] = [new Reader(sync), new Reader(sync)]
    sync.resync(reader.view)
    store.put(rack('rack:1', 'old', 0))
    const other = new Store()
    other.put(rack('rack:2', 'new', 0))
    sync.show({ store: other, streams: new Streams(), machines: NO_MACHINES, now: 7 })
    expect([...reader.records.keys()]).toEqual(['rack:2'])
    other.put(rack('rack:3', 'newer', 0))
    store.put(rack('rack:4', 'forgotten', 0))
    time.pass(20)
    expect([...reader.records.keys()]).toEqual(['rack:2', 'rack:3'])
    expect(silent.messages).toEqual([])
  })
})

describe('streams', () => {
  test('arrive whole, chunk by chunk as they are drawn', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ unit: 'grapheme', maxLength: 20 }), fc.nat(9000), fc.boolean()), { maxLength: 20 }), (writes) => {
        const { time, streams, sync } = setUp()
        const reader = new Reader(sync)
        sync.resync(reader.view)
        reader.view.follow('terminal:1', 0)
        let written = ''
        for (const [text, times, draw] of writes) {
          streams.append('terminal:1', text.repeat(times))
          written += text.repeat(times)
          sync.changed(true)
          time.pass(16)
          if (draw) reader.draw()
        }
        for (let turn = 0; turn < written.length / STREAM_CHUNK + 4; turn++) {
          reader.draw()
          time.pass(16)
        }
        // More than the history was written in one go here and there: then the end is right, and the offset says so.
        expect(reader.textEnd).toBe(written.length)
        if (written.length <= 1_000_000) expect(reader.text).toBe(written)
        else expect(reader.text.endsWith(written.slice(-1000))).toBe(true)
      }),
      { numRuns: 50 },
    )
  })

  test('go on from the offset that is asked for, and stop when nobody follows', () => {
    const { time, streams, sync } = setUp()
    const reader = new Reader(sync)
    sync.resync(reader.view)
    streams.append('build:1', 'hello world')
    reader.view.follow('build:1', 6)
    time.pass(16)
    expect(reader.text).toBe('world')
    reader.draw()
    reader.view.unfollow('build:1')
    streams.append('build:1', '!')
    sync.changed(true)
    time.pass(100)
    expect(reader.text).toBe('world')
  })

  test('keep the latest part, say that the head is gone, and keep their offsets', () => {
    const streams = new Streams(100)
    for (let line = 0; line < 50; line++) streams.append('build:1', `line ${String(line).padStart(3, '0')}\n`)
    const chunk = streams.read('build:1', 0)!
    expect(chunk.offset + chunk.text.length).toBe(50 * 9)
    expect(chunk.text.length).toBeLessThanOrEqual(125)
    expect(chunk.text).toMatch(/^\[the first \d+ characters are no longer kept\]/)
    expect(chunk.text.endsWith('line 049\n')).toBe(true)
    expect(streams.read('build:1', 50 * 9)).toBeUndefined()
    expect(streams.read('terminal:9', 0)).toBeUndefined()
  })

  test('never cut a character in two', () => {
    const streams = new Streams()
    streams.append('terminal:1', `${'x'.repeat(STREAM_CHUNK - 1)}😀`)
    expect(streams.read('terminal:1', 0)!.text).toBe('x'.repeat(STREAM_CHUNK - 1))
    expect(streams.read('terminal:1', STREAM_CHUNK - 1)!.text).toBe('😀')
  })
})

describe('machines under the microscope', () => {
  /** Only what these tests look at. */
  const stateAt = (tick: number): MachineState => ({ ...({} as MachineState), machine: 'vm:1', tick })

  test('a slow window is sent the latest state and no queue; a state is sent once', () => {
    const { time, shown, sync } = setUp()
    const states = new Map<MachineId, MachineState>([['vm:1', stateAt(0)]])
    let taken = 0
    Object.assign(shown, { machines: { open: ['vm:1'], take: (id: MachineId) => { taken++; return states.get(id) } } satisfies MachineStates })
    const reader = new Reader(sync)
    sync.resync(reader.view)
    const heard = (): number[] => reader.messages.flatMap((message) => (message.type === 'machine' ? [message.state.tick] : []))
    time.pass(20)
    expect(reader.messages.map(({ type }) => type)).toEqual(['snapshot', 'machines', 'machine', 'frame'])
    for (let tick = 1; tick <= 100; tick++) {
      states.set('vm:1', stateAt(tick))
      sync.machine('vm:1')
      time.pass(20)
    }
    expect([heard(), taken]).toEqual([[0], 1])
    reader.draw()
    time.pass(20)
    expect(heard()).toEqual([0, 100])
    reader.draw()
    time.pass(200)
    expect(heard()).toEqual([0, 100])
    sync.machineClosed('vm:1', null)
    expect(reader.messages.at(-1)).toEqual({ type: 'machine-closed', machine: 'vm:1', error: null })
  })

  test('a serial line that goes back takes what was seen with it, however much came since', () => {
    const { time, sync } = setUp()
    const reader = new Reader(sync)
    sync.resync(reader.view)
    reader.view.follow('serial:vm:1', 0)
    const chunks = (): unknown[] => reader.messages.flatMap((message) => (message.type === 'stream' ? [[message.offset, message.text, message.rewound ?? false]] : []))
    sync.write('serial:vm:1', 0, 'abcdef')
    time.pass(20)
    sync.write('serial:vm:1', 4, 'xyz')
    sync.write('serial:vm:1', 2, '')
    sync.write('serial:vm:1', 2, 'much more text')
    reader.draw()
    time.pass(20)
    sync.write('serial:vm:1', 1, '')
    reader.draw()
    time.pass(20)
    expect(chunks()).toEqual([[0, 'abcdef', false], [2, 'much more text', true], [1, '', true]])
  })

  test('a window that follows from beyond the end, of a machine that began anew, is sent back', () => {
    const { time, sync } = setUp()
    const reader = new Reader(sync)
    sync.resync(reader.view)
    reader.view.follow('serial:vm:1', 500)
    sync.write('serial:vm:1', 0, 'hello')
    time.pass(20)
    expect(reader.messages.at(-2)).toEqual({ type: 'stream', stream: 'serial:vm:1', offset: 0, text: 'hello', rewound: true })
  })
})
