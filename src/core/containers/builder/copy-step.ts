import { gunzipSync } from 'fflate/browser'
import { encodeUtf8, type Bytes } from '../../base/bytes.ts'
import { sha256Hex, type Sha256Factory } from '../../base/hasher.ts'
import { MiB } from '../../simulation/units.ts'
import { cleanPath } from '../dockerfile/dockerignore.ts'
import { heredocText } from '../dockerfile/heredoc.ts'
import type { CopyInstruction } from '../dockerfile/instructions.ts'
import { expandWord } from '../dockerfile/shell-words.ts'
import type { FileSystem } from '../filesystem/file-system.ts'
import { bodyChunks } from '../filesystem/filler.ts'
import { OverlayFileSystem } from '../filesystem/overlay-file-system.ts'
import { MemoryFileSystem } from '../filesystem/memory-file-system.ts'
import { treeFromTar } from '../image/tar-tree.ts'
import { BuildFailure } from './build-failure.ts'
import { copySource, makeParents, matchSources } from './copy-tree.ts'
import type { StageState } from './stage-state.ts'
import { findOwner } from './users.ts'

/** A COPY or ADD with variables replaced and its sources found. */
interface PreparedCopy {
  readonly instruction: CopyInstruction
  readonly sources: readonly { readonly from: FileSystem; readonly path: string }[]
  readonly destination: string
  readonly isDirectory: boolean
  readonly chown: string
  readonly mode: number | null
}

