import type { FileEntry } from '../../../protocol/commands.ts'

export interface FileRow {
  /** Absolute path inside the image. */
  readonly path: string
  readonly depth: number
  readonly entry: FileEntry
  readonly open: boolean
  /** Opened, and its entries are still on their way. */
  readonly loading: boolean
}

export const joinPath = (folder: string, name: string): string => (folder === '/' ? `/${name}` : `${folder}/${name}`)

const order = (a: FileEntry, b: FileEntry): number =>
  Number(b.kind === 'directory') - Number(a.kind === 'directory') || (a.name < b.name ? -1 : 1)

/** The open part of a file tree as rows; `folders` holds the listings that have come, by path. */
export function visibleFiles(folders: ReadonlyMap<string, readonly FileEntry[]>, open: ReadonlySet<string>): readonly FileRow[] {
  const rows: FileRow[] = []
  const visit = (folder: string, depth: number): void => {
    for (const entry of [...(folders.get(folder) ?? [])].sort(order)) {
      const path = joinPath(folder, entry.name)
      const isOpen = entry.kind === 'directory' && open.has(path)
      rows.push({ path, depth, entry, open: isOpen, loading: isOpen && !folders.has(path) })
      if (isOpen) visit(path, depth + 1)
    }
  }
  visit('/', 0)
  return rows
}

/** Permission bits as `ls -l` writes them: `drwxr-xr-x`, with set-uid, set-gid and sticky. */
export function modeText(entry: Pick<FileEntry, 'kind' | 'mode'>): string {
  const kind = { file: '-', directory: 'd', symlink: 'l', other: '?' }[entry.kind]
  const triple = (shift: number, special: boolean, letter: string): string => {
    const bits = entry.mode >> shift
    const execute = (bits & 1) !== 0
    const last = special ? (execute ? letter : letter.toUpperCase()) : execute ? 'x' : '-'
    return `${bits & 4 ? 'r' : '-'}${bits & 2 ? 'w' : '-'}${last}`
  }
  return kind + triple(6, (entry.mode & 0o4000) !== 0, 's') + triple(3, (entry.mode & 0o2000) !== 0, 's') + triple(0, (entry.mode & 0o1000) !== 0, 't')
}
