import { Failure } from '../../base/failure.ts'
import { copySource } from '../builder/copy-tree.ts'
import { cleanPath } from '../dockerfile/dockerignore.ts'
import type { Container } from '../engine/container.ts'
import type { FileSystem } from '../filesystem/file-system.ts'
import type { Client, Verb } from './client.ts'
import { UsageError } from './options.ts'
import { size } from './show.ts'

/** One side of a copy: a path on the machine or in a container. */
interface Place {
  readonly root: FileSystem
  readonly container: Container | undefined
  readonly path: string
  /** As it was written, for the messages. */
  readonly given: string
}

const BLOCK = 512
const isDirectory = ({ root }: Place, path: string): boolean => root.lookup(path)?.kind === 'directory'
const blocks = (bytes: number): number => Math.ceil(bytes / BLOCK) * BLOCK

function placeOf({ engine, process }: Client, text: string): Place {
  const colon = text.indexOf(':')
  const local = colon <= 0 || text.startsWith('/') || text.startsWith('.')
  const container = local ? undefined : engine.find(text.slice(0, colon))
  const given = local ? text : text.slice(colon + 1)
  const path = cleanPath(container || given.startsWith('/') ? `/${given}` : `${process.cwd}/${given}`)
  return { root: container?.root ?? engine.machine().host.root, container, path, given }
}

/** Bytes of the tar that the client would send: what it says it copied. */
function archiveSize(root: FileSystem, path: string): number {
  const stat = root.lookup(path, { followLast: false })
  if (!stat) return 0
  if (stat.kind !== 'directory') return BLOCK + (stat.kind === 'file' ? blocks(stat.size) : 0)
  return root.readDirectory(path).reduce((sum, name) => sum + archiveSize(root, `${path === '/' ? '' : path}/${name}`), BLOCK)
}

/** Where the copy goes: into a directory that is there, or to a name in one that is there. */
function targetOf(from: Place, to: Place): string {
  const wanted = from.given.endsWith('/.') ? '' : from.path.slice(from.path.lastIndexOf('/') + 1)
  if (isDirectory(to, to.path)) return wanted === '' ? to.path : `${to.path === '/' ? '' : to.path}/${wanted}`
  if (isDirectory(from, from.path) && to.root.lookup(to.path)) throw new UsageError('cannot copy directory')
  if (!isDirectory(from, from.path) && to.given.endsWith('/')) throw new UsageError('destination directory must exist')
  const parent = to.path.slice(0, to.path.lastIndexOf('/')) || '/'
  if (isDirectory(to, parent)) return to.path
  if (to.container) throw new Failure('not-found', `Could not find the file ${parent} in container ${to.container.name}`)
  throw new UsageError(`invalid output path: directory ${JSON.stringify(parent)} does not exist`)
}

export const COPY_VERB: Verb = {
  usage: 'cp [OPTIONS] CONTAINER:SRC_PATH DEST_PATH\n        docker cp [OPTIONS] SRC_PATH CONTAINER:DEST_PATH', summary: 'Copy files/folders between a container and the local filesystem',
  options: { quiet: ['flag', 'q'], archive: ['flag', 'a'], 'follow-link': ['flag', 'L'] }, operands: { min: 2, max: 2 },
  async run(client) {
    const [source = '', destination = ''] = client.options.operands
    const [from, to] = [placeOf(client, source), placeOf(client, destination)]
    if (from.container && to.container) throw new UsageError('copying between containers is not supported')
    if (!from.container && !to.container) throw new UsageError('must specify at least one container source')
    if (!from.root.lookup(from.path)) {
      if (from.container) throw new Failure('not-found', `Could not find the file ${from.path} in container ${from.container.name}`)
      throw new UsageError(`lstat ${from.path}: no such file or directory`)
    }
    copySource(from.root, from.path, { root: to.root, path: targetOf(from, to), isDirectory: false }, { owner: { uid: 0, gid: 0 }, mode: null })
    if (to.container) client.engine.publishSize(to.container)
    if (!client.options.has('quiet')) await client.warn(`Successfully copied ${size(archiveSize(from.root, from.path) + 2 * BLOCK)} to ${to.container ? `${destination.slice(0, destination.indexOf(':'))}:${to.given}` : to.path}\n`)
    return 0
  },
}
