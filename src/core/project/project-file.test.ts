import { decode } from 'cborg'
import fc from 'fast-check'
import { unzipSync, zipSync, type Zippable } from 'fflate/browser'
import { describe, expect, test } from 'vitest'
import { decodeUtf8, encodeUtf8, type Bytes } from '../base/bytes.ts'
import { Failure } from '../base/failure.ts'
import { pureSha256, sha256Hex } from '../base/hasher.ts'
import { rack } from '../testing/random-edits.ts'
import { chainStart, sealEntry, type JournalEntry } from './journal.ts'
import { decodeProject, encodeProject, type ProjectContent } from './project-file.ts'

const records = [rack('rack:2', 'south', 1), rack('rack:1', 'north', 0)]

function journal(length: number, seed = 'seed'): JournalEntry[] {
  const entries: JournalEntry[] = []
  let prev = chainStart(seed, pureSha256)
  for (let seq = 1; seq <= length; seq++) {
    const entry = sealEntry({ seq, at: seq * 10, name: 'rack.add', params: { name: `rack ${seq} – ü` }, refused: null, prev }, pureSha256)
    entries.push(entry)
    prev = entry.hash
  }
  return entries
}

function project(changes: Partial<ProjectContent> = {}): ProjectContent {
  return { name: 'lab', seed: 'seed', simTime: 1000, stateHash: 'a'.repeat(64), entries: journal(3), extras: new Map(), ...changes }
}

const encode = (content: ProjectContent): Bytes => encodeProject(content, records, '1.0.0', pureSha256)
const open = (bytes: Bytes): unknown => decodeProject(bytes, pureSha256)

function refusal(bytes: Bytes): string {
  try {
    open(bytes)
  } catch (error) {
    expect(error).toBeInstanceOf(Failure)
    expect((error as Failure).info.code).toBe('file')
    return (error as Failure).message
  }
  throw new Error('it was opened')
}

/** The file with some of its parts changed. */
function changed(files: Record<string, string | Bytes | undefined>, bytes = encode(project())): Bytes {
  const parts: Zippable = { ...unzipSync(bytes) }
  for (const [name, content] of Object.entries(files)) {
    if (content === undefined) Reflect.deleteProperty(parts, name)
    else parts[name] = typeof content === 'string' ? encodeUtf8(content) : content
  }
  return zipSync(parts, { level: 1 })
}

function manifest(changes: Record<string, unknown>): string {
  return JSON.stringify({ ...(JSON.parse(decodeUtf8(unzipSync(encode(project()))['manifest.json']!)) as object), ...changes })
}

describe('a project file', () => {
  test('comes back as it was written, with what this version does not know', () => {
    const extras = new Map([['notes/todo.md', encodeUtf8('remember')], ['blobs/sha256/abc', Uint8Array.of(1, 2, 3)]])
    const content = project({ extras })
    expect(open(encode(content))).toEqual({ ...content, app: '1.0.0' })
    expect(open(encode(project({ entries: [], simTime: 0 })))).toMatchObject({ entries: [] })
  })

  test('has the same bytes whenever and in whatever order it is written', () => {
    const extras: [string, Bytes][] = [['notes/a', encodeUtf8('a')], ['notes/b', encodeUtf8('b')]]
    const one = encodeProject(project({ extras: new Map(extras) }), records, '1.0.0', pureSha256)
    const other = encodeProject(project({ extras: new Map(extras.reverse()) }), [...records].reverse(), '1.0.0', pureSha256)
    expect(one).toEqual(other)
    // Pinned: another machine, time zone or day must give these bytes too.
    expect(sha256Hex(one)).toMatchInlineSnapshot(`"9e052230513599d0ca995784e16d1ab3b4ded1b261bd75534a27e26c7ee3a208"`)
  })

  test('holds the records as plain CBOR, for other tools', () => {
    expect(decode(unzipSync(encode(project()))['state.cbor']!)).toEqual([...records].reverse())
  })

  test('is a zip that other programs unpack', () => {
    expect(Object.keys(unzipSync(encode(project())))).toEqual(['manifest.json', 'journal.jsonl', 'state.cbor'])
  })
})

