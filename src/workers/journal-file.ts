import { closeSync, fdatasync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import * as v from 'valibot'
import { encodeUtf8 } from '../core/base/bytes.ts'
import { canonicalJson } from '../core/base/canonical-json.ts'
import type { Sha256Factory } from '../core/base/hasher.ts'
import { follows, journalEntrySchema, type JournalEntry } from '../core/project/journal.ts'
import { writeAtomically } from './atomic-write.ts'

/** Which project the lines continue: the entry with number `base` and hash `head` came last before them. */
interface JournalHeader {
  readonly glasshouseJournal: 1
  readonly seed: string
  readonly base: number
  readonly head: string
}

const headerSchema = v.object({ glasshouseJournal: v.literal(1), seed: v.string(), base: v.number(), head: v.string() })
const markSchema = v.strictObject({ at: v.pipe(v.number(), v.minValue(0)) })

/**
 * The journal beside a project: one JSON line for each command since the last save, written before the command is answered,
 * and while the clock plays a mark `{"at": …}` now and then.
 */
export class JournalFile {
  private readonly path: string
  private readonly header: () => JournalHeader
  private file: number | undefined
  private syncing = false

  /** Nothing is written until there is something to tell; `header` is asked then. */
  constructor(path: string, header: () => JournalHeader) {
    this.path = path
    this.header = header
  }

  append(entry: JournalEntry): void {
    this.write(canonicalJson(entry))
  }

  /** Simulated time has come this far. */
  mark(at: number): void {
    this.write(JSON.stringify({ at }))
  }

  /** Begins with these entries, which are not in the project's file yet, in place of whatever journal there was. */
  begin(entries: readonly JournalEntry[], at: number): void {
    if (entries.length === 0) return this.remove()
    const lines = [JSON.stringify(this.header()), ...entries.map((entry) => canonicalJson(entry)), JSON.stringify({ at })]
    mkdirSync(dirname(this.path), { recursive: true })
    writeAtomically(this.path, encodeUtf8(lines.map((line) => `${line}\n`).join('')))
    this.file = openSync(this.path, 'a')
  }

  close(): void {
    if (this.file !== undefined) closeSync(this.file)
    this.file = undefined
  }

  remove(): void {
    this.close()
    rmSync(this.path, { force: true })
  }

  private write(line: string): void {
    if (this.file === undefined) {
      mkdirSync(dirname(this.path), { recursive: true })
      this.file = openSync(this.path, 'w')
      writeSync(this.file, `${JSON.stringify(this.header())}\n`)
    }
    writeSync(this.file, `${line}\n`)
    this.sync(this.file)
  }

  /** What was written survives the process at once, and a power failure as soon as the disk is ready. */
  private sync(file: number): void {
    if (this.syncing) return
    this.syncing = true
    fdatasync(file, () => (this.syncing = false))
  }
}

export interface ReadJournal {
  readonly header: JournalHeader
  readonly entries: readonly JournalEntry[]
  /** How far simulated time had come. */
  readonly at: number
}

/** Reads a journal up to the first line that is torn or does not follow; undefined when there is none, or no header in it. */
export function readJournalFile(path: string, sha256: Sha256Factory): ReadJournal | undefined {
  const [first, ...lines] = readText(path).split('\n')
  const header = parseLine(headerSchema, first ?? '')
  if (!header) return undefined
  const entries: JournalEntry[] = []
  let [seq, head, at] = [header.base, header.head, 0]
  for (const line of lines) {
    const mark = parseLine(markSchema, line)
    if (mark) {
      at = Math.max(at, mark.at)
      continue
    }
    const entry = parseLine(journalEntrySchema, line) as JournalEntry | undefined
    if (!entry || !follows(entry, seq, head, sha256)) break
    entries.push(entry)
    ;[seq, head, at] = [entry.seq, entry.hash, Math.max(at, entry.at)]
  }
  return { header, entries, at }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function parseLine<S extends v.GenericSchema>(schema: S, line: string): v.InferOutput<S> | undefined {
  try {
    const parsed = v.safeParse(schema, JSON.parse(line))
    return parsed.success ? parsed.output : undefined
  } catch {
    return undefined
  }
}
