import coreWorker from './core-worker.ts?nodeWorker'
import { CoreSupervisor, type CoreHost } from './core-supervisor.ts'
import { threadOf } from './worker-core-thread.ts'

export type { CoreHost }

interface CoreOptions {
  /** Folder for work that was never saved; null keeps none. */
  readonly dataDir: string | null
  /** Project to open at the start; without it, what was not saved when the app last ended. */
  readonly open?: string
}

/** Starts a core in a thread of its own. Never throws: what goes wrong reaches the windows as their status. */
export function startCore({ dataDir, open }: CoreOptions): CoreHost {
  return new CoreSupervisor(
    { dataDir, app: __APP_VERSION__, open: open ?? null },
    (settings) => threadOf(coreWorker({ name: 'core', workerData: settings })),
    (text) => void process.stderr.write(`${text}\n`),
  )
}
