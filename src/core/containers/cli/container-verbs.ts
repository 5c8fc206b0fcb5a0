import { killContainer, pauseContainer, removeContainer, startContainer, stopContainer, unpauseContainer } from '../engine/container-life.ts'
import type { Container } from '../engine/container.ts'
import { notRunning, short } from '../engine/daemon-words.ts'
import { daemonMessage, forEach, type Client, type Verb } from './client.ts'
import { COPY_VERB } from './copy-verb.ts'
import { fillTemplate } from './format-template.ts'
import { inspectContainer, inspectImage, inspectJson } from './inspect.ts'
import { psRow, size } from './show.ts'
import { STATS_VERB } from './stats-verb.ts'
import { table } from './table.ts'

/** Stops and waits until it is over, as the daemon does before it answers. */
async function stopAndWait(client: Client, container: Container, seconds: number | undefined): Promise<void> {
  if (!container.alive) return
  const ended = new Promise<void>((resolve) => {
    const exit = container.onExit.on(() => {
      exit.dispose()
      resolve()
    })
  })
  stopContainer(client.engine, container, seconds)
  await ended
}

const secondsOf = (client: Client): number | undefined => {
  const value = client.options.value('time') ?? client.options.value('timeout')
  return value === undefined ? undefined : Number(value)
}

const simple = (usage: string, summary: string, act: (client: Client, container: Container) => unknown, options: Verb['options'] = {}): Verb => ({
  usage: `${usage} [OPTIONS] CONTAINER [CONTAINER...]`, summary, options, operands: { min: 1 },
  run: (client) => forEach(client, (name) => act(client, client.engine.find(name))),
})

