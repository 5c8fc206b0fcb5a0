import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { basename, extname, isAbsolute } from 'node:path'
import * as v from 'valibot'
import type { RecentFile } from '../protocol/host.ts'

const MAXIMUM = 10
const stored = v.array(v.pipe(v.string(), v.maxLength(4096), v.check(isAbsolute)))

/** The projects used last, newest first, in one small file. A file that is missing or makes no sense counts as empty. */
export class RecentFiles {
  private readonly file: string
  private paths: readonly string[]

  constructor(file: string) {
    this.file = file
    this.paths = read(file)
  }

  get list(): readonly RecentFile[] {
    return this.paths.map((path) => ({ path, name: basename(path, extname(path)) }))
  }

  has(path: string): boolean {
    return this.paths.includes(path)
  }

  /** True if the list changed. */
  add(path: string): boolean {
    if (this.paths[0] === path) return false
    this.write([path, ...this.paths.filter((other) => other !== path)].slice(0, MAXIMUM))
    return true
  }

  clear(): void {
    this.write([])
  }

  private write(paths: readonly string[]): void {
    this.paths = paths
    const draft = `${this.file}.new`
    writeFileSync(draft, JSON.stringify(paths))
    renameSync(draft, this.file)
  }
}

function read(file: string): readonly string[] {
  try {
    const parsed = v.safeParse(stored, JSON.parse(readFileSync(file, 'utf8')))
    return parsed.success ? parsed.output.slice(0, MAXIMUM) : []
  } catch {
    return []
  }
}
