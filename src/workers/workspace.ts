import { basename, join } from 'node:path'
import type { ProjectStatus } from '../protocol/messages.ts'
import { PROJECT_ID } from '../protocol/records.ts'
import { Failure } from '../core/base/failure.ts'
import { chainStart } from '../core/project/journal.ts'
import { decodeProject, encodeProject, type OpenedProject } from '../core/project/project-file.ts'
import type { Session } from '../core/session/session.ts'
import { runTemplate, type Template } from '../core/session/templates.ts'
import { JournalFile, readJournalFile, type ReadJournal } from './journal-file.ts'
import { newSession, openSession } from './open-session.ts'
import { nativeSha256, newSeed } from './platform.ts'
import { journalPath, readProjectFile, removeProjectFile, setAside, writeProjectFile } from './project-disk.ts'

export interface WorkspaceOptions {
  /** Folder for work that was never saved; null keeps none: it lasts as long as the process. */
  readonly dataDir: string | null
  /** Version of the app. */
  readonly app: string
}

interface Source {
  readonly file: OpenedProject | undefined
  readonly journal: ReadJournal | undefined
  readonly path: string | null
  readonly name: string | null
}

interface World {
  readonly session: Session
  readonly extras: ReadonlyMap<string, Uint8Array>
  /** Where it was opened from, or saved to. */
  readonly path: string | null
  /** Name of the file that a browser handed in. */
  readonly name: string | null
  readonly fresh: boolean
  /** Entries that are in the user's file. */
  readonly savedSeq: number
  /** Entries that are in the file on disk beside which the journal stands. */
  readonly baseSeq: number
}

/** A project at work: its session, its file, and the journal beside it from which it comes back after a crash. */
export class Workspace {
  readonly session: Session
  private readonly options: WorkspaceOptions
  private world: World
  private journal: JournalFile | undefined

  private constructor(options: WorkspaceOptions, world: World) {
    this.options = options
    this.world = world
    this.session = world.session
    this.session.onEntry.on((entry) => this.note((journal) => journal.append(entry)))
  }

  /** What the app starts with: work that was not saved when it last ended, or a room in which nothing was done yet. */
  static async resume(options: WorkspaceOptions): Promise<Workspace> {
    const unsaved = unsavedPath(options)
    if (unsaved !== null) {
      const journal = readJournalFile(journalPath(unsaved), nativeSha256)
      try {
        const file = readProjectFile(unsaved)
        if (file ?? (journal && journal.entries.length > 0)) return await Workspace.load(options, { file, journal, path: null, name: null })
      } catch (error) {
        if (!(error instanceof Failure)) throw error
        setAside(unsaved)
        setAside(journalPath(unsaved))
      }
    }
    const session = newSession(newSeed())
    return new Workspace(options, { session, extras: new Map(), path: null, name: null, fresh: true, savedSeq: 0, baseSeq: 0 })
  }

  static async create(options: WorkspaceOptions, template: Template): Promise<Workspace> {
    const session = newSession(newSeed())
    await runTemplate(session, template)
    return new Workspace(options, { session, extras: new Map(), path: null, name: null, fresh: false, savedSeq: session.journal.length, baseSeq: 0 })
  }

  /** Opens a project from disk, with what its journal has beyond the last save unless `asSaved`. Throws `file`. */
  static async openFile(options: WorkspaceOptions, path: string, asSaved = false): Promise<Workspace> {
    const file = readProjectFile(path)
    const journal = asSaved ? undefined : readJournalFile(journalPath(path), nativeSha256)
    if (!file) throw new Failure('file', `There is no file ${path}.`)
    return Workspace.load(options, { file, journal, path, name: null })
  }

  /** Opens a project that came as bytes. Throws `file`. */
  static async openBytes(options: WorkspaceOptions, name: string, bytes: Uint8Array): Promise<Workspace> {
    const workspace = await Workspace.load(options, { file: decodeProject(bytes, nativeSha256), journal: undefined, path: null, name: basename(name, '.glasshouse') })
    workspace.world = { ...workspace.world, baseSeq: 0 }
    return workspace
  }

