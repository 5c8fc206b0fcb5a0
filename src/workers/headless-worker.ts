import { parentPort, workerData } from 'node:worker_threads'
import { errorInfo } from '../core/session/commands.ts'
import type { HeadlessJob, HeadlessReport } from './headless-job.ts'
import { runJob } from './headless-job.ts'

/** Entry of the thread in which one job of the command line runs. */
if (!parentPort) throw new Error('this is the entry of a worker thread')
const port = parentPort
const report = (message: HeadlessReport): void => port.postMessage(message)
runJob(workerData as HeadlessJob, (text) => report({ type: 'log', text })).then(
  (value) => report({ type: 'done', value }),
  (error: unknown) => report({ type: 'failed', error: errorInfo(error) }),
)
