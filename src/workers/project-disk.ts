import { readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { Failure } from '../core/base/failure.ts'
import { decodeProject, type OpenedProject } from '../core/project/project-file.ts'
import { writeAtomically } from './atomic-write.ts'
import { nativeSha256 } from './platform.ts'

/** No project is larger: it is not even read. */
const LARGEST_FILE = 512 * 1024 * 1024

/** The journal that stands beside a project's file. */
export function journalPath(path: string): string {
  return `${path}.journal`
}

/** Reads and checks a project file; undefined when there is none. Throws `file`. */
export function readProjectFile(path: string): OpenedProject | undefined {
  let bytes: Uint8Array
  try {
    const { size } = statSync(path)
    if (size > LARGEST_FILE) throw new Failure('file', `${path} is larger than any project (${size} bytes).`)
    bytes = readFileSync(path)
  } catch (error) {
    if (error instanceof Failure) throw error
    if (codeOf(error) === 'ENOENT') return undefined
    throw diskFailure('read', path, error)
  }
  return decodeProject(bytes, nativeSha256)
}

/** Writes a project file as a whole or not at all. Throws `file`. */
export function writeProjectFile(path: string, bytes: Uint8Array): void {
  try {
    writeAtomically(path, bytes)
  } catch (error) {
    throw diskFailure('write', path, error)
  }
}

/** Removes work that is not wanted any more. */
export function removeProjectFile(path: string): void {
  rmSync(path, { force: true })
}

/** Moves something unreadable out of the way, where it can still be looked at. */
export function setAside(path: string): void {
  try {
    renameSync(path, `${path}.unreadable`)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw diskFailure('move', path, error)
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'you may not',
  EPERM: 'you may not',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  EISDIR: 'it is a folder',
  ENOENT: 'the folder is not there',
  ENOTDIR: 'the folder is not there',
}

function diskFailure(verb: string, path: string, error: unknown): Failure {
  const code = codeOf(error)
  return new Failure('file', `Cannot ${verb} ${path}: ${REASONS[code] ?? code}.`, 'Choose another place.')
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}
