import { Failure } from '../../base/failure.ts'
import type { ContextEntry, ContextFiles } from '../builder/context.ts'
import { cleanPath } from '../dockerfile/dockerignore.ts'
import { short } from '../engine/daemon-words.ts'
import type { FileSystem } from '../filesystem/file-system.ts'
import { daemonMessage, type Client, type Verb } from './client.ts'
import { inspectImage, inspectJson } from './inspect.ts'
import { Queue } from './queue.ts'
import { pullImage } from './run-verbs.ts'
import { createdAgo, namesOf, size } from './show.ts'
import { ellipsis, table } from './table.ts'

const MAX_FILES = 10_000
const MAX_BYTES = 256e6

/** The files below a folder of the machine, as the client would send them. */
function readContext(root: FileSystem, folder: string): ContextFiles {
  const files = new Map<string, ContextEntry>()
  let total = 0
  const visit = (path: string, prefix: string): void => {
    for (const name of root.readDirectory(path)) {
      const full = `${path === '/' ? '' : path}/${name}`
      const entry = readEntry(root, full)
      if (!entry) continue
      total += entry.kind === 'file' ? entry.bytes.length : 0
      if (files.size >= MAX_FILES || total > MAX_BYTES) throw new Failure('limit', `unable to prepare context: ${folder} holds more than Glasshouse sends (${MAX_FILES} files, ${MAX_BYTES / 1e6} MB)`)
      files.set(`${prefix}${name}`, entry)
      if (entry.kind === 'directory') visit(full, `${prefix}${name}/`)
    }
  }
  visit(folder, '')
  return files
}

/** Undefined for what no context holds: pipes and devices. */
function readEntry(root: FileSystem, path: string): ContextEntry | undefined {
  const stat = root.lookup(path, { followLast: false })
  if (stat?.kind === 'symlink') return { kind: 'symlink', target: root.readLink(path) }
  if (stat?.kind === 'directory') return { kind: 'directory', mode: stat.mode }
  return stat?.kind === 'file' ? { kind: 'file', bytes: root.read(path), mode: stat.mode } : undefined
}

/** Sends a folder to the builder and shows its log; answers the exit code. */
async function build(client: Client): Promise<number> {
  const { options, engine, world, process } = client
  const [given = '.'] = options.operands
  const { root } = engine.machine().host
  const folder = cleanPath(given.startsWith('/') ? given : `${process.cwd}/${given}`)
  if (root.lookup(folder)?.kind !== 'directory') {
    await client.warn(`ERROR: unable to prepare context: path ${JSON.stringify(given)} not found\n`)
    return 1
  }
  const named = options.value('file')
  const path = named === undefined ? `${folder}/Dockerfile` : cleanPath(named.startsWith('/') ? named : `${process.cwd}/${named}`)
  const files = new Map(readContext(root, folder))
  const inside = path.startsWith(`${folder === '/' ? '' : folder}/`)
  const dockerfile = inside ? path.slice(folder === '/' ? 1 : folder.length + 1) : `.dockerfile.${short(process.kernel.random.hex(20))}`
  if (!inside && root.lookup(path)?.kind === 'file') files.set(dockerfile, root.read(path))
  const [tag = '', ...otherTags] = options.list('tag')
  const buildArgs = Object.fromEntries(options.list('build-arg').map((line) => [line.split('=')[0]!, line.includes('=') ? line.slice(line.indexOf('=') + 1) : (process.env.get(line) ?? '')]))
  const started = world.build(engine, { context: null, contextName: given, files, dockerfile, tag, noCache: options.has('no-cache'), target: options.value('target'), buildArgs })
  const quiet = options.has('quiet')
  const log = new Queue<string>()
  const stream = `build:${started.record.slice('build:'.length)}` as const
  log.push(world.streams.text(stream))
  const subscription = world.streams.onStream.on((part) => part.stream === stream && log.push(part.text))
  let image: string | null = null
  void started.done.then((result) => {
    image = result
    log.close()
  })
  process.onSignal('INT', () => void world.tasks.cancel(started.task))
  for (let text = await log.next(); text !== undefined; text = await log.next()) if (!quiet) await client.warn(text)
  subscription.dispose()
  process.onSignal('INT', undefined)
  const result = image === null ? undefined : engine.images.find(image)
  if (!result) return 1
  for (const name of otherTags) engine.images.tag(result, name)
  if (quiet) await client.print(`${result.id}\n`)
  return 0
}