  private static async load(options: WorkspaceOptions, { file, journal, path, name }: Source): Promise<Workspace> {
    const seed = file?.seed ?? journal?.header.seed
    if (seed === undefined) throw new Failure('file', 'There is no project here.')
    const session = file ? await openSession(file, options.app) : newSession(seed)
    const saved = session.journal.length
    if (journal) await replayJournal(session, journal)
    return new Workspace(options, { session, extras: file?.extras ?? new Map<string, Uint8Array>(), path, name, fresh: false, savedSeq: saved, baseSeq: saved })
  }

  get status(): ProjectStatus {
    const { path, name, fresh, savedSeq } = this.world
    const shown = path === null ? (name ?? this.session.store.require(PROJECT_ID).name) : basename(path, '.glasshouse')
    return { name: shown, path, dirty: this.session.journal.length > savedSeq, fresh }
  }

  /** Tells the journal how far simulated time has come. */
  mark(): void {
    this.note((journal) => journal.mark(this.session.now))
  }

  /** Becomes the project on disk; call when the one before it has left. */
  async adopt(): Promise<void> {
    const base = this.basePath()
    if (base === null) return
    if (this.world.path === null && this.world.baseSeq === 0) {
      // What stands there belongs to the project before this one.
      removeProjectFile(base)
      if (this.world.name !== null) {
        writeProjectFile(base, await this.encode())
        this.world = { ...this.world, baseSeq: this.session.journal.length }
      }
    }
    this.startJournal(base)
    this.journal?.begin(this.session.journal.slice(this.world.baseSeq), this.session.now)
  }

  /** Lets go of the files. `discard`: of what was not saved, too. */
  leave(discard: boolean): void {
    const base = this.basePath()
    if (discard) this.journal?.remove()
    else this.journal?.close()
    if (discard && base !== null && this.world.path === null) removeProjectFile(base)
    this.journal = undefined
  }

  /** Saves to this path, and stays there. Throws `file`, and then nothing has changed. */
  async saveTo(path: string): Promise<void> {
    const bytes = await this.encode()
    const saved = this.session.journal.length
    writeProjectFile(path, bytes)
    const left = this.world.path === path ? null : this.basePath()
    this.journal?.remove()
    if (left !== null && this.world.path === null) removeProjectFile(left)
    this.world = { ...this.world, path, name: null, fresh: false, savedSeq: saved, baseSeq: saved }
    this.startJournal(path)
    this.journal?.begin(this.session.journal.slice(saved), this.session.now)
  }

  /** The project as a file's bytes, for a door that keeps files elsewhere. */
  async saveBytes(): Promise<Uint8Array> {
    const bytes = await this.encode()
    this.world = { ...this.world, fresh: false, savedSeq: this.session.journal.length }
    return bytes
  }

  /** A journal that cannot be written (the disk is full) must not stop the work: the log says so, saving is still possible. */
  private note(write: (journal: JournalFile) => void): void {
    try {
      if (this.journal) write(this.journal)
    } catch (error) {
      this.session.onBug.emit(error)
    }
  }

  private encode(): Promise<Uint8Array> {
    const { session, options, world } = this
    return session.atRest(() =>
      encodeProject(
        { name: this.status.name, seed: session.seed, simTime: session.now, stateHash: session.hash(), entries: session.journal, extras: world.extras },
        session.store.everything(),
        options.app,
        nativeSha256,
      ),
    )
  }

  private basePath(): string | null {
    return this.world.path ?? unsavedPath(this.options)
  }

  private startJournal(base: string): void {
    const { session } = this
    const { baseSeq } = this.world
    const head = session.journal[baseSeq - 1]?.hash ?? chainStart(session.seed, nativeSha256)
    this.journal = new JournalFile(journalPath(base), () => ({ glasshouseJournal: 1, seed: session.seed, base: baseSeq, head }))
  }
}

function unsavedPath({ dataDir }: WorkspaceOptions): string | null {
  return dataDir === null ? null : join(dataDir, 'unsaved.glasshouse')
}

/** Goes on with what was done after the last save; a journal that does not continue the file is left alone. */
async function replayJournal(session: Session, journal: ReadJournal): Promise<void> {
  const done = session.journal.length
  const known = done < journal.header.base ? undefined : done === journal.header.base ? journal.header.head : journal.entries[done - journal.header.base - 1]?.hash
  if (journal.header.seed !== session.seed || known !== session.head) return
  await session.replay(journal.entries.slice(done - journal.header.base), false)
  await session.advanceFully(Math.max(journal.at, session.now))
}
