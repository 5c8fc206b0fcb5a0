import { parentPort, workerData } from 'node:worker_threads'
import { startMachine } from './machine-desk.ts'
import type { MachineSettings } from './machine-settings.ts'
import type { MachineOrder } from './machine-thread.ts'

/** Entry of the thread in which one machine runs. */
if (!parentPort) throw new Error('this is the entry of a worker thread')
const port = parentPort
const obey = startMachine(workerData as MachineSettings, (report) => port.postMessage(report))
port.on('message', (order: MachineOrder) => obey(order))
