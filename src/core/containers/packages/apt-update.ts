import { SECOND } from '../../simulation/units.ts'
import type { ProcessContext } from '../runtime/process-context.ts'
import { aptRelease, JAVA_FACTS } from './apt-catalogue.ts'
import { codenameOf, listFile, LISTS, readSources, type AptSource } from './apt-sources.ts'
import { fetched, humanBytes } from './apt-words.ts'

const BYTES_A_SECOND = 5_000_000
const ADDRESS = '91.189.91.83 80'
/** Relative sizes of a component's source and binary indexes: those of precise in kilobytes. */
const WEIGHTS: Readonly<Record<string, readonly [sources: number, binaries: number]>> = {
  main: [1175, 1640], restricted: [5.306, 10.6], universe: [6239, 6167], multiverse: [155, 119],
}
/** How much smaller than the release's own the indexes of the other suites are. */
const SUITE_WEIGHTS: Readonly<Record<string, Readonly<Record<string, number>>>> = { ubuntu: { updates: 0.26, security: 0.13 }, debian: { updates: 0.002, security: 0.03 } }
const OTHER_SUITE = 0.02
/** What is fetched is smaller than what is kept, unless apt keeps the compressed file as it came (the old one in images does). */
const FETCHED_SHARE = 0.48

interface Update {
  readonly process: ProcessContext
  readonly sources: readonly AptSource[]
  /** Before apt 1.1: other words, and signatures apart from the Release file. */
  readonly old: boolean
  readonly failures: string[]
  bytes: number
  lines: number
}

/** `apt-get update`: fetches every source's indexes, in the words of the release's apt. */
export async function aptUpdate(process: ProcessContext): Promise<number> {
  if (process.uid !== 0) {
    await process.warn('E: Could not open lock file /var/lib/apt/lists/lock - open (13: Permission denied)\nE: Unable to lock the list directory\n')
    return 100
  }
  const sources = readSources(process)
  const old = Number(aptRelease(codenameOf(sources[0]?.suite ?? ''))?.apt ?? 2) < 1.1
  const update: Update = { process, sources, old, failures: [], bytes: 0, lines: 0 }
  const started = process.kernel.simulation.now
  process.files.makeDirectories(`${LISTS}/partial`)
  await fetchReleases(update)
  for (const entry of sources) {
    if (!isGone(process, entry)) await fetchIndexes(update, entry)
    else if (old) await missIndexes(update, entry)
  }
  const seconds = Math.max(1, (process.kernel.simulation.now - started) / SECOND)
  if (update.bytes > 0) await process.print(fetched(update.bytes, seconds))
  if (update.failures.length > 0) return report(update)
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

async function fetchReleases(update: Update): Promise<void> {
  const { process, sources, old } = update
  const size = (entry: AptSource): number => (entry.uri.includes('ppa.') ? 12_900 : old ? 49_600 : 126_000)
  if (!old) {
    for (const entry of sources) {
      if (!isGone(process, entry)) await get(update, entry, 'InRelease', size(entry), 'InRelease', size(entry))
      else await missRelease(update, entry)
    }
    return
  }
  for (const entry of sources) await process.print(`Ign http://${entry.host} ${entry.suite} InRelease\n`)
  for (const [part, bytes] of [['Release.gpg', () => 198], ['Release', size]] as const) {
    for (const entry of sources) {
      await process.sleep(0.04 * SECOND)
      if (isGone(process, entry)) await process.print(`Ign http://${entry.host} ${entry.suite} ${part}\n`)
      else await get(update, entry, part, bytes(entry), part, bytes(entry))
    }
  }
}

async function missRelease(update: Update, entry: AptSource): Promise<void> {
  await update.process.sleep(0.08 * SECOND)
  await update.process.print(`Ign:${++update.lines} ${entry.uri} ${entry.suite} InRelease\nErr:${++update.lines} ${entry.uri} ${entry.suite} Release\n  404  Not Found [IP: ${ADDRESS}]\n`)
  update.failures.push(`E: The repository '${entry.uri} ${entry.suite} Release' does not have a Release file.`)
}

/** The old apt asks for every index of a suite without a Release file. */
async function missIndexes(update: Update, entry: AptSource): Promise<void> {
  for (const [kind, path] of [...(entry.withSources ? [['Sources', 'source/Sources']] : []), ['amd64 Packages', 'binary-amd64/Packages']]) {
    for (const component of entry.components) {
      await update.process.sleep(0.02 * SECOND)
      await update.process.print(`Err http://${entry.host} ${entry.suite}/${component} ${kind}\n  404  Not Found [IP: ${ADDRESS}]\n`)
      update.failures.push(`W: Failed to fetch ${entry.uri}/dists/${entry.suite}/${component}/${path}  404  Not Found [IP: ${ADDRESS}]\n`)
    }
  }
}

async function fetchIndexes(update: Update, entry: AptSource): Promise<void> {
  for (const kind of ['Sources', 'Packages'] as const) {
    if (kind === 'Sources' && !entry.withSources) continue
    for (const component of entry.components) {
      const size = indexBytes(update, entry, component, kind)
      const path = kind === 'Sources' ? `${component}/source/Sources` : `${component}/binary-amd64/Packages`
      await get(update, entry, kind === 'Sources' ? `${component} Sources` : `${component} amd64 Packages`, Math.ceil(update.old ? size : size * FETCHED_SHARE), path, size)
    }
  }
}

async function get(update: Update, entry: AptSource, what: string, transferred: number, path: string, kept: number): Promise<void> {
  const { process } = update
  await process.sleep(0.02 * SECOND + (transferred / BYTES_A_SECOND) * SECOND)
  update.bytes += transferred
  const separator = /Release/.test(what) ? ' ' : '/'
  await process.print(`Get:${++update.lines} ${update.old ? `http://${entry.host}` : entry.uri} ${entry.suite}${separator}${what} [${humanBytes(transferred)}]\n`)
  process.files.write(listFile(entry, path), { seed: `${entry.uri}/${entry.suite}/${path}/${process.kernel.universe()}`, size: kept })
}

/** An index's share of what the release's lists take. */
function indexBytes(update: Update, entry: AptSource, component: string, kind: 'Sources' | 'Packages'): number {
  if (entry.uri.includes('ppa.')) return kind === 'Sources' ? 1_056 : 2_608
  const release = aptRelease(codenameOf(entry.suite))
  if (!release) return 8_000_000
  const suite = (source: AptSource): number => (source.suite === codenameOf(source.suite) ? 1 : (SUITE_WEIGHTS[release.distribution]?.[source.suite.replace(/^[^-/]*[-/]/, '')] ?? OTHER_SUITE))
  const weight = (part: string, index: 0 | 1): number => (WEIGHTS[part] ?? WEIGHTS.multiverse!)[index]
  const archives = update.sources.filter((source) => !source.uri.includes('ppa.'))
  const total = archives.reduce((sum, source) => sum + suite(source) * source.components.reduce((part, name) => part + weight(name, 1) + (source.withSources ? weight(name, 0) : 0), 0), 0)
  return Math.round((release.listsKb * 1000 * suite(entry) * weight(component, kind === 'Sources' ? 0 : 1)) / Math.max(total, 1))
}

async function report(update: Update): Promise<number> {
  const { process, failures } = update
  if (!update.old) await process.print('Reading package lists...\n')
  const last = update.old ? '\nE: Some index files failed to download. They have been ignored, or old ones used instead.' : ''
  await process.warn(`${failures.join('\n')}${last}\n`)
  return 100
}

export const ppaIsEmpty = (process: ProcessContext): boolean => process.kernel.universe() >= JAVA_FACTS.ppaGone