/** Finds what a COPY or ADD copies. Throws a BuildFailure where it is missing or makes no sense. */
export function prepareCopy(instruction: CopyInstruction, state: StageState, from: FileSystem, epoch: number): PreparedCopy {
  const { lines, kind } = instruction
  const expand = (text: string): string => state.scope.expand(text, lines)
  const written = expand(instruction.destination)
  const names = instruction.sources.map(expand)
  const remote = kind === 'add' ? names.find((name) => /^(https?|git|ssh):\/\/|^git@/.test(name)) : undefined
  if (remote !== undefined) throw new BuildFailure(`failed to load cache key: Get ${JSON.stringify(remote)}: dial tcp: lookup ${/:\/\/([^/:]+)/.exec(remote)?.[1] ?? remote}: no such host`, lines)
  const sources = names.flatMap((name) => {
    const found = matchSources(from, name)
    if (found.length === 0 && !/[*?[]/.test(name)) {
      throw new BuildFailure(`failed to calculate checksum of ref: ${JSON.stringify(cleanPath(`/${name}`))}: not found`, lines)
    }
    return found.map((path) => ({ from, path }))
  })
  const all = [...sources, ...inlineFiles(instruction, state, epoch)]
  if (all.length === 0) throw new BuildFailure(`no source files were specified`, lines)
  const isDirectory = /(^|\/)\.?$/.test(written) || written.endsWith('/')
  if (all.length > 1 && !isDirectory) {
    throw new BuildFailure(`When using ${kind.toUpperCase()} with more than one source file, the destination must be a directory and end with a /`, lines)
  }
  const destination = cleanPath(written.startsWith('/') ? written : `${state.config.WorkingDir ?? '/'}/${written}`)
  const chmod = instruction.chmod === null ? null : expand(instruction.chmod)
  if (chmod !== null && !/^[0-7]{3,4}$/.test(chmod)) throw new BuildFailure(`invalid chmod parameter: '${chmod}'. it should be octal string and between 0 and 07777`, lines)
  return { instruction, sources: all, destination, isDirectory, chown: instruction.chown === null ? '' : expand(instruction.chown), mode: chmod === null ? null : parseInt(chmod, 8) }
}

const PAUSE_AFTER = 4 * MiB

/** Digest of every file that is copied, by path: what the cache compares. In steps, as another stage's files may be large. */
export function* copiedFiles(copy: PreparedCopy, sha256: Sha256Factory): Generator<number, Map<string, string>> {
  const digests = new Map<string, string>()
  let sincePause = 0
  // A source that is a link is followed, as copying does; links below it are kept.
  function* visit(from: FileSystem, path: string, followLast: boolean): Generator<number, void> {
    const stat = from.lookup(path, { followLast })
    if (!stat) return
    const header = `${stat.kind} ${stat.mode}`
    if (stat.kind === 'directory') {
      digests.set(path, header)
      for (const name of from.readDirectory(path)) yield* visit(from, `${path === '/' ? '' : path}/${name}`, false)
    } else if (stat.kind === 'file') {
      const hash = sha256()
      for (const chunk of bodyChunks(from.readBody(path))) {
        hash.update(chunk)
        sincePause += chunk.length
        if (sincePause < PAUSE_AFTER) continue
        yield sincePause
        sincePause = 0
      }
      digests.set(path, `${header} ${hash.hex()}`)
    } else if (stat.kind === 'symlink') digests.set(path, `${header} ${from.readLink(path)}`)
    else digests.set(path, header)
  }
  for (const { from, path } of copy.sources) yield* visit(from, path, true)
  return digests
}

/** Copies into the stage's file system. Answers the bytes written. */
export function copyStep(copy: PreparedCopy, root: OverlayFileSystem): number {
  const { lines } = copy.instruction
  try {
    const owner = copy.chown === '' ? { uid: 0, gid: 0 } : findOwner(root, copy.chown)
    const target = { root, path: copy.destination, isDirectory: copy.isDirectory }
    let bytes = 0
    for (const { from, path } of copy.sources) {
      const tree = copy.instruction.kind === 'add' ? unpacked(from, path) : undefined
      if (tree) makeParents(root, copy.destination)
      bytes += copySource(tree ?? from, tree ? '/' : path, target, { owner, mode: copy.mode })
    }
    return bytes
  } catch (error) {
    if (error instanceof BuildFailure) throw error
    throw new BuildFailure(error instanceof Error ? error.message : String(error), lines)
  }
}

/** Text of the heredocs of a COPY, as files of a small tree. */
function inlineFiles(instruction: CopyInstruction, state: StageState, epoch: number): PreparedCopy['sources'] {
  const files = new MemoryFileSystem({ now: () => epoch })
  return instruction.contents.map((heredoc) => {
    const text = heredocText(heredoc)
    const content = heredoc.expand ? expandLines(text, state) : text
    files.write(`/${heredoc.name}`, encodeUtf8(content), { mode: 0o644, mtime: epoch })
    return { from: files, path: `/${heredoc.name}` }
  })
}

/** Variables are replaced, quotes stay. */
const expandLines = (text: string, state: StageState): string =>
  expandWord(text.replaceAll("'", '\0').replaceAll('"', '\x01'), state.scope.environment).text.replaceAll('\0', "'").replaceAll('\x01', '"')

/** The tree of a local tar archive (plain or gzip), which ADD unpacks; undefined for anything else. */
function unpacked(from: FileSystem, path: string): FileSystem | undefined {
  const stat = from.lookup(path)
  if (stat?.kind !== 'file' || stat.size < 512 && !/\.(tgz|gz)$/.test(path)) return undefined
  const bytes = from.read(path)
  const archive = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzip(bytes) : bytes
  if (!archive || String.fromCharCode(...archive.subarray(257, 262)) !== 'ustar') return undefined
  return new OverlayFileSystem([treeFromTar(archive, { whiteouts: false })])
}

function gunzip(bytes: Bytes): Bytes | undefined {
  try {
    return gunzipSync(bytes)
  } catch {
    return undefined
  }
}

/** One digest for a set of files. */
export function filesDigest(files: ReadonlyMap<string, string>, sha256: Sha256Factory): string {
  return sha256Hex([...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, digest]) => `${path} ${digest}`).join('\n'), sha256)
}
