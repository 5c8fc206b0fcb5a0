/** What virtualization costs the host: an exit, a system call, user loops, a kernel, under each technique against bare metal on the same interpreter. */
import { bundled } from '../lib/bundled.mjs'

const MOST_EXIT_US = 2
const LEAST_USER_RATIO = 0.8
const LEAST_KERNEL_RATIO = 0.4

export async function benchTechniques() {
  const { measureTechniques } = await bundled('bench/techniques/measure.ts')
  const { times, counts } = measureTechniques()
  const techniques = Object.keys(times.exit).filter((name) => name !== 'native')
  const each = (of) => Object.fromEntries(techniques.map((name) => [name, round(of(name))]))
  const results = {
    exitUs: each((name) => ((times.exit[name] - times.nothing[name]) / counts.exits) * 1000),
    callUs: { native: round((times.call.native / counts.calls) * 1000), ...each((name) => (times.call[name] / counts.calls) * 1000) },
    userLoopsOfNative: each((name) => times.work.native / times.work[name]),
    kernelOfNative: Object.fromEntries(Object.keys(times.kernel).filter((name) => name !== 'native').map((name) => [name, round(times.kernel.native / times.kernel[name])])),
  }
  const ok = results.exitUs['trap-and-emulate'] <= MOST_EXIT_US && results.userLoopsOfNative['hardware-assist'] >= LEAST_USER_RATIO && results.kernelOfNative['binary-translation'] >= LEAST_KERNEL_RATIO
  return { name: 'techniques', ok, results }
}

const round = (value) => Math.round(value * 100) / 100
