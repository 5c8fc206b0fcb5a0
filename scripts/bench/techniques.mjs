/** What virtualization costs the host: an exit, a system call, user loops, a kernel, under each technique against bare metal on the same interpreter. */
import { Worker } from 'node:worker_threads'
import { bundle } from '../lib/bundled.mjs'

const TECHNIQUES = ['trap-and-emulate', 'binary-translation', 'hardware-assist', 'paravirtual']
const MOST_EXIT_US = 2
const LEAST_USER_RATIO = 0.8
const LEAST_KERNEL_RATIO = 0.4

const MEASURE = `
const { parentPort, workerData: { module, technique } } = require('node:worker_threads')
import(module).then(({ measureTechnique }) => parentPort.postMessage(measureTechnique(technique)))`

export async function benchTechniques() {
  const module = await bundle('bench/techniques/measure.ts')
  const results = {}
  for (const technique of TECHNIQUES) results[technique] = summary(await measured(module, technique))
  const ok = results['trap-and-emulate'].exitUs <= MOST_EXIT_US && results['hardware-assist'].userLoops >= LEAST_USER_RATIO && results['binary-translation'].kernel >= LEAST_KERNEL_RATIO
  return { name: 'techniques', ok, results }
}

/** In a thread of its own. */
function measured(module, technique) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(MEASURE, { eval: true, workerData: { module, technique } })
    worker.once('message', resolve)
    worker.once('error', reject)
  })
}

/** Microseconds of an exit and of a system call, and how fast user loops and a kernel are against bare metal. */
function summary({ times: { exit, nothing, call, work, kernel }, exits, calls }) {
  const ratio = ({ native, technique }) => round(native / technique)
  return {
    ...(exit && { exitUs: round(((exit.technique - nothing.technique) / exits) * 1000), callUs: round((call.technique / calls) * 1000), callUsNative: round((call.native / calls) * 1000), userLoops: ratio(work) }),
    ...(kernel && { kernel: ratio(kernel) }),
  }
}

const round = (value) => Math.round(value * 100) / 100