export const CONTAINER_VERBS: Readonly<Record<string, Verb>> = {
  cp: COPY_VERB,
  stats: STATS_VERB,
  ps: {
    usage: 'ps [OPTIONS]', summary: 'List containers', options: { all: ['flag', 'a'], quiet: ['flag', 'q'], 'no-trunc': 'flag', last: ['value', 'n'], latest: ['flag', 'l'], size: ['flag', 's'], filter: ['list', 'f'] }, operands: { min: 0, max: 0 },
    async run(client) {
      const { engine, options } = client
      const last = options.has('latest') ? 1 : Number(options.value('last') ?? 0)
      const filters = options.list('filter').map((filter) => filter.split('=') as [string, string])
      const fits = (container: Container): boolean => filters.every(([key, value]) =>
        (key === 'name' && container.name.includes(value)) || (key === 'status' && container.state === value) || (key === 'ancestor' && container.imageName === value) || (key === 'id' && container.id.startsWith(value)))
      const everything = options.has('all') || last > 0 || filters.some(([key]) => key === 'status')
      const shown = engine.all().toReversed().filter((container) => (everything || container.alive) && fits(container)).slice(0, last > 0 ? last : undefined)
      if (options.has('quiet')) await client.print(shown.map(({ id }) => `${options.has('no-trunc') ? id : short(id)}\n`).join(''))
      else {
        const head = ['CONTAINER ID', 'IMAGE', 'COMMAND', 'CREATED', 'STATUS', 'PORTS', 'NAMES', ...(options.has('size') ? ['SIZE'] : [])]
        const rows = shown.map((container) => [...psRow(engine, container, options.has('no-trunc')), ...(options.has('size') ? [`${size(container.root.upperSize())} (virtual ${size(container.image.size + container.root.upperSize())})`] : [])])
        await client.print(table([head, ...rows]))
      }
      return 0
    },
  },
  stop: simple('stop', 'Stop one or more running containers', (client, container) => stopAndWait(client, container, secondsOf(client)), { time: ['value', 't'], timeout: 'value' }),
  restart: simple('restart', 'Restart one or more containers', async (client, container) => {
    await stopAndWait(client, container, secondsOf(client))
    startContainer(client.engine, container)
  }, { time: ['value', 't'], timeout: 'value' }),
  kill: simple('kill', 'Kill one or more running containers', (client, container) => killContainer(client.engine, container, client.options.value('signal')), { signal: ['value', 's'] }),
  pause: simple('pause', 'Pause all processes within one or more containers', (client, container) => pauseContainer(client.engine, container)),
  unpause: simple('unpause', 'Unpause all processes within one or more containers', (client, container) => unpauseContainer(client.engine, container)),
  rm: simple('rm', 'Remove one or more containers', (client, container) => removeContainer(client.engine, container, client.options.has('force')), { force: ['flag', 'f'], volumes: ['flag', 'v'] }),
  rename: {
    usage: 'rename CONTAINER NEW_NAME', summary: 'Rename a container', options: {}, operands: { min: 2, max: 2 },
    async run(client) {
      const [old = '', name = ''] = client.options.operands
      try {
        client.engine.rename(client.engine.find(old), name)
        return 0
      } catch (error) {
        await client.warn(`Error response from daemon: ${daemonMessage(error)}\nError: failed to rename container named ${old}\n`)
        return 1
      }
    },
  },
  commit: {
    usage: 'commit [OPTIONS] CONTAINER [REPOSITORY[:TAG]]', summary: "Create a new image from a container's changes", options: { message: ['value', 'm'], author: ['value', 'a'] }, operands: { min: 1, max: 2 },
    async run(client) {
      const [name = '', reference] = client.options.operands
      await client.print(`${client.engine.commit(client.engine.find(name), reference, client.options.value('message')).id}\n`)
      return 0
    },
  },
  top: {
    usage: 'top CONTAINER [ps OPTIONS]', summary: 'Display the running processes of a container', options: {}, operands: { min: 1 },
    async run(client) {
      const { engine } = client
      const container = engine.find(client.options.operands[0]!)
      if (!container.alive || !container.namespace) throw notRunning(container.id)
      const rows = engine.machine().kernel.processes(container.namespace).map((process) => [
        process.user, String(process.pid), String(process.parentPid), '0', new Date(engine.unixTime(process.startedAt) * 1000).toISOString().slice(11, 16), '?', '00:00:00', process.command,
      ])
      await client.print([['UID', 'PID', 'PPID', 'C', 'STIME', 'TTY', 'TIME', 'CMD'], ...rows].map((row) => `${row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(20))).join('')}\n`).join(''))
      return 0
    },
  },
  port: {
    usage: 'port CONTAINER [PRIVATE_PORT[/PROTO]]', summary: 'List port mappings or a specific mapping for the container', options: {}, operands: { min: 1, max: 2 },
    async run(client) {
      const [name = '', wanted] = client.options.operands
      const mappings = client.engine.find(name).settings.ports
      const hosts = ['0.0.0.0', '[::]']
      if (wanted === undefined) {
        await client.print(mappings.flatMap(({ hostPort, containerPort, protocol }) => hosts.map((host) => `${containerPort}/${protocol} -> ${host}:${hostPort}\n`)).join(''))
        return 0
      }
      const found = mappings.find(({ containerPort, protocol }) => `${containerPort}/${protocol}` === (wanted.includes('/') ? wanted : `${wanted}/tcp`))
      if (!found) {
        await client.warn(`Error: No public port '${wanted}' published for ${name}\n`)
        return 1
      }
      await client.print(hosts.map((host) => `${host}:${found.hostPort}\n`).join(''))
      return 0
    },
  },
  diff: {
    usage: 'diff CONTAINER', summary: "Inspect changes to files or directories on a container's filesystem", options: {}, operands: { min: 1, max: 1 },
    async run(client) {
      const letters = { added: 'A', changed: 'C', removed: 'D' } as const
      await client.print(client.engine.find(client.options.operands[0]!).root.changes().map(({ path, change }) => `${letters[change]} ${path}\n`).join(''))
      return 0
    },
  },
  inspect: {
    usage: 'inspect [OPTIONS] NAME|ID [NAME|ID...]', summary: 'Return low-level information on Docker objects', options: { type: 'value', format: ['value', 'f'] }, operands: { min: 1 },
    async run(client) {
      const { options } = client
      const found: object[] = []
      let code = 0
      for (const name of options.operands) {
        const object = findObject(client, name)
        if (object) found.push(object)
        else {
          await client.warn(`Error: No such object: ${name}\n`)
          code = 1
        }
      }
      const format = options.value('format')
      if (format !== undefined && format !== 'json') await client.print(found.map((object) => `${fillTemplate(format, object)}\n`).join(''))
      else await client.print(found.length === 0 ? '[]\n' : inspectJson(found))
      return code
    },
  },
}

function findObject({ engine, options }: Client, name: string): object | undefined {
  const type = options.value('type')
  if (type !== 'image') {
    try {
      return inspectContainer(engine, engine.find(name))
    } catch (error) {
      daemonMessage(error)
    }
  }
  const image = type === 'container' ? undefined : engine.images.find(name)
  return image && inspectImage(engine, image)
}
