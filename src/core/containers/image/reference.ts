import { Failure } from '../../base/failure.ts'

/** An image's name by the rules of distribution/reference (grammar in its reference.go and regexp.go). */
export interface ImageReference {
  /** Registry, with port; `docker.io` when none was named. */
  readonly domain: string
  /** Repository path, such as `library/ubuntu`. */
  readonly path: string
  readonly tag: string | null
  readonly digest: string | null
}

type ReferenceProblem =
  | 'ErrReferenceInvalidFormat' | 'ErrNameEmpty' | 'ErrNameContainsUppercase' | 'ErrNameTooLong' | 'ErrDigestUnsupported' | 'ErrDigestInvalidLength'

const messages: Readonly<Record<ReferenceProblem, string>> = {
  ErrReferenceInvalidFormat: 'invalid reference format',
  ErrNameEmpty: 'repository name must have at least one component',
  ErrNameContainsUppercase: 'repository name must be lowercase',
  ErrNameTooLong: 'repository name must not be more than 255 characters',
  ErrDigestUnsupported: 'unsupported digest algorithm',
  ErrDigestInvalidLength: 'invalid checksum digest length',
}

const domainPart = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?'
const domain = `(?:${domainPart}(?:\\.${domainPart})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`
const pathPart = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*'
const name = `(?:(${domain})/)?(${pathPart}(?:/${pathPart})*)`
const tag = '[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}'
const digest = '[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}'
const wholeReference = new RegExp(`^${name}(?::(${tag}))?(?:@(${digest}))?$`)
const imageId = /^[a-f0-9]{64}$/
const longestName = 255
/** More than the longest name, tag and digest together: keeps hostile input away from the expression. */
const longestReference = 2048
const digestLengths: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 }
const defaultDomain = 'docker.io'
const officialPrefix = 'library/'

/** A reference as written, without defaults: `domain` is empty when there is none. */
export function parseStrictReference(text: string): ImageReference | ReferenceProblem {
  const match = text.length <= longestReference ? wholeReference.exec(text) : null
  if (!match) {
    if (text === '') return 'ErrNameEmpty'
    return wholeReference.test(text.toLowerCase().slice(0, longestReference)) ? 'ErrNameContainsUppercase' : 'ErrReferenceInvalidFormat'
  }
  const path = match[2] ?? ''
  if (path.length > longestName) return 'ErrNameTooLong'
  return digestProblem(match[4]) ?? { domain: match[1] ?? '', path, tag: match[3] ?? null, digest: match[4] ?? null }
}

/** A reference as `docker pull` takes it: `ubuntu` means `docker.io/library/ubuntu`. Throws a `Failure` in docker's words. */
export function parseReference(text: string): ImageReference {
  if (imageId.test(text)) {
    throw new Failure('invalid', `invalid repository name (${text}), cannot specify 64-byte hexadecimal strings`, 'That is an image ID: name a repository.')
  }
  const { host, rest } = splitDomain(text)
  const remote = rest.split(':', 1)[0] ?? ''
  if (remote !== remote.toLowerCase()) throw invalid(`${messages.ErrReferenceInvalidFormat}: repository name (${remote}) must be lowercase`)
  const parsed = parseStrictReference(`${host}/${rest}`)
  if (typeof parsed !== 'string') return parsed
  throw invalid(parsed === 'ErrReferenceInvalidFormat' ? messages[parsed] : `${messages.ErrReferenceInvalidFormat}: ${messages[parsed]}`)
}

/** The short form of the repository, as listings show it: `ubuntu`, `bitnami/redis`, `example.com/app`. */
export function familiarName(reference: ImageReference): string {
  const { domain: host, path } = reference
  if (host !== defaultDomain) return `${host}/${path}`
  const official = path.startsWith(officialPrefix) && !path.slice(officialPrefix.length).includes('/')
  return official ? path.slice(officialPrefix.length) : path
}

/** The short form with tag (`latest` when there is neither tag nor digest) and digest. */
export function familiarReference(reference: ImageReference): string {
  const named = reference.tag ?? (reference.digest === null ? 'latest' : null)
  return `${familiarName(reference)}${named === null ? '' : `:${named}`}${reference.digest === null ? '' : `@${reference.digest}`}`
}

/** As the engine does before a bare name means this registry's official repository. */
function splitDomain(text: string): { readonly host: string; readonly rest: string } {
  const slash = text.indexOf('/')
  const first = text.slice(0, Math.max(slash, 0))
  const isHost = slash >= 0 && (/[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase())
  const host = !isHost || first === 'index.docker.io' ? defaultDomain : first
  const rest = isHost ? text.slice(slash + 1) : text
  return { host, rest: host === defaultDomain && !rest.includes('/') ? `${officialPrefix}${rest}` : rest }
}

function digestProblem(text: string | undefined): ReferenceProblem | undefined {
  if (text === undefined) return undefined
  const [algorithm = '', hex = ''] = text.split(':')
  const length = digestLengths[algorithm]
  if (length === undefined) return 'ErrDigestUnsupported'
  if (hex.length !== length) return 'ErrDigestInvalidLength'
  return hex === hex.toLowerCase() ? undefined : 'ErrReferenceInvalidFormat'
}

function invalid(message: string): Failure {
  return new Failure('invalid', message, 'An image is named [registry/]repository[:tag], in lower case.')
}
