import { decodeUtf8 } from '../../base/bytes.ts'
import type { FileSystem } from '../filesystem/file-system.ts'

/** The name `/etc/passwd` gives a user, or the number as text. */
export function userName(root: FileSystem, uid: number): string {
  if (root.lookup('/etc/passwd')?.kind !== 'file') return uid === 0 ? 'root' : String(uid)
  for (const line of decodeUtf8(root.read('/etc/passwd')).split('\n')) {
    const fields = line.split(':')
    if (fields[2] === String(uid)) return fields[0] ?? String(uid)
  }
  return String(uid)
}
