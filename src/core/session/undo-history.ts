import { PROJECT_ID } from '../../protocol/records.ts'
import { Failure } from '../base/failure.ts'
import type { ReversibleDiff } from '../store/diff.ts'
import type { Store } from '../store/store.ts'
import { applyChanges, restorable, reversed } from './restore.ts'

interface Edit {
  readonly name: string
  readonly changes: ReversibleDiff
}

/** How many names the project record shows; the history itself has no end. */
const SHOWN = 100

/** The edits of a session, to be taken back and made again, latest first. Its names are published in the project record. */
export class UndoHistory {
  private readonly done: Edit[] = []
  private readonly undone: Edit[] = []
  private readonly store: Store
  private readonly restored: (changes: ReversibleDiff) => void

  /** `restored` is told, inside the transaction, what came or went. */
  constructor(store: Store, restored: (changes: ReversibleDiff) => void) {
    this.store = store
    this.restored = restored
  }

  /** Notes an edit that has just been made. One that changed nothing worth undoing is left out. */
  add(name: string, changes: ReversibleDiff): void {
    const kept = restorable(changes)
    if (kept.size === 0) return
    this.done.push({ name, changes: kept })
    this.undone.length = 0
    this.publish()
  }

  /** Takes the latest edit back and answers its name; throws `conflict` and changes nothing when something stands on it. */
  undo(): string {
    const edit = this.done.at(-1)
    if (!edit) throw new Failure('conflict', 'There is nothing to undo.')
    this.apply(`Cannot undo "${edit.name}"`, reversed(edit.changes))
    this.done.pop()
    this.undone.push(edit)
    this.publish()
    return edit.name
  }

  /** Makes the edit again that was taken back last. */
  redo(): string {
    const edit = this.undone.at(-1)
    if (!edit) throw new Failure('conflict', 'There is nothing to redo.')
    this.apply(`Cannot redo "${edit.name}"`, edit.changes)
    this.undone.pop()
    this.done.push(edit)
    this.publish()
    return edit.name
  }

  /** Makes the present state the beginning. */
  forget(): void {
    this.done.length = 0
    this.undone.length = 0
    this.publish()
  }

  private apply(what: string, changes: ReversibleDiff): void {
    try {
      this.store.transaction(() => {
        applyChanges(this.store, changes)
        this.restored(changes)
      })
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      throw new Failure(error.info.code, `${what}: ${error.info.message}`, error.info.hint)
    }
  }

  private publish(): void {
    const names = (edits: readonly Edit[]): string[] => edits.slice(-SHOWN).map(({ name }) => name)
    this.store.update(PROJECT_ID, { undo: names(this.done), redo: names(this.undone) })
  }
}
