import { GiB, KiB, MiB, SECOND } from '../../simulation/units.ts'
import type { Container } from '../engine/container.ts'
import { short } from '../engine/daemon-words.ts'
import type { Client, Verb } from './client.ts'
import { UsageError } from './options.ts'
import { table } from './table.ts'

/** How long the processors are watched for their share. */
const WATCH = SECOND

/** Binary units with at most four digits, as the client shows memory. */
function binarySize(bytes: number): string {
  const [unit, name] = bytes >= GiB ? [GiB, 'GiB'] as const : bytes >= MiB ? [MiB, 'MiB'] as const : bytes >= KiB ? [KiB, 'KiB'] as const : [1, 'B'] as const
  return `${Number((bytes / unit).toPrecision(4))}${name}`
}

/** Processor time of each live process of a container, in ns. */
function cpuTimes({ engine }: Client, container: Container): Map<number, number> {
  const processes = container.namespace ? engine.machine().kernel.processes(container.namespace) : []
  return new Map(processes.map(({ pid, cpuTime }) => [pid, cpuTime]))
}

function row(client: Client, container: Container, before: ReadonlyMap<number, number>): string[] {
  const { kernel, info } = client.engine.machine()
  const processes = container.namespace ? kernel.processes(container.namespace) : []
  const memory = processes.reduce((sum, { residentBytes }) => sum + residentBytes, 0)
  const used = [...cpuTimes(client, container)].reduce((sum, [pid, time]) => sum + time - (before.get(pid) ?? 0), 0)
  return [
    short(container.id), container.name, `${((100 * used) / WATCH).toFixed(2)}%`, `${binarySize(memory)} / ${binarySize(info.memoryBytes)}`,
    `${((100 * memory) / info.memoryBytes).toFixed(2)}%`, '-- / --', '-- / --', String(processes.length),
  ]
}

export const STATS_VERB: Verb = {
  usage: 'stats [OPTIONS] [CONTAINER...]', summary: 'Display a live stream of container(s) resource usage statistics', options: { 'no-stream': 'flag', all: ['flag', 'a'] }, operands: { min: 0 },
  async run(client) {
    const { engine, options, process } = client
    if (!options.has('no-stream')) throw new UsageError('a live stream is not modelled yet in Glasshouse: add --no-stream')
    engine.machine()
    const named = options.operands.map((name) => engine.find(name))
    const shown = named.length > 0 ? named : engine.all().filter(({ alive }) => alive || options.has('all'))
    const before = new Map(shown.map((container) => [container, cpuTimes(client, container)]))
    await process.sleep(WATCH)
    await client.print(table([
      ['CONTAINER ID', 'NAME', 'CPU %', 'MEM USAGE / LIMIT', 'MEM %', 'NET I/O', 'BLOCK I/O', 'PIDS'],
      ...shown.map((container) => row(client, container, before.get(container)!)),
    ]))
    return 0
  },
}
