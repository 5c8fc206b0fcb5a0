import * as v from 'valibot'
import { canonicalJson } from '../base/canonical-json.ts'
import { sha256Hex, type Sha256Factory } from '../base/hasher.ts'

/**
 * One command that reached its handler. Commands that were refused are kept too: a refusal may have drawn an id or a random
 * number, and replay has to draw the same. `hash` covers this entry and, by `prev`, all that came before it.
 */
export interface JournalEntry {
  /** 1, 2, 3, … */
  readonly seq: number
  /** Simulated time at which the command ran, after every event due until then. */
  readonly at: number
  readonly name: string
  readonly params: unknown
  /** Code of the refusal; null where the command did what it was asked. */
  readonly refused: string | null
  readonly prev: string
  readonly hash: string
}

const digest = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))

export const journalEntrySchema = v.object({
  seq: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  at: v.pipe(v.number(), v.integer(), v.minValue(0)),
  name: v.pipe(v.string(), v.maxLength(100)),
  params: v.unknown(),
  refused: v.nullable(v.pipe(v.string(), v.maxLength(40))),
  prev: digest,
  hash: digest,
})

/** What the first entry's `prev` is: it ties the journal to its seed. */
export function chainStart(seed: string, sha256: Sha256Factory): string {
  return sha256Hex(`glasshouse journal 1\n${seed}`, sha256)
}

/** The entry with its hash: SHA-256 over the canonical JSON of all its other fields. */
export function sealEntry(entry: Omit<JournalEntry, 'hash'>, sha256: Sha256Factory): JournalEntry {
  return { ...entry, hash: sha256Hex(canonicalJson(entry), sha256) }
}

/** Whether `entry` follows directly on an entry with this number and hash, and is what it was when it was sealed. */
export function follows(entry: JournalEntry, seq: number, prev: string, sha256: Sha256Factory): boolean {
  const { hash, ...rest } = entry
  return entry.seq === seq + 1 && entry.prev === prev && sealEntry(rest, sha256).hash === hash
}
