import { parentPort, workerData } from 'node:worker_threads'
import { serveCore, type CoreOrder, type CoreSettings } from './core-thread.ts'
import { threadOfMachine } from './machine-thread.ts'
import machineWorker from './machine-worker.ts?nodeWorker'

/** Of each machine's thread, beside the guest's memory: a thread that needs more dies alone. */
const MOST_HEAP_MIB = 512

/** Entry of the thread in which a core lives. */
if (!parentPort) throw new Error('this is the entry of a worker thread')
const port = parentPort
const obey = serveCore(workerData as CoreSettings, (machine) => threadOfMachine(machineWorker({ name: 'machine', workerData: machine, resourceLimits: { maxOldGenerationSizeMb: MOST_HEAP_MIB } })), (report) => port.postMessage(report))
port.on('message', (order: CoreOrder) => obey(order))
