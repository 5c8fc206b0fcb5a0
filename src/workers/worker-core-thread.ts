import type { Worker } from 'node:worker_threads'
import type { CoreThread } from './core-supervisor.ts'
import type { CoreReport } from './core-thread.ts'

/** A Node worker as the thread of a core. */
export function threadOf(worker: Worker): CoreThread {
  let reason = 'its thread ended'
  worker.on('error', (error: Error) => (reason = error.message))
  return {
    post: (order, transfer) => worker.postMessage(order, [...transfer]),
    onReport: (listener) => void worker.on('message', (report: CoreReport) => listener(report)),
    onExit: (listener) => void worker.on('exit', () => listener(reason)),
    terminate: () => void worker.terminate(),
  }
}
