import { decodeUtf8 } from '../../base/bytes.ts'
import type { FileSystem } from '../filesystem/file-system.ts'

export interface UserIdentity {
  readonly uid: number
  readonly gid: number
  readonly groups: readonly number[]
  readonly home: string
}

/** The rows of a colon-separated file such as /etc/passwd. */
function rows(root: FileSystem, path: string): string[][] {
  if (root.lookup(path)?.kind !== 'file') return []
  return decodeUtf8(root.read(path)).split('\n').filter((line) => line !== '').map((line) => line.split(':'))
}

/**
 * `user`, `user:group`, by name or number, as runc looks them up in a container's own files. Throws an Error with its words
 * for a name that is not there.
 */
export function findUser(root: FileSystem, spec: string): UserIdentity {
  const [userName = '', groupName] = (spec === '' ? '0' : spec).split(':')
  const passwd = rows(root, '/etc/passwd')
  const isNumber = /^\d+$/.test(userName)
  const entry = passwd.find((row) => (isNumber ? row[2] === userName : row[0] === userName))
  if (!entry && !isNumber) throw new Error(`unable to find user ${userName}: no matching entries in passwd file`)
  const uid = Number(entry?.[2] ?? userName)
  const gid = groupName === undefined ? Number(entry?.[3] ?? 0) : findGroup(root, groupName)
  const groups = rows(root, '/etc/group').filter((row) => row[3]?.split(',').includes(entry?.[0] ?? '')).map((row) => Number(row[2]))
  return { uid, gid, groups, home: entry?.[5] ?? '/' }
}

function findGroup(root: FileSystem, name: string): number {
  const found = rows(root, '/etc/group').find((row) => row[0] === name || row[2] === name)
  if (found) return Number(found[2])
  if (/^\d+$/.test(name)) return Number(name)
  throw new Error(`unable to find group ${name}: no matching entries in group file`)
}

/** Owner for `--chown`: the group is the user's number when it is left out. */
export function findOwner(root: FileSystem, spec: string): { readonly uid: number; readonly gid: number } {
  const { uid, gid } = findUser(root, spec)
  return { uid, gid: spec.includes(':') ? gid : uid }
}