describe('a hostile or damaged file', () => {
  test('of a newer format is told from a damaged one', () => {
    expect(refusal(changed({ 'manifest.json': manifest({ format: 2 }) }))).toContain('newer version of Glasshouse')
  })

  test.each<[string, () => Bytes, string]>([
    ['empty', () => new Uint8Array(), 'not a zip archive'],
    ['no zip at all', () => encodeUtf8('<html>'.repeat(100)), 'not a zip archive'],
    ['without a manifest', () => changed({ 'manifest.json': undefined }), '"manifest.json" is missing'],
    ['without a journal', () => changed({ 'journal.jsonl': undefined }), '"journal.jsonl" is missing'],
    ['with a manifest that is no JSON', () => changed({ 'manifest.json': '{' }), 'cannot be read'],
    ['with a manifest of the wrong shape', () => changed({ 'manifest.json': manifest({ simTime: 'later' }) }), 'simTime'],
    ['with a negative time', () => changed({ 'manifest.json': manifest({ simTime: -1 }) }), 'simTime'],
    ['with other records', () => changed({ 'state.cbor': Uint8Array.of(0x80) }), 'not those that were saved'],
    ['with an entry that was changed', () => changed({ 'journal.jsonl': lines((entries) => [entries[0]!, { ...entries[1]!, params: {} }, entries[2]!]) }), 'entry 2'],
    ['with an entry left out', () => changed({ 'journal.jsonl': lines(([first, , third]) => [first!, third!]) }), 'entry 2'],
    ['with its last entry left out', () => changed({ 'journal.jsonl': lines((entries) => entries.slice(0, 2)) }), 'does not end'],
    ['with a torn journal', () => changed({ 'journal.jsonl': lines((entries) => entries).slice(0, -20) }), 'cut off'],
    ['with the journal of another seed', () => changed({ 'journal.jsonl': lines(() => journal(3, 'other')) }), 'entry 1'],
    ['with JSON that nests a million deep', () => changed({ 'journal.jsonl': `${'['.repeat(1_000_000)}\n` }), 'cannot be read'],
    ['with a path out of the folder', () => changed({ 'notes/../../evil': 'x' }), 'forbidden name'],
    ['with an absolute path', () => changed({ '/etc/passwd': 'x' }), 'forbidden name'],
    ['with a drive letter', () => changed({ 'C:evil': 'x' }), 'forbidden name'],
    ['with a backslash', () => changed({ 'notes\\evil': 'x' }), 'forbidden name'],
    ['with a control character in a name', () => changed({ 'notes/\u0007': 'x' }), 'forbidden name'],
    ['with 10,003 files', () => changed(Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`notes/${at}`, '']))), '10003 files'],
    ['with the same name twice', () => renamed('notes/b', 'notes/a', changed({ 'notes/a': 'x', 'notes/b': 'y' })), 'two files named'],
    ['that is encrypted', () => patched('flags', 1), 'encrypted'],
    ['compressed by an unknown method', () => patched('method', 12), 'method (12)'],
  ])('%s, is refused in plain words', (_, make, message) => {
    expect(refusal(make())).toContain(message)
  })

  test('cut off anywhere, is refused', () => {
    const whole = encode(project())
    fc.assert(fc.property(fc.nat(whole.length - 1), (length) => void refusal(whole.slice(0, length))))
  })

  test('with any byte changed, is refused or opens as exactly the same project', () => {
    const whole = encode(project())
    const same = open(whole)
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const bytes = whole.slice()
        bytes[at]! ^= flip
        let opened: unknown
        try {
          opened = open(bytes)
        } catch (error) {
          expect((error as Failure).info.code).toBe('file')
          return
        }
        expect(opened).toEqual(same)
      }),
      { numRuns: 500 },
    )
  })
})

describe('a zip bomb', () => {
  /** Five million zeros in a few thousand bytes, of which the directory says that they are this many. */
  const claiming = (size: number, file = 'journal.jsonl'): Bytes => {
    const bytes = changed({ [file]: new Uint8Array(5_000_000) })
    new DataView(bytes.buffer).setUint32(directoryEntry(bytes, file) + 24, size, true)
    return bytes
  }

  test.each([
    ['a gigabyte of journal', 1_000_000_000, 'journal.jsonl'],
    ['a large manifest', 1_000_000, 'manifest.json'],
    ['a hundred megabytes of notes out of nothing', 100_000_000, 'notes/a'],
  ])('with %s is refused by what its directory says, before anything is inflated', (_, size, file) => {
    const bytes = claiming(size, file)
    expect(bytes.length).toBeLessThan(100_000)
    expect(refusal(bytes)).toContain('more than any project needs')
  })

  test('whose directory lies is stopped where the lie begins', () => {
    expect(refusal(claiming(100))).toContain('larger than it says')
  })

  test('of several layers over the same bytes is refused', () => {
    const bytes = changed({ 'notes/a': 'x'.repeat(1000), 'notes/b': 'x'.repeat(1000) })
    const view = new DataView(bytes.buffer)
    const first = view.getUint32(directoryEntry(bytes, 'notes/a') + 42, true)
    view.setUint32(directoryEntry(bytes, 'notes/b') + 42, first, true)
    expect(refusal(bytes)).toContain('over another file')
  })
})

function lines(change: (entries: JournalEntry[]) => readonly JournalEntry[]): string {
  return change(journal(3)).map((entry) => `${JSON.stringify(entry)}\n`).join('')
}

/** Where a file's entry in the central directory begins. */
function directoryEntry(bytes: Bytes, name: string): number {
  const view = new DataView(bytes.buffer)
  let at = view.getUint32(bytes.length - 22 + 16, true)
  while (decodeUtf8(bytes.subarray(at + 46, at + 46 + view.getUint16(at + 28, true))) !== name) {
    at += 46 + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
  }
  return at
}

function renamed(from: string, to: string, bytes: Bytes): Bytes {
  const copy = bytes.slice()
  copy.set(encodeUtf8(to), directoryEntry(copy, from) + 46)
  return copy
}

function patched(field: 'flags' | 'method', value: number): Bytes {
  const bytes = encode(project())
  new DataView(bytes.buffer, bytes.byteOffset).setUint16(directoryEntry(bytes, 'journal.jsonl') + (field === 'flags' ? 8 : 10), value, true)
  return bytes
}
