import { parentPort, workerData } from 'node:worker_threads'
import { errorInfo } from '../core/session/commands.ts'
import type { HeadlessJob, HeadlessReport } from './headless-job.ts'
import { runJob } from './headless-job.ts'
import { MessageLine, type SerialOrder } from './serial-line.ts'

/** Entry of the thread in which one job of the command line runs. */
if (!parentPort) throw new Error('this is the entry of a worker thread')
const port = parentPort
const report = (message: HeadlessReport): void => port.postMessage(message)
const line = new MessageLine()
port.on('message', (order: SerialOrder) => line.obey(order))
runJob(workerData as HeadlessJob, (text) => report({ type: 'log', text }), line).then(
  (value) => report({ type: 'done', value }),
  (error: unknown) => report({ type: 'failed', error: errorInfo(error) }),
)
