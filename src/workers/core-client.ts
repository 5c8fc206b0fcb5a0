import type { Worker } from 'node:worker_threads'
import coreWorker from './core-worker.ts?nodeWorker'
import { CoreSupervisor, type CoreHost, type CoreThread } from './core-supervisor.ts'
import type { CoreReport } from './core-thread.ts'

export type { CoreHost }

export interface CoreOptions {
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

function threadOf(worker: Worker): CoreThread {
  let reason = 'its thread ended'
  worker.on('error', (error: Error) => (reason = error.message))
  return {
    post: (order, transfer) => worker.postMessage(order, [...transfer]),
    onReport: (listener) => void worker.on('message', (report: CoreReport) => listener(report)),
    onExit: (listener) => void worker.on('exit', () => listener(reason)),
    terminate: () => void worker.terminate(),
  }
}
