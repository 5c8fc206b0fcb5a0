import type { Worker } from 'node:worker_threads'
import headlessWorker from './headless-worker.ts?nodeWorker'
import type { HeadlessName, HeadlessParams, HeadlessReport, HeadlessResults } from './headless-job.ts'
import type { SerialOrder } from './serial-line.ts'

export type { HeadlessParams, HeadlessResults }

/** Runs a job of the command line in a thread of its own. Rejects with the core's own words; `log` gets text as it comes, `started` what passes orders to a machine. */
export function headless<N extends HeadlessName>(
  name: N, params: HeadlessParams[N], log: (text: string) => void = () => undefined, started: (post: (order: SerialOrder) => void) => void = () => undefined,
): Promise<HeadlessResults[N]> {
  const worker: Worker = headlessWorker({ name: 'headless', workerData: { name, params, app: __APP_VERSION__ } })
  started((order) => worker.postMessage(order))
  return new Promise<HeadlessResults[N]>((resolve, reject) => {
    worker.on('message', (report: HeadlessReport) => {
      if (report.type === 'log') log(report.text)
      else if (report.type === 'done') resolve(report.value as HeadlessResults[N])
      else reject(new Error(`${report.error.message} ${report.error.hint}`.trim()))
    })
    worker.on('error', (error: Error) => reject(error))
    worker.on('exit', () => reject(new Error('the simulation stopped before it was done')))
  }).finally(() => void worker.terminate())
}
