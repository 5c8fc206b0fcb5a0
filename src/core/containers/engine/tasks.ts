import type { RecordId, TaskRecord, TaskState } from '../../../protocol/records.ts'
import { Cancellation } from '../builder/cancellation.ts'
import type { EngineGround } from './engine.ts'

/** A piece of long work with its record and a way to stop it. */
interface Task {
  readonly id: RecordId<'task'>
  readonly cancellation: Cancellation
  /** What it is doing now, and how far it is (0 to 1). */
  progress(detail: string, fraction: number): void
  /** The first end counts; later ones change nothing. */
  end(state: Exclude<TaskState, 'running'>, detail: string, error?: string): void
  readonly ended: boolean
}

/** Builds and pulls in progress, by task id. */
export class Tasks {
  private readonly running = new Map<RecordId<'task'>, { readonly task: Task; readonly onCancel: () => void; readonly engine: RecordId<'engine'> }>()
  private readonly ground: Pick<EngineGround, 'store' | 'simulation' | 'ids'>

  constructor(ground: Pick<EngineGround, 'store' | 'simulation' | 'ids'>) {
    this.ground = ground
  }

  /** @param onCancel brings the records into line at once when the task is cancelled; the work itself stops by `cancellation` */
  start(kind: TaskRecord['kind'], title: string, subject: RecordId, engine: RecordId<'engine'>, onCancel: () => void): Task {
    const { store, simulation, ids } = this.ground
    const id = ids.next('task')
    store.put({ id, type: 'task', kind, title, subject, state: 'running', startedAt: simulation.now, finishedAt: null, detail: 'starting', progress: 0, cancellable: true, error: null })
    let ended = false
    const task: Task = {
      id,
      cancellation: new Cancellation(),
      get ended() { return ended },
      progress: (detail, fraction) => {
        if (!ended && store.get(id)) store.update(id, { detail, progress: Math.min(1, fraction) })
      },
      end: (state, detail, error) => {
        if (ended) return
        ended = true
        this.running.delete(id)
        const old = store.get(id)
        if (old) store.update(id, { state, detail, progress: state === 'done' ? 1 : old.progress, finishedAt: simulation.now, cancellable: false, error: error ?? null })
      },
    }
    this.running.set(id, { task, onCancel, engine })
    return task
  }

  /** False when no such task runs here. */
  cancel(id: RecordId<'task'>): boolean {
    const found = this.running.get(id)
    if (!found) return false
    found.task.cancellation.cancel()
    found.onCancel()
    found.task.end('cancelled', 'cancelled')
    return true
  }

  /** Ends everything that an engine is doing, because its machine goes down. */
  cancelAll(engine: RecordId<'engine'>): void {
    for (const [id, entry] of [...this.running]) if (entry.engine === engine) this.cancel(id)
  }
}
