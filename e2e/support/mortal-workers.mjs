import { syncBuiltinESMExports } from 'node:module'
import threads from 'node:worker_threads'

/** Loaded before the app's server: SIGUSR2 ends its worker threads, as running out of memory would, and leaves the server. */
const alive = new Set()
threads.Worker = class extends threads.Worker {
  constructor(...args) {
    super(...args)
    alive.add(this)
    this.once('exit', () => alive.delete(this))
  }
}
syncBuiltinESMExports()
process.on('SIGUSR2', () => alive.forEach((worker) => void worker.terminate()))
