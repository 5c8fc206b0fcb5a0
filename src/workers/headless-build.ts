import type { BuildRecord, RecordId } from '../protocol/records.ts'
import { decodeUtf8 } from '../core/base/bytes.ts'
import { Failure } from '../core/base/failure.ts'
import type { Session } from '../core/session/session.ts'
import { readContextFolder } from './context-folder.ts'
import { newSession } from './open-session.ts'

export interface BuildParams {
  readonly folder: string
  /** Path of the Dockerfile inside the folder. */
  readonly dockerfile: string
  /** Day of the package universe, `YYYY-MM-DD`. */
  readonly universe: string
}

export interface BuildResult {
  /** Digest of the image; null when the build failed. */
  readonly digest: string | null
  readonly layers: readonly { readonly digest: string; readonly size: number; readonly line: number | null }[]
  readonly error: { readonly line: number; readonly exitCode: number | null; readonly message: string } | null
}

/** The machine on which the command line builds: always the same one, so that the same folder gives the same image. */
const MACHINE = { seed: 'glasshouse build', model: 'rack-2017', os: 'debian-12' }

/** Builds an image from a folder as a window would, on a machine of its own. The log comes through `log` as it is written. */
export async function buildImage({ folder, dockerfile, universe }: BuildParams, log: (text: string) => void): Promise<BuildResult> {
  const files = readContextFolder(folder)
  const session = newSession(MACHINE.seed)
  session.onStream.on(({ stream, text }) => {
    if (stream.startsWith('build:')) log(text)
  })
  const run = <T>(name: string, params: unknown): Promise<T> => execute<T>(session, name, params)
  await run('universe.set', { date: universe })
  await run('rack.add', {})
  const { host } = await run<{ host: RecordId<'host'> }>('host.add', { model: MACHINE.model })
  await run('host.install-os', { host, os: MACHINE.os })
  const { engine } = await run<{ engine: RecordId<'engine'> }>('engine.install', { owner: host })
  const { context } = await run<{ context: RecordId<'context'> }>('context.create', { name: 'context' })
  for (const entry of files) {
    if (entry.kind === 'file') await run('context.write-file', { context, path: entry.path, text: decodeUtf8(entry.bytes) })
  }
  const { build } = await run<{ build: RecordId<'build'> }>('image.build', { engine, context, dockerfile })
  return resultOf(session, await finished(session, build))
}

async function execute<T>(session: Session, name: string, params: unknown): Promise<T> {
  const outcome = await session.execute({ name, params })
  if (!outcome.ok) throw new Failure(outcome.error.code, outcome.error.message, outcome.error.hint)
  return outcome.value as T
}

async function finished(session: Session, id: RecordId<'build'>): Promise<BuildRecord> {
  for (;;) {
    const build = session.store.require(id)
    if (build.state !== 'running') return build
    const next = session.simulation.nextEventAt
    if (next === undefined) throw new Error('the build stands still')
    await session.advanceFully(next)
  }
}

function resultOf(session: Session, { image: digest, error }: BuildRecord): BuildResult {
  const image = session.store.all('image').find((each) => each.digest === digest)
  const layers = (image?.layers ?? []).map(({ diffId, size, line }) => ({ digest: diffId, size, line }))
  return { digest, layers, error }
}
