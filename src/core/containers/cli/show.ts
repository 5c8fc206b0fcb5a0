import { formatBytes } from '../builder/format-bytes.ts'
import type { Container } from '../engine/container.ts'
import { durationInWords, short } from '../engine/daemon-words.ts'
import type { Engine } from '../engine/engine.ts'
import type { StoredImage } from '../image/content-store.ts'
import { SECOND } from '../../simulation/units.ts'

export const size = (bytes: number): string => formatBytes(bytes, 3)

function statusOf(engine: Engine, container: Container): string {
  const since = (time: number | null): string => durationInWords(engine.now - (time ?? engine.now))
  switch (container.state) {
    case 'created': return 'Created'
    case 'running': return `Up ${since(container.startedAt)}`
    case 'paused': return `Up ${since(container.startedAt)} (Paused)`
    case 'exited': return `Exited (${container.exitCode ?? 0}) ${since(container.finishedAt)} ago`
    case 'dead': return 'Dead'
  }
}

function portsOf(container: Container): string {
  const published = container.settings.ports
  const exposed = Object.keys(container.image.config.config.ExposedPorts ?? {}).filter((port) => !published.some((mapping) => `${mapping.containerPort}/${mapping.protocol}` === port))
  if (!container.alive) return ''
  return [...exposed, ...published.flatMap(({ hostPort, containerPort, protocol }) => ['0.0.0.0', '[::]'].map((host) => `${host}:${hostPort}->${containerPort}/${protocol}`))].join(', ')
}

/** How long ago an image says it was made. */
export function createdAgo(engine: Engine, created: string): string {
  const seconds = engine.unixTime() - Date.parse(created) / 1000
  return `${durationInWords(Math.max(0, seconds) * SECOND)} ago`
}

/** `repository` and `tag` of each name; `<none>` where there is none. */
export function namesOf(engine: Engine, image: StoredImage): { readonly repository: string; readonly tag: string }[] {
  const tags = engine.images.tagsOf(image.id)
  if (tags.length === 0) return [{ repository: '<none>', tag: '<none>' }]
  return tags.map((name) => ({ repository: name.slice(0, name.lastIndexOf(':')), tag: name.slice(name.lastIndexOf(':') + 1) }))
}

export const rfc3339 = (engine: Engine, at: number | null): string => (at === null ? '0001-01-01T00:00:00Z' : new Date(engine.unixTime(at) * 1000).toISOString().replace('.000Z', `.${String(at % SECOND).padStart(9, '0')}Z`))

/** Columns of `docker ps`. */
export function psRow(engine: Engine, container: Container, whole: boolean): string[] {
  const command = `"${container.settings.argv.join(' ')}"`
  return [
    whole ? container.id : short(container.id), container.imageName, whole || command.length <= 20 ? command : `${command.slice(0, 19)}…"`,
    `${durationInWords(engine.now - container.createdAt)} ago`, statusOf(engine, container), portsOf(container), container.name,
  ]
}
