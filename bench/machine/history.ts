import { Recording } from '../../src/core/machine/history/recording.ts'
import { warmUp } from '../../src/core/machine/history/warm-up.ts'
import { TraceRing } from '../../src/core/machine/history/trace-ring.ts'

const TRACED = 4_000_000
const RING = 1 << 16
const FAR = 10_000_000
const ROUNDS = 4
/** More of them: the loop is compiled anew when tracing begins and when it ends. */
const TRACE_ROUNDS = 8

/** CPU time of this process, ms. */
function spent(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

function timeOf(action: () => void): number {
  const before = spent()
  action()
  return spent() - before
}

const resident = (): number => process.memoryUsage().rss / 2 ** 20
const least = (times: readonly number[]): number => Math.min(...times)

/** What a run that can be taken back costs, on the kernel of the benchmark: times in ms of CPU, memory in MiB. */
export async function measureHistory(image: Uint8Array): Promise<Record<'tracedMs' | 'untracedMs' | 'firstBackMs' | 'backMs' | 'toStartMs' | 'recordingMiB' | 'pausedCpuPercent', number>> {
  // As the thread of a machine does when it starts.
  warmUp()
  const before = resident()
  const recording = new Recording({ memoryMiB: 32, boot: { kind: 'multiboot', image } })
  recording.run(FAR)
  const recordingMiB = resident() - before
  // Nobody steps back while the engine still compiles what ran a moment ago.
  await new Promise((done) => setTimeout(done, 1000))
  const backs: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    backs.push(timeOf(() => recording.back(1)))
    if (recording.tick !== FAR - round - 1) throw new Error(`A step back led to ${recording.tick}.`)
  }
  recording.seek(FAR)
  const toStartMs = timeOf(() => recording.seek(1))
  recording.seek(FAR)
  const ring = new TraceRing(recording.machine.cpu, RING)
  const [traced, untraced]: [number[], number[]] = [[], []]
  for (let round = 0; round < TRACE_ROUNDS; round++) {
    untraced.push(timeOf(() => recording.run(recording.tick + TRACED)))
    recording.ring = ring
    traced.push(timeOf(() => recording.run(recording.tick + TRACED)))
    recording.ring = null
  }
  // What the engine still compiles in the background is not the machine's.
  const idle: number[] = []
  for (let second = 0; second < 3; second++) {
    const before = spent()
    await new Promise((done) => setTimeout(done, 1000))
    idle.push(spent() - before)
  }
  return { tracedMs: least(traced), untracedMs: least(untraced), firstBackMs: backs[0]!, backMs: Math.max(...backs.slice(1)), toStartMs, recordingMiB, pausedCpuPercent: least(idle) / 10 }
}
