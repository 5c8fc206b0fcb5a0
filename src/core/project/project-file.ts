import { zipSync, type Zippable } from 'fflate/browser'
import * as v from 'valibot'
import type { AnyRecord } from '../../protocol/records.ts'
import { decodeUtf8, encodeUtf8, type Bytes } from '../base/bytes.ts'
import { canonicalJson } from '../base/canonical-json.ts'
import { Failure } from '../base/failure.ts'
import { sha256Hex, type Sha256Factory } from '../base/hasher.ts'
import { encodeCbor } from './cbor.ts'
import { chainStart, follows, journalEntrySchema, type JournalEntry } from './journal.ts'
import { FORMAT, manifestSchema, type Manifest } from './manifest.ts'
import { unzipEntry } from './unzip.ts'
import { damaged, readZipDirectory, tooLarge, type ZipEntry, type ZipLimits } from './zip-directory.ts'

/**
 * The `.glasshouse` file: a zip of `manifest.json`, `journal.jsonl`, `state.cbor`, and whatever else was in it (`blobs/`, `notes/`).
 *
 * The journal is the state: a project is opened by replaying its commands in a new session, which gives the same records and the
 * same engines behind them, content and undo history included, and the state hash proves it. No engine has to be able to write
 * itself out and read itself in again, and a hostile file can at most issue commands that anybody at the window could. `state.cbor`
 * holds the records for other tools; it is not read when a project is opened.
 */
export interface ProjectContent {
  readonly name: string
  readonly seed: string
  readonly simTime: number
  readonly stateHash: string
  readonly entries: readonly JournalEntry[]
  /** Files that this version does not know: kept when the project is saved. */
  readonly extras: ReadonlyMap<string, Bytes>
}

export interface OpenedProject extends ProjectContent {
  /** Version of the app that wrote it: replay must be exact only for the same one. */
  readonly app: string
}

const LIMITS: ZipLimits = { entries: 10_000, totalBytes: 768 * 1024 * 1024, ratio: 200, ratioFreeBytes: 64 * 1024 * 1024 }
const LARGEST_MANIFEST = 64 * 1024
const LARGEST_JOURNAL = 256 * 1024 * 1024
const LARGEST_FILE = 512 * 1024 * 1024
const [MANIFEST, JOURNAL, STATE] = ['manifest.json', 'journal.jsonl', 'state.cbor']

/** The file's bytes: the same for the same project, on every machine and day. `app` is the version that writes. */
export function encodeProject(project: ProjectContent, records: Iterable<AnyRecord>, app: string, sha256: Sha256Factory): Bytes {
  const state = encodeCbor([...records].sort((a, b) => (a.id < b.id ? -1 : 1)))
  const last = project.entries.at(-1)
  const manifest: Manifest = {
    format: FORMAT,
    app,
    name: project.name,
    seed: project.seed,
    simTime: project.simTime,
    lastSeq: last?.seq ?? 0,
    head: last?.hash ?? chainStart(project.seed, sha256),
    stateHash: project.stateHash,
    records: sha256Hex(state, sha256),
  }
  const files: Zippable = {
    [MANIFEST]: encodeUtf8(`${JSON.stringify(manifest, null, 2)}\n`),
    [JOURNAL]: encodeUtf8(project.entries.map((entry) => `${canonicalJson(entry)}\n`).join('')),
    [STATE]: state,
  }
  for (const name of [...project.extras.keys()].sort()) files[name] = project.extras.get(name)!
  // The zip format knows local time only; without a zone this is the same wall-clock time everywhere.
  return zipSync(files, { level: 6, mtime: '1980-01-01T00:00:00' })
}

/** Reads and checks a project file; throws `file`, in plain words, for anything that is not one. Runs nothing. */
export function decodeProject(bytes: Bytes, sha256: Sha256Factory): OpenedProject {
  if (bytes.length > LARGEST_FILE) throw tooLarge(`${bytes.length} bytes`)
  try {
    return readProject(bytes, sha256)
  } catch (error) {
    if (error instanceof Failure) throw error
    throw damaged('it cannot be read')
  }
}

function readProject(bytes: Bytes, sha256: Sha256Factory): OpenedProject {
  const entries = new Map(readZipDirectory(bytes, LIMITS).map((entry) => [entry.name, entry]))
  const manifest = readManifest(entries.get(MANIFEST))
  const journal = readJournal(take(entries, JOURNAL, LARGEST_JOURNAL), manifest, sha256)
  if (sha256Hex(take(entries, STATE, LIMITS.totalBytes), sha256) !== manifest.records) throw damaged('its records are not those that were saved')
  const extras = new Map<string, Bytes>()
  for (const [name, entry] of entries) if (name !== MANIFEST && name !== JOURNAL && name !== STATE) extras.set(name, unzipEntry(entry))
  const { name, seed, simTime, stateHash, app } = manifest
  return { name, seed, simTime, stateHash, app, entries: journal, extras }
}

function take(entries: ReadonlyMap<string, ZipEntry>, name: string, limit: number): Bytes {
  const entry = entries.get(name)
  if (!entry) throw damaged(`"${name}" is missing`)
  if (entry.size > limit) throw tooLarge(`${entry.size} bytes in "${name}"`)
  return unzipEntry(entry)
}

function readManifest(entry: ZipEntry | undefined): Manifest {
  if (!entry) throw damaged('"manifest.json" is missing')
  if (entry.size > LARGEST_MANIFEST) throw tooLarge(`${entry.size} bytes in "manifest.json"`)
  const json: unknown = JSON.parse(decodeUtf8(unzipEntry(entry)))
  const { format } = v.parse(v.object({ format: v.number() }), json)
  if (format > FORMAT) {
    throw new Failure('file', `This project was written by a newer version of Glasshouse (format ${format}; this one reads up to ${FORMAT}).`, 'Update Glasshouse and open it again.')
  }
  const manifest = v.safeParse(manifestSchema, json)
  if (!manifest.success) throw damaged(`its manifest is wrong (${v.getDotPath(manifest.issues[0]) ?? ''}: ${manifest.issues[0].message})`)
  return manifest.output
}

function readJournal(bytes: Bytes, manifest: Manifest, sha256: Sha256Factory): JournalEntry[] {
  const lines = decodeUtf8(bytes).split('\n')
  if (lines.pop() !== '') throw damaged('its journal is cut off')
  const entries = lines.map((line) => v.parse(journalEntrySchema, JSON.parse(line)) as JournalEntry)
  checkChain(entries, 0, chainStart(manifest.seed, sha256), sha256)
  const last = entries.at(-1)
  if ((last?.seq ?? 0) !== manifest.lastSeq || (last && last.hash !== manifest.head)) throw damaged('its journal does not end where it should')
  if (last && last.at > manifest.simTime) throw damaged('its journal goes on after its end')
  return entries
}

/** Throws `file` at the first entry that does not follow on the one before, or was changed after it was written. */
function checkChain(entries: readonly JournalEntry[], seq: number, head: string, sha256: Sha256Factory): void {
  let [lastSeq, lastHead, lastAt] = [seq, head, 0]
  for (const entry of entries) {
    if (!follows(entry, lastSeq, lastHead, sha256) || entry.at < lastAt) throw damaged(`entry ${lastSeq + 1} of its journal was changed`)
    ;[lastSeq, lastHead, lastAt] = [entry.seq, entry.hash, entry.at]
  }
}
