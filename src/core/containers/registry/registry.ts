import { Failure } from '../../base/failure.ts'
import type { Sha256Factory } from '../../base/hasher.ts'
import { familiarName, type ImageReference } from '../image/reference.ts'
import { catalogueImage, catalogueImages, type CatalogueImage, type ImageVariant } from './catalogue.ts'
import { materialising, type ImageDescription, type MaterialisedImage } from './materialise.ts'
import { guessRelease, isDistribution, releaseOfTags, withoutDistribution, type Release } from './releases.ts'

/** Up to here the registry is in the state of the older facts. */
const lastOlderYear = '2018'
/** A date after all that the catalogue knows. */
const endOfTime = '9999-12-31'
const deepestBase = 8
const pathVariable = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/**
 * Docker Hub, offline: what the catalogue of official images knows, as of a date. Tags that ended stay, as they do there;
 * distributions' releases that were not out yet are missing, and `latest` of a distribution is its newest stable release then.
 */
export class Registry {
  private readonly described = new Map<string, ImageDescription>()

  /**
   * Finds an image. Throws a `Failure` in the words that docker prints after "Error response from daemon: ".
   * @param date of the universe, YYYY-MM-DD
   */
  resolve(reference: ImageReference, date: string): ImageDescription {
    const name = familiarName(reference)
    if (reference.domain !== 'docker.io') throw unreachable(reference.domain)
    if (name === 'scratch') throw new Failure('invalid', '\'scratch\' is a reserved name', 'FROM scratch starts with an empty image; there is nothing to pull.')
    const image = catalogueImage(name)
    if (!image) throw accessDenied(name)
    const found = reference.digest === null ? findTag(image, reference.tag ?? 'latest', date) : findDigest(image, reference.digest)
    if (!found) throw unknownManifest(reference, date, this.isOutLater(image, reference, date))
    return this.describe(image.name, reference.tag ?? found.variant.tags[0] ?? 'latest', found.variant, found.isApproximate, 0)
  }

  /**
   * The image's layers and config; the same description always gives the same digests. In steps, as hashing a gigabyte takes seconds:
   * pauses with the bytes hashed since the last pause.
   */
  materialising(image: ImageDescription, sha256: Sha256Factory): Generator<number, MaterialisedImage> {
    return materialising(image, sha256)
  }

  /** Every image that can be pulled at a date, by its first tag, with its size in bytes unpacked. */
  list(date: string): readonly { readonly reference: string; readonly size: number }[] {
    return catalogueImages().flatMap((image) => available(image, date).map((variant) => ({ reference: `${image.name}:${variant.tags[0] ?? 'latest'}`, size: variant.size })))
  }

  /** Whether a tag that is unknown at a date is known in the newest state of the registry. */
  private isOutLater(image: CatalogueImage, { tag, digest }: ImageReference, date: string): boolean {
    return digest === null && date < endOfTime && findTag(image, tag ?? 'latest', endOfTime) !== undefined
  }

  private describe(name: string, tag: string, variant: ImageVariant, isApproximate: boolean, depth: number): ImageDescription {
    const key = `${name}:${tag} ${variant.era}`
    const known = this.described.get(key)
    if (known?.variant === variant) return known
    const base = this.baseOf(name, variant, depth)
    const description = { name, tag, variant, isApproximate, base, release: base?.release ?? rootRelease(name, variant) }
    this.described.set(key, description)
    return description
  }

  private baseOf(name: string, variant: ImageVariant, depth: number): ImageDescription | undefined {
    if (variant.base === 'scratch' || isDistribution(name) || depth >= deepestBase) return undefined
    const [baseName = '', tag = 'latest'] = variant.base?.split(':') ?? []
    const image = catalogueImage(baseName)
    const found = image?.variants.filter((other) => other.tags.includes(tag)).sort((a, b) => Number(b.era === variant.era) - Number(a.era === variant.era))[0]
    if (found && found !== variant && found.size < variant.size) return this.describe(baseName, tag, found, false, depth + 1)
    const release = isDistribution(baseName) ? releaseOfTags(baseName, [tag]) : guessRelease([tag, ...variant.tags])
    return release && this.standIn(release, tag, variant)
  }

