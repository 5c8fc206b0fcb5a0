import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { DocumentSync } from './document-sync.ts'

interface Stage {
  readonly sync: DocumentSync
  readonly sent: string[]
  readonly shown: string[]
  readonly errors: unknown[]
  /** `dirty`, each time it was said to have changed. */
  readonly dirty: boolean[]
}

function stage(text: string, write?: (text: string) => Promise<unknown>): Stage {
  const sent: string[] = []
  const shown: string[] = []
  const errors: unknown[] = []
  const dirty: boolean[] = []
  const sync: DocumentSync = new DocumentSync({
    text,
    write: (next) => {
      sent.push(next)
      return write?.(next) ?? Promise.resolve()
    },
    show: (next) => shown.push(next),
    failed: (error) => errors.push(error),
    changed: () => dirty.push(sync.dirty),
    delayMs: 300,
  })
  return { sync, sent, shown, errors, dirty }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('what is typed', () => {
  test('goes out once, 300 ms after the latest key', async () => {
    const { sync, sent } = stage('')
    sync.typed('F')
    await vi.advanceTimersByTimeAsync(299)
    sync.typed('FR')
    await vi.advanceTimersByTimeAsync(299)
    expect(sent).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(sent).toEqual(['FR'])
  })

  test('goes out at once when flushed, and flush waits for the write before it', async () => {
    let release = (): void => undefined
    const { sync, sent } = stage('', (text) => (text === 'a' ? new Promise<void>((done) => (release = done)) : Promise.resolve()))
    sync.typed('a')
    const first = sync.flush()
    sync.typed('ab')
    const second = sync.flush()
    await vi.advanceTimersByTimeAsync(1000)
    expect(sent).toEqual(['a'])
    release()
    expect(await first).toBe(true)
    expect(await second).toBe(true)
    expect(sent).toEqual(['a', 'ab'])
  })

  test('stays pending and is reported when the core refuses it', async () => {
    let refuse = true
    const { sync, sent, errors } = stage('', () => (refuse ? Promise.reject(new Error('too large')) : Promise.resolve()))
    sync.typed('a')
    expect(await sync.flush()).toBe(false)
    expect(errors).toHaveLength(1)
    expect(sync.dirty).toBe(true)
    refuse = false
    expect(await sync.flush()).toBe(true)
    expect(sent).toEqual(['a', 'a'])
  })

  test('is not lost when the file is left before the delay is over', () => {
    const { sync, sent } = stage('')
    sync.typed('a')
    sync.dispose()
    expect(sent).toEqual(['a'])
  })
})

test('a file that was deleted while something waited is not written again', async () => {
  const { sync, sent } = stage('')
  sync.typed('a')
  sync.forget()
  await vi.advanceTimersByTimeAsync(1000)
  sync.dispose()
  expect(sent).toEqual([])
})

describe('what comes back', () => {
  test('a record that comes before its answer: the end of the write is told', async () => {
    let answer = (): void => undefined
    const { sync, dirty } = stage('', () => new Promise<void>((done) => (answer = done)))
    sync.typed('a')
    const flushed = sync.flush()
    sync.received('a')
    expect(dirty.at(-1)).toBe(true)
    answer()
    await flushed
    expect(dirty.at(-1)).toBe(false)
  })

  test('an echo of an own write never touches newer typing', async () => {
    const { sync, shown } = stage('')
    sync.typed('a')
    await sync.flush()
    sync.typed('ab')
    sync.received('a')
    expect(shown).toEqual([])
    await sync.flush()
    sync.received('ab')
    expect(shown).toEqual([])
    expect(sync.dirty).toBe(false)
  })

  test('when frames were merged, only the last echo comes', async () => {
    const { sync, shown } = stage('')
    sync.typed('a')
    await sync.flush()
    sync.typed('ab')
    await sync.flush()
    sync.received('ab')
    expect(shown).toEqual([])
    expect(sync.dirty).toBe(false)
  })

  test('a change from elsewhere is shown, merged with what is pending, and the merge is sent', async () => {
    const { sync, shown, sent } = stage('FROM a\nRUN b\nRUN c\n')
    sync.typed('FROM a\nRUN b\nRUN mine\n')
    sync.received('FROM theirs\nRUN b\nRUN c\n')
    expect(shown).toEqual(['FROM theirs\nRUN b\nRUN mine\n'])
    await sync.flush()
    expect(sent).toEqual(['FROM theirs\nRUN b\nRUN mine\n'])
  })

  test('a change from elsewhere with nothing pending is only shown', async () => {
    const { sync, shown, sent } = stage('a')
    sync.received('b')
    await vi.advanceTimersByTimeAsync(1000)
    expect(shown).toEqual(['b'])
    expect(sent).toEqual([])
  })
})
