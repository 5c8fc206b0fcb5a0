import { SECOND } from '../../simulation/units.ts'
import type { ProcessContext } from '../runtime/process-context.ts'
import { aptRelease, JAVA_FACTS } from './apt-catalogue.ts'
import { codenameOf, listFile, LISTS, readSources, type AptSource } from './apt-sources.ts'
import { fetched, humanBytes } from './apt-words.ts'

const BYTES_A_SECOND = 5_000_000
const ADDRESS = '91.189.91.83 80'
/** How a release's index bytes divide among its suites and components (main is the rest of nothing: they are relative weights). */
const WEIGHTS: Readonly<Record<string, number>> = { main: 10, universe: 50, multiverse: 2, restricted: 0.4 }

interface Outcome {
  bytes: number
  readonly failures: string[]
  index: number
}

/** `apt-get update`: fetches every source's indexes, in the words of the release's apt. */
export async function aptUpdate(process: ProcessContext): Promise<number> {
  if (process.uid !== 0) {
    await process.warn('E: Could not open lock file /var/lib/apt/lists/lock - open (13: Permission denied)\nE: Unable to lock the list directory\n')
    return 100
  }
  const sources = readSources(process)
  const old = Number(aptRelease(codenameOf(sources[0]?.suite ?? ''))?.apt ?? 2) < 1
  const outcome: Outcome = { bytes: 0, failures: [], index: 0 }
  const started = process.kernel.simulation.now
  process.files.makeDirectories(`${LISTS}/partial`)
  for (const entry of sources) {
    await process.sleep(0.08 * SECOND)
    if (isGone(process, entry)) await missing(process, entry, old, outcome)
    else await fetchIndexes(process, entry, old, outcome, sources)
  }
  const seconds = Math.max(1, (process.kernel.simulation.now - started) / SECOND)
  if (outcome.bytes > 0) await process.print(fetched(outcome.bytes, seconds))
  if (outcome.failures.length > 0) return report(process, outcome, old)
  await process.print('Reading package lists...\n')
  return 0
}

function isGone(process: ProcessContext, entry: AptSource): boolean {
  const today = process.kernel.universe()
  if (entry.host.includes('old-releases') || entry.host.includes('archive.debian.org')) return false
  if (entry.uri.includes('webupd8team')) return false
  const release = aptRelease(codenameOf(entry.suite))
  return release === undefined ? !/^(sid|testing|unstable|stable)$/.test(codenameOf(entry.suite)) : release.gone !== null && release.gone <= today
}

async function missing(process: ProcessContext, entry: AptSource, old: boolean, outcome: Outcome): Promise<void> {
  const url = `${entry.uri}/dists/${entry.suite}`
  if (!old) {
    outcome.index++
    await process.print(`Ign:${outcome.index} ${entry.uri} ${entry.suite} InRelease\n`)
    await process.print(`Err:${++outcome.index} ${entry.uri} ${entry.suite} Release\n  404  Not Found [IP: ${ADDRESS}]\n`)
    outcome.failures.push(`E: The repository '${entry.uri} ${entry.suite} Release' does not have a Release file.`)
    return
  }
  const host = `http://${entry.host}`
  for (const part of ['InRelease', 'Release.gpg', 'Release']) await process.print(`Ign ${host} ${entry.suite} ${part}\n`)
  for (const component of entry.components) {
    for (const kind of [...(entry.withSources ? ['source/Sources'] : []), 'binary-amd64/Packages']) {
      await process.print(`Err ${host} ${entry.suite}/${component} ${kind === 'source/Sources' ? 'Sources' : 'amd64 Packages'}\n  404  Not Found [IP: ${ADDRESS}]\n`)
      outcome.failures.push(`W: Failed to fetch ${url}/${component}/${kind}  404  Not Found [IP: ${ADDRESS}]\n`)
    }
  }
}

async function fetchIndexes(process: ProcessContext, entry: AptSource, old: boolean, outcome: Outcome, all: readonly AptSource[]): Promise<void> {
  const get = async (what: string, compressed: number, path: string, size: number): Promise<void> => {
    await process.sleep(0.02 * SECOND + (compressed / BYTES_A_SECOND) * SECOND)
    outcome.bytes += compressed
    outcome.index++
    await process.print(`Get:${outcome.index} ${old ? `http://${entry.host}` : entry.uri} ${what} [${humanBytes(compressed)}]\n`)
    process.files.write(listFile(entry, path), { seed: `${entry.uri}/${entry.suite}/${path}/${process.kernel.universe()}`, size })
  }
  if (old) {
    await process.print(`Ign http://${entry.host} ${entry.suite} InRelease\n`)
    await get(`${entry.suite} Release.gpg`, 198, 'Release.gpg', 198)
    await get(`${entry.suite} Release`, 49_600, 'Release', 49_600)
  } else await get(`${entry.suite} InRelease`, 126_000, 'InRelease', 126_000)
  for (const component of entry.components) {
    const size = indexBytes(entry, component, all)
    const sourceSize = entry.withSources ? size * 0.4 : 0
    if (entry.withSources) await get(`${entry.suite}/${component} Sources`, Math.ceil(sourceSize / 4), `${component}/source/Sources`, Math.ceil(sourceSize))
    await get(`${entry.suite}/${component} amd64 Packages`, Math.ceil((size - sourceSize) / 4), `${component}/binary-amd64/Packages`, Math.ceil(size - sourceSize))
  }
}

/** A share of the release's index bytes, by component and suite; the small remainder of 21.3 MB comes from the Release files. */
function indexBytes(entry: AptSource, component: string, all: readonly AptSource[]): number {
  const release = aptRelease(codenameOf(entry.suite))
  if (!release || entry.uri.includes('ppa.')) return entry.uri.includes('ppa.') ? 4_200 : 8_000_000
  const weight = (source: AptSource, part: string): number => (WEIGHTS[part] ?? 1) * (source.suite === codenameOf(source.suite) ? 1 : 0.25)
  const archives = all.filter((source) => !source.uri.includes('ppa.'))
  const total = archives.reduce((sum, source) => sum + source.components.reduce((part, name) => part + weight(source, name), 0), 0)
  return Math.round((release.listsKb * 1000 * weight(entry, component)) / Math.max(total, 1))
}

async function report(process: ProcessContext, outcome: Outcome, old: boolean): Promise<number> {
  if (!old) {
    await process.print('Reading package lists...\n')
    await process.warn(`${outcome.failures.join('\n')}\n`)
    return 100
  }
  await process.warn(`${outcome.failures.join('\n')}\nE: Some index files failed to download. They have been ignored, or old ones used instead.\n`)
  return 100
}

export const ppaIsEmpty = (process: ProcessContext): boolean => process.kernel.universe() >= JAVA_FACTS.ppaGone
