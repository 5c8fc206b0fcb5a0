import type { ContextRecord } from '../../../protocol/records.ts'

export interface FileRow {
  readonly path: string
  readonly name: string
  readonly depth: number
  readonly folder: boolean
}

const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Files and the folders they imply, folders first, each level by name; `closed` folders hide what is in them. */
export function fileRows(paths: readonly string[], closed: ReadonlySet<string>): readonly FileRow[] {
  const rows: FileRow[] = []
  const visit = (prefix: string, depth: number): void => {
    const inside = paths.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length))
    const folders = new Set(inside.filter((rest) => rest.includes('/')).map((rest) => rest.slice(0, rest.indexOf('/'))))
    for (const name of [...folders].sort(byName)) {
      const path = prefix + name
      rows.push({ path, name, depth, folder: true })
      if (!closed.has(path)) visit(`${path}/`, depth + 1)
    }
    for (const name of inside.filter((rest) => !rest.includes('/')).sort(byName)) rows.push({ path: prefix + name, name, depth, folder: false })
  }
  visit('', 0)
  return rows
}

/** The file to open first: the Dockerfile in the top folder, else any Dockerfile, else the first file. */
export function mainFile(paths: readonly string[]): string | null {
  const sorted = [...paths].sort(byName)
  return sorted.find((path) => path === 'Dockerfile') ?? sorted.find(isDockerfile) ?? sorted[0] ?? null
}

export function isDockerfile(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return /^(?:Dockerfile|Containerfile)(?:\..+)?$/i.test(name) || /\.dockerfile$/i.test(name)
}

/** The course's file first, then the other samples, then what the user made, each by name. */
export function sortContexts(contexts: Iterable<ContextRecord>, courseSample: string | null): readonly ContextRecord[] {
  const rank = (context: ContextRecord): number => (context.sample === null ? 2 : context.sample === courseSample ? 0 : 1)
  return [...contexts].sort((a, b) => rank(a) - rank(b) || byName(a.name, b.name) || byName(a.id, b.id))
}

/** Why a new path cannot be taken, null when it can. The core checks again. */
export function pathProblem(path: string, taken: readonly string[]): 'empty' | 'outside' | 'taken' | 'folder' | null {
  const parts = path.split('/')
  if (path.trim() === '') return 'empty'
  if (path.startsWith('/') || parts.some((part) => part === '' || part === '.' || part === '..')) return 'outside'
  if (taken.includes(path)) return 'taken'
  if (taken.some((other) => other.startsWith(`${path}/`) || path.startsWith(`${other}/`))) return 'folder'
  return null
}