export const IMAGE_VERBS: Readonly<Record<string, Verb>> = {
  build: {
    usage: 'build [OPTIONS] PATH | URL | -', summary: 'Build an image from a Dockerfile', operands: { min: 1, max: 1 },
    options: { tag: ['list', 't'], file: ['value', 'f'], 'no-cache': 'flag', target: 'value', 'build-arg': 'list', quiet: ['flag', 'q'], progress: 'value', pull: 'flag', platform: 'value' },
    run: build,
  },
  images: {
    usage: 'images [OPTIONS] [REPOSITORY[:TAG]]', summary: 'List images', options: { all: ['flag', 'a'], quiet: ['flag', 'q'], 'no-trunc': 'flag', digests: 'flag' }, operands: { min: 0, max: 1 },
    async run(client) {
      const { engine, options } = client
      const [wanted] = options.operands
      const whole = options.has('no-trunc')
      const rows = engine.images.all().flatMap((image) => namesOf(engine, image)
        .filter(({ repository, tag }) => wanted === undefined || wanted === repository || wanted === `${repository}:${tag}`)
        .map(({ repository, tag }) => [repository, tag, ...(options.has('digests') ? [engine.images.repoDigest(image) ?? '<none>'] : []), whole ? image.id : short(image.id), createdAgo(engine, image.config.created), size(image.size)]))
      if (options.has('quiet')) await client.print([...new Set(rows.map((row) => row.at(-3)!))].map((id) => `${id}\n`).join(''))
      else await client.print(table([['REPOSITORY', 'TAG', ...(options.has('digests') ? ['DIGEST'] : []), 'IMAGE ID', 'CREATED', 'SIZE'], ...rows]))
      return 0
    },
  },
  pull: {
    usage: 'pull [OPTIONS] NAME[:TAG|@DIGEST]', summary: 'Download an image from a registry', options: { quiet: ['flag', 'q'], platform: 'value' }, operands: { min: 1, max: 1 },
    async run(client) {
      const [name = ''] = client.options.operands
      if (!/:[^/]*$|@/.test(name) && !client.options.has('quiet')) await client.print('Using default tag: latest\n')
      await pullImage(client, name, client.options.has('quiet') ? async () => undefined : (text) => client.print(text), true)
      return 0
    },
  },
  tag: {
    usage: 'tag SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]', summary: 'Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE', options: {}, operands: { min: 2, max: 2 },
    async run({ engine, options }) {
      engine.images.tag(engine.images.require(options.operands[0]!), options.operands[1]!)
      return 0
    },
  },
  rmi: {
    usage: 'rmi [OPTIONS] IMAGE [IMAGE...]', summary: 'Remove one or more images', options: { force: ['flag', 'f'], 'no-prune': 'flag' }, operands: { min: 1 },
    async run(client) {
      let code = 0
      for (const name of client.options.operands) {
        try {
          const image = client.engine.images.require(name)
          const digest = client.engine.images.repoDigest(image)
          const { untagged, deleted } = client.engine.removeImage(name, client.options.has('force'))
          const digests = digest !== undefined && deleted.length > 0 ? [...new Set(untagged.map((tag) => `${tag.slice(0, tag.lastIndexOf(':'))}@${digest}`))] : []
          await client.print([...untagged, ...digests].map((tag) => `Untagged: ${tag}\n`).join('') + deleted.map((gone) => `Deleted: ${gone}\n`).join(''))
        } catch (error) {
          await client.warn(`Error response from daemon: ${daemonMessage(error)}\n`)
          code = 1
        }
      }
      return code
    },
  },
  history: {
    usage: 'history [OPTIONS] IMAGE', summary: 'Show the history of an image', options: { 'no-trunc': 'flag', quiet: ['flag', 'q'] }, operands: { min: 1, max: 1 },
    async run(client) {
      const { engine, options } = client
      const image = engine.images.require(options.operands[0]!)
      let layer = 0
      const rows = image.config.history.map((entry) => {
        const bytes = entry.empty_layer ? 0 : (image.layers[layer++]?.size ?? 0)
        const by = (entry.created_by ?? '').replaceAll('\t', ' ')
        return [createdAgo(engine, entry.created ?? image.config.created), options.has('no-trunc') ? by : ellipsis(by, 45), size(bytes), entry.comment ?? '']
      }).toReversed()
      const id = options.has('no-trunc') ? image.id : short(image.id)
      await client.print(table([['IMAGE', 'CREATED', 'CREATED BY', 'SIZE', 'COMMENT'], ...rows.map((row, i) => [i === 0 ? id : '<missing>', ...row])]))
      return 0
    },
  },
  'image inspect': {
    usage: 'image inspect [OPTIONS] IMAGE [IMAGE...]', summary: 'Display detailed information on one or more images', options: {}, operands: { min: 1 },
    async run(client) {
      await client.print(inspectJson(client.options.operands.map((name) => inspectImage(client.engine, client.engine.images.require(name)))))
      return 0
    },
  },
}
