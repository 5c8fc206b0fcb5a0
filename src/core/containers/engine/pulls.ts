import type { RecordId } from '../../../protocol/records.ts'
import { Emitter } from '../../base/emitter.ts'
import { Failure } from '../../base/failure.ts'
import { MILLISECOND, SECOND, type SimTime } from '../../simulation/units.ts'
import { BuildCancelled, BuildFailure } from '../builder/build-failure.ts'
import { formatBytes } from '../builder/format-bytes.ts'
import { inSteps } from '../builder/in-steps.ts'
import type { Cancellation } from '../builder/cancellation.ts'
import type { ImageSource } from '../builder/ports.ts'
import type { StoredImage } from '../image/content-store.ts'
import { familiarReference, parseReference, type ImageReference } from '../image/reference.ts'
import type { ImageDescription } from '../registry/materialise.ts'
import type { Registry } from '../registry/registry.ts'
import { short } from './daemon-words.ts'
import type { Engine } from './engine.ts'
import type { Machine } from './machine.ts'
import type { Tasks } from './tasks.ts'

/** A 100 Mbit/s line to the registry, and a disk that unpacks 150 MB of compressed layers a second. */
const DOWNLOAD_RATE = 12.5e6
const UNPACK_RATE = 150e6
const ASK_TIME: SimTime = 450 * MILLISECOND
const TICK: SimTime = 500 * MILLISECOND

/** What a download reports: bytes done of all, and lines in the client's words. */
interface Watcher {
  readonly progress: (done: number, all: number) => void
  readonly line: (text: string) => void
}

/** Downloads an image into the engine's store, in virtual time. */
async function download(engine: Engine, machine: Machine, registry: Registry, description: ImageDescription, cancellation: Cancellation, watcher: Watcher): Promise<StoredImage> {
  const pass = (time: SimTime): Promise<void> => cancellation.wait(machine.time.sleep(time))
  const { config, layers } = await inSteps(registry.materialising(description, engine.ground.sha256), pass)
  const missing = layers.filter((layer) => !engine.images.content.layer(layer.diffId))
  const unpacked = layers.reduce((sum, layer) => sum + layer.size, 0)
  const compressed = (size: number): number => (unpacked === 0 ? 0 : (description.variant.compressed * size) / unpacked)
  const all = missing.reduce((sum, layer) => sum + compressed(layer.size), 0)
  for (const layer of layers) watcher.line(`${short(layer.diffId)}: ${missing.includes(layer) ? 'Pulling fs layer' : 'Already exists'}`)
  let done = 0
  for (const layer of missing) {
    const end = done + compressed(layer.size)
    while (done < end) {
      const part = Math.min(end - done, (DOWNLOAD_RATE * TICK) / SECOND)
      await pass((part / DOWNLOAD_RATE) * SECOND)
      done += part
      watcher.progress(done, all)
    }
    watcher.line(`${short(layer.diffId)}: Verifying Checksum\n${short(layer.diffId)}: Download complete`)
    await pass((compressed(layer.size) / UNPACK_RATE) * SECOND + 10 * MILLISECOND)
    watcher.line(`${short(layer.diffId)}: Pull complete`)
  }
  return engine.images.content.addImage(config, layers)
}

export interface Pull {
  readonly task: RecordId<'task'>
  /** Lines as `docker pull` prints them where there is no terminal. */
  readonly onLine: Emitter<string>
  /** Resolves in virtual time: with the image, or with what went wrong. */
  readonly done: Promise<StoredImage | Failure>
}

