type Family = 'debian' | 'alpine' | 'rpm' | 'busybox' | 'none'

/** A distribution's release: what its files say about it. */
export interface Release {
  readonly family: Family
  readonly distribution: string
  readonly version: string
  readonly codename: string
  /** YYYY-MM-DD. */
  readonly released: string
  /** `latest` means the newest one of these. */
  readonly stable: boolean
}

const debianFamily = (distribution: string, rows: readonly string[]): Release[] => rows.map((row) => {
  const [version = '', codename = '', released = '', kind = ''] = row.split(' ')
  return { family: 'debian', distribution, version, codename, released, stable: kind === 'stable' }
})
const plain = (family: Family, distribution: string, rows: readonly string[]): Release[] => rows.map((row) => {
  const [version = '', released = ''] = row.split(' ')
  return { family, distribution, version, codename: '', released, stable: true }
})

/** Dates: the distributions' own release histories. */
const releases: readonly Release[] = [
  ...debianFamily('ubuntu', [
    '12.04 precise 2012-04-26 stable', '14.04 trusty 2014-04-17 stable', '16.04 xenial 2016-04-21 stable', '16.10 yakkety 2016-10-13', '17.10 artful 2017-10-19',
    '18.04 bionic 2018-04-26 stable', '20.04 focal 2020-04-23 stable', '22.04 jammy 2022-04-21 stable', '24.04 noble 2024-04-25 stable', '26.04 resolute 2026-04-23 stable',
  ]),
  ...debianFamily('debian', [
    '7 wheezy 2013-05-04 stable', '8 jessie 2015-04-25 stable', '9 stretch 2017-06-17 stable', '10 buster 2019-07-06 stable', '11 bullseye 2021-08-14 stable',
    '12 bookworm 2023-06-10 stable', '13 trixie 2025-08-09 stable', 'unstable sid 1993-08-16', 'testing testing 2000-12-01',
  ]),
  ...plain('alpine', 'alpine', [
    '3.1 2014-12-10', '3.2 2015-05-26', '3.3 2015-12-18', '3.4 2016-05-31', '3.5 2016-12-22', '3.6 2017-05-24', '3.7 2017-11-30', '3.8 2018-06-26', '3.18 2023-05-09',
    '3.19 2023-12-07', '3.20 2024-05-22', '3.21 2024-12-05', '3.22 2025-05-30', '3.23 2025-12-03', '3.24 2026-06-05',
  ]),
  ...plain('rpm', 'centos', ['5 2007-04-12', '6 2011-07-10', '7 2014-07-07', '8 2019-09-24']),
  ...plain('rpm', 'fedora', ['25 2016-11-22', '26 2017-07-11', '27 2017-11-14', '44 2026-04-14']),
  ...plain('rpm', 'almalinux', ['9 2022-05-26', '10 2025-05-27']),
  ...plain('rpm', 'rockylinux', ['9 2022-07-14']),
  ...plain('rpm', 'oraclelinux', ['6 2011-02-11', '7 2014-07-23', '9 2022-06-30', '10 2025-06-26']),
  ...plain('rpm', 'amazonlinux', ['1 2011-09-26', '2016.09 2016-09-27', '2017.03 2017-04-04', '2 2017-12-13', '2023 2023-03-15']),
  ...plain('rpm', 'opensuse', ['42.2 2016-11-16', '42.3 2017-07-26']),
  ...plain('rpm', 'archlinux', ['base 2015-01-01']),
  ...plain('busybox', 'busybox', ['1 2013-01-01']),
]

const byDistribution = new Map(releases.map(({ distribution }) => [distribution, releases.filter((release) => release.distribution === distribution)]))
const noDistribution: Release = { family: 'none', distribution: 'scratch', version: '', codename: '', released: '1970-01-01', stable: true }

export function isDistribution(name: string): boolean {
  return byDistribution.has(name)
}

/** The release that an image of a distribution is of, by its tags; the newest one when they do not say. */
export function releaseOfTags(distribution: string, tags: readonly string[]): Release | undefined {
  const own = byDistribution.get(distribution) ?? []
  const matches = (release: Release, tag: string): boolean =>
    (release.codename !== '' && tag.split('-')[0] === release.codename) || new RegExp(`^(?:${distribution})?${release.version.replace('.', '\\.')}(?![0-9])`).test(tag)
  return own.toReversed().find((release) => tags.some((tag) => matches(release, tag))) ?? own.at(-1)
}

/** The release under an image whose base is not known, by what its own tags tell. */
export function guessRelease(tags: readonly string[]): Release {
  const words = tags.flatMap((tag) => tag.split('-'))
  const alpine = words.find((word) => word.startsWith('alpine'))
  if (alpine !== undefined) return releaseOfTags('alpine', [alpine.slice('alpine'.length)]) ?? noDistribution
  const named = releases.findLast((release) => release.codename !== '' && words.includes(release.codename))
  return named ?? releaseOfTags('debian', ['12']) ?? noDistribution
}

export function withoutDistribution(): Release {
  return noDistribution
}
