import catalogue from '../../../../resources/packages/debian.json' with { type: 'json' }
import releaseFacts from '../../../../resources/packages/releases.json' with { type: 'json' }

export interface AptPackage {
  readonly name: string
  readonly version: string
  /** Bytes. */
  readonly download: number
  readonly installed: number
  readonly depends: readonly string[]
  readonly recommends: readonly string[]
  /** Paths of its programs. */
  readonly programs: readonly string[]
  /** Where it comes from: a release's codename, or a PPA. */
  readonly origin: string
}

export interface AptRelease {
  readonly codename: string
  readonly distribution: string
  /** The day its files left the main server; null while they are there. */
  readonly gone: string | null
  /** The version line of its apt. */
  readonly apt: string
  readonly listsKb: number
}

interface Row {
  readonly download: number
  readonly installed: number
  readonly depends: readonly string[]
  readonly recommends: readonly string[]
  readonly programs: readonly string[]
  readonly versions: Readonly<Record<string, string>>
}

const ROWS: Readonly<Record<string, Row>> = catalogue.packages
export const JAVA_FACTS = releaseFacts.oracleJava7
const WEBUPD8 = ['oracle-java7-installer']
/** Releases without a catalogue of their own install what the nearest one has. */
const NEAREST: Readonly<Record<string, string>> = { bullseye: 'bookworm', buster: 'bookworm', stretch: 'bookworm', jessie: 'bookworm', wheezy: 'bookworm', sid: 'trixie', testing: 'trixie', focal: 'jammy', bionic: 'jammy', xenial: 'jammy', trusty: 'precise', resolute: 'noble', artful: 'jammy', yakkety: 'jammy' }

export function aptRelease(codename: string): AptRelease | undefined {
  return releaseFacts.releases.find((release) => release.codename === codename)
}

/** A package of a release's archive or, for `ppa:webupd8team/java`, of that PPA. */
export function findPackage(name: string, codename: string, origins: ReadonlySet<string>): AptPackage | undefined {
  const version = codename in NEAREST && !hasOwn(codename) ? NEAREST[codename]! : codename
  const row = ROWS[version === 'precise' ? `${name}@precise` : name]
  const known = row?.versions[version]
  if (!row || known === undefined) return undefined
  const origin = WEBUPD8.includes(name) ? 'webupd8team/java' : codename
  if (!origins.has(origin)) return undefined
  return { name, version: known, download: row.download * 1000, installed: row.installed * 1000, depends: row.depends, recommends: row.recommends, programs: row.programs, origin }
}

const hasOwn = (codename: string): boolean => Object.values(ROWS).some((row) => codename in row.versions)