/** Starts `docker pull`. Throws at once for a name that is none; the registry's refusals come later. */
export function startPull(engine: Engine, registry: Registry, tasks: Tasks, text: string): Pull {
  const machine = engine.machine()
  const reference = parseReference(text)
  const name = familiarReference(reference)
  const onLine = new Emitter<string>()
  let settle: (result: StoredImage | Failure) => void = () => undefined
  const done = new Promise<StoredImage | Failure>((resolve) => (settle = resolve))
  const task = tasks.start('pull', `Pull ${name}`, engine.id, engine.id, () => settle(new Failure('cancelled', 'context canceled')))
  const { simulation } = engine.ground
  const started = simulation.now
  simulation.activity(async () => {
    try {
      await task.cancellation.wait(machine.time.sleep(ASK_TIME))
      const description = registry.resolve(reference, engine.ground.universe())
      onLine.emit(`${reference.tag ?? 'latest'}: Pulling from ${reference.path}`)
      const image = await download(engine, machine, registry, description, task.cancellation, {
        progress: (bytes, all) => task.progress(`${formatBytes(Math.round(bytes))} of ${formatBytes(Math.round(all))}`, all === 0 ? 1 : bytes / all),
        line: (line) => onLine.emit(line),
      })
      finish(engine, reference, image, onLine)
      engine.note('image', engine.images.recordOf(image.id)!, name, `${name} is pulled to ${engine.name}.`, simulation.now - started)
      task.end('done', `${formatBytes(image.size)} unpacked`)
      settle(image)
    } catch (error) {
      if (error instanceof BuildCancelled) return
      if (!(error instanceof Failure)) throw error
      engine.note('image', engine.id, name, `${name} cannot be pulled: ${error.message}`)
      task.end('failed', 'failed', error.message)
      settle(error)
    }
  })
  return { task: task.id, onLine, done }
}

function finish(engine: Engine, reference: ImageReference, image: StoredImage, onLine: Emitter<string>): void {
  const name = familiarReference(reference)
  const before = engine.images.find(name)
  engine.images.add(image)
  engine.images.setDigest(image, image.manifestDigest)
  if (reference.digest === null) engine.images.tag(image, name)
  onLine.emit(`Digest: ${image.manifestDigest}`)
  onLine.emit(`Status: ${before?.id === image.id ? 'Image is up to date' : 'Downloaded newer image'} for ${name}`)
  onLine.emit(`${reference.domain}/${reference.path}:${reference.tag ?? 'latest'}`)
}

/** Base images for the builder: those of the engine, or the registry's, which stay without a name here as BuildKit leaves them. */
export function imageSource(engine: Engine, machine: Machine, registry: Registry, cancellation: Cancellation): ImageSource {
  return {
    resolve: async (text) => {
      const reference = parseOrFail(text)
      const named = `${reference.domain}/${reference.path}:${reference.tag ?? 'latest'}`
      const local = engine.images.find(text)
      if (local) return { fullName: named, local, fetch: async () => local }
      await cancellation.wait(machine.time.sleep(ASK_TIME))
      const description = describe(registry, reference, engine.ground.universe(), named)
      const key = `${named} ${engine.ground.universe()}`
      const known = engine.baseImages.get(key)
      return {
        fullName: description.variant.indexDigest === undefined ? named : `${named}@${description.variant.indexDigest}`,
        local: known ?? null,
        fetch: async (vertex) => {
          const image = await download(engine, machine, registry, description, cancellation, { progress: () => undefined, line: (line) => vertex.note(line.replaceAll('\n', ' ')) })
          engine.baseImages = new Map(engine.baseImages).set(key, image)
          return image
        },
      }
    },
  }
}

function parseOrFail(text: string): ImageReference {
  try {
    return parseReference(text)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    throw new BuildFailure(`failed to parse stage name ${JSON.stringify(text)}: ${error.message}`)
  }
}

/** The registry's refusals, as BuildKit words them. */
function describe(registry: Registry, reference: ImageReference, date: string, named: string): ImageDescription {
  try {
    return registry.resolve(reference, date)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    if (error.message.startsWith('pull access denied')) {
      throw new BuildFailure('pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed')
    }
    if (error.message.startsWith('manifest for')) throw new BuildFailure(`${named}: not found`)
    throw new BuildFailure(`failed to do request: ${error.message}`)
  }
}

