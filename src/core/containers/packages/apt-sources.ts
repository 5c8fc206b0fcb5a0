import type { ProcessContext } from '../runtime/process-context.ts'

/** One suite of one archive. */
export interface AptSource {
  readonly uri: string
  readonly host: string
  readonly suite: string
  readonly components: readonly string[]
  readonly withSources: boolean
}

export const LISTS = '/var/lib/apt/lists'

/** Reads sources.list, sources.list.d/*.list and *.sources. */
export function readSources(process: ProcessContext): AptSource[] {
  const { files } = process
  const directory = '/etc/apt/sources.list.d'
  const more = files.isDirectory(directory) ? files.list(directory).map((name) => `${directory}/${name}`) : []
  const found: AptSource[] = []
  for (const path of ['/etc/apt/sources.list', ...more]) {
    if (!files.may(path, 'read')) continue
    const text = files.text(path)
    found.push(...(path.endsWith('.sources') ? stanzas(text) : path.endsWith('.list') ? lines(text) : []))
  }
  return merge(found)
}

function lines(text: string): AptSource[] {
  return text.split('\n').flatMap((line) => {
    const match = /^(deb(?:-src)?)\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s*(.*)$/.exec(line.replace(/#.*/, '').trim())
    return match ? [source(match[2]!, match[3]!, match[4]!.split(/\s+/), match[1] === 'deb-src')] : []
  })
}

function stanzas(text: string): AptSource[] {
  return text.split(/\n\s*\n/).flatMap((stanza) => {
    const field = (name: string): string[] => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(stanza)?.[1]?.split(/\s+/) ?? []
    return field('URIs').flatMap((uri) => field('Suites').map((suite) => source(uri, suite, field('Components'), false)))
  })
}

function source(uri: string, suite: string, components: readonly string[], withSources: boolean): AptSource {
  return { uri: uri.replace(/\/$/, ''), host: /^\w+:\/\/([^/]+)/.exec(uri)?.[1] ?? uri, suite, components: components.filter((part) => part !== ''), withSources }
}

function merge(found: readonly AptSource[]): AptSource[] {
  const merged = new Map<string, AptSource>()
  for (const entry of found) {
    const key = `${entry.uri} ${entry.suite}`
    const before = merged.get(key)
    merged.set(key, before ? { ...before, components: [...new Set([...before.components, ...entry.components])], withSources: before.withSources || entry.withSources } : entry)
  }
  return [...merged.values()]
}

export const codenameOf = (suite: string): string => suite.split(/[-/]/)[0]!

/** The name apt gives a downloaded index. */
export function listFile(entry: AptSource, rest: string): string {
  return `${LISTS}/${`${entry.uri.replace(/^\w+:\/\//, '')}/dists/${entry.suite}/${rest}`.replace(/[/:]/g, '_')}`
}

/** The origins whose indexes are there: release codenames and PPAs. */
export function knownOrigins(process: ProcessContext): { readonly codename: string; readonly origins: ReadonlySet<string> } {
  const origins = new Set<string>()
  let codename = ''
  for (const entry of readSources(process)) {
    const name = codenameOf(entry.suite)
    const ppa = /ppa\.launchpad(?:content)?\.net\/([^/]+\/[^/]+)/.exec(entry.uri)?.[1]
    if (!ppa && codename === '') codename = name
    const listed = entry.components.some((component) => process.files.exists(listFile(entry, `${component}/binary-amd64/Packages`)))
    if (listed) origins.add(ppa ?? name)
  }
  return { codename, origins }
}