  /** A distribution's image that the catalogue has no figures for, as base of one that it has. */
  private standIn(release: Release, tag: string, child: ImageVariant): ImageDescription {
    const isSlim = tag.includes('slim')
    const typical = { debian: isSlim ? 58_000_000 : 102_000_000, alpine: release.released < '2020' ? 4_100_000 : 8_300_000, rpm: 180_000_000, busybox: 1_200_000, none: 0 }[release.family]
    const size = Math.min(typical, Math.floor(child.size * 0.8))
    const key = `${release.distribution} ${release.version} ${isSlim} ${child.era} ${size}`
    const known = this.described.get(key)
    if (known) return known
    const created = child.era === 'older' ? '2017-12-12T00:00:00.000Z' : '2026-08-01T00:00:00.000Z'
    const variant: ImageVariant = { tags: [tag], era: child.era, created, base: 'scratch', compressed: Math.floor(size / 2.4), size, config: { Env: [pathVariable] } }
    const description = { name: release.distribution, tag, variant, isApproximate: true, base: undefined, release }
    this.described.set(key, description)
    return description
  }
}

function rootRelease(name: string, variant: ImageVariant): Release {
  return isDistribution(name) ? releaseOfTags(name, variant.tags) ?? withoutDistribution() : withoutDistribution()
}

/** The variants that can be pulled at a date, those of the date's era first. */
function available(image: CatalogueImage, date: string): readonly ImageVariant[] {
  const isOlder = date.slice(0, 4) <= lastOlderYear
  const fitting = image.variants.filter((variant) => !isOlder || variant.era === 'older')
  const isOut = (variant: ImageVariant): boolean =>
    (releaseOfTags(image.name, variant.tags)?.released ?? '') <= date || (variant.era === 'older' && variant.created.slice(0, 10) <= date)
  const released = fitting.filter((variant) => !isDistribution(image.name) || isOut(variant))
  return released.toSorted((a, b) => Number(a.era === 'older') - Number(b.era === 'older'))
}

interface Found {
  readonly variant: ImageVariant
  readonly isApproximate: boolean
}

function findTag(image: CatalogueImage, tag: string, date: string): Found | undefined {
  const variants = available(image, date)
  if (tag === 'latest' && isDistribution(image.name)) return exactly(newestRelease(image.name, variants, date))
  const variant = variants.find((candidate) => candidate.tags.includes(tag))
  if (variant) return exactly(variant)
  const isKnown = date.slice(0, 4) > lastOlderYear && image.moreTags?.split(' ').includes(tag) === true
  const flavour = (text: string): string => /alpine|slim|fpm/.exec(text)?.[0] ?? ''
  const neighbour = variants.find((candidate) => candidate.tags.some((other) => flavour(other) === flavour(tag))) ?? variants[0]
  return isKnown && neighbour ? { variant: neighbour, isApproximate: true } : undefined
}

function findDigest(image: CatalogueImage, digest: string): Found | undefined {
  return exactly(image.variants.find((variant) => variant.indexDigest === digest))
}

function exactly(variant: ImageVariant | undefined): Found | undefined {
  return variant && { variant, isApproximate: false }
}

function newestRelease(name: string, variants: readonly ImageVariant[], date: string): ImageVariant | undefined {
  const releaseOf = (variant: ImageVariant): string => {
    const release = releaseOfTags(name, variant.tags)
    return release?.stable === true && release.released <= date && !variant.tags.some((tag) => tag.includes('slim') || tag.includes('musl') || tag.includes('minimal')) ? release.released : ''
  }
  return variants.toSorted((a, b) => (releaseOf(a) < releaseOf(b) ? 1 : releaseOf(a) > releaseOf(b) ? -1 : 0))[0]
}

function unreachable(domain: string): Failure {
  const host = domain.replace(/:\d+$/, '')
  const isLocal = host === 'localhost' || host === '127.0.0.1'
  const message = isLocal ? `Get "http://${domain}/v2/": dial tcp 127.0.0.1:${/:(\d+)$/.exec(domain)?.[1] ?? '80'}: connect: connection refused` : `Get "https://${domain}/v2/": dial tcp: lookup ${host}: no such host`
  return new Failure('not-found', message, 'Glasshouse is offline and has only official images of Docker Hub.')
}

function accessDenied(name: string): Failure {
  return new Failure('not-found', `pull access denied for ${name}, repository does not exist or may require 'docker login': denied: requested access to the resource is denied`,
    'The catalogue has official images of Docker Hub; check the name.')
}

function unknownManifest(reference: ImageReference, date: string, isOutLater: boolean): Failure {
  const name = familiarName(reference)
  const named = reference.digest === null ? `${name}:${reference.tag ?? 'latest'}` : `${name}@${reference.digest}`
  const hint = isOutLater ? `This image is newer: the package universe stands at ${date}; choose Today in the Studio.` : 'The catalogue has no such tag; check its spelling.'
  return new Failure('not-found', `manifest for ${named} not found: manifest unknown: manifest unknown`, hint)
}
