import type { ProcessFiles } from '../runtime/process-files.ts'
import { FileError } from '../filesystem/file-system.ts'
import { hasMagic, matchesPattern } from './pattern.ts'

/** Path names that match a pattern, sorted; a leading dot has to be matched by a dot. */
export function expandPath(files: ProcessFiles, pattern: string): string[] {
  const absolute = pattern.startsWith('/')
  const parts = pattern.split('/').filter((part) => part !== '')
  let found = [absolute ? '/' : '']
  parts.forEach((part, index) => {
    const last = index === parts.length - 1
    found = found.flatMap((base) => (hasMagic(part) ? matching(files, base, part) : literal(files, base, unescape(part))))
    if (!last || pattern.endsWith('/')) found = found.filter((path) => files.isDirectory(path))
  })
  const ending = pattern.endsWith('/') && pattern.length > 1 ? '/' : ''
  return found.map((path) => path + ending).sort(byText)
}

function matching(files: ProcessFiles, base: string, part: string): string[] {
  return list(files, base || '.').filter((name) => (part.startsWith('.') || !name.startsWith('.')) && matchesPattern(name, part)).map((name) => join(base, name))
}

function list(files: ProcessFiles, path: string): string[] {
  try {
    return files.list(path)
  } catch (error) {
    if (error instanceof FileError) return []
    throw error
  }
}

function literal(files: ProcessFiles, base: string, name: string): string[] {
  const path = join(base, name)
  return files.stat(path, false) ? [path] : []
}

const join = (base: string, name: string): string => (base === '' ? name : base.endsWith('/') ? base + name : `${base}/${name}`)
const unescape = (part: string): string => part.replace(/\\(.)/g, '$1')
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
