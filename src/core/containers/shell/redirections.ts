import { encodeUtf8 } from '../../base/bytes.ts'
import { FileError } from '../filesystem/file-system.ts'
import type { OpenFlags } from '../runtime/process-files.ts'
import type { Expander } from './expansion.ts'
import type { Redirection } from './parser.ts'
import { ShellError, type ShellState } from './shell-state.ts'

const SAVED_FDS = 10

/** Puts back what a redirection replaced. */
export type Restore = () => void

/** Performs a command's redirections on the shell's own descriptors; children inherit them. */
export async function redirect(state: ShellState, expander: Expander, redirections: readonly Redirection[]): Promise<Restore> {
  const undo: Restore[] = []
  const restore = (): void => {
    for (const step of undo.reverse()) step()
  }
  try {
    for (const redirection of redirections) undo.push(await apply(state, expander, redirection))
    return restore
  } catch (error) {
    restore()
    throw error
  }
}

async function apply(state: ShellState, expander: Expander, redirection: Redirection): Promise<Restore> {
  const { operator, target } = redirection
  if (target.type === 'HereDoc') {
    const content = target.stripTabs ? withoutTabs(target.content) : target.content
    const text = target.quoted ? plainText(content) : await expander.text(content)
    return replace(state, redirection.fd ?? 0, hereDocument(state, text))
  }
  if (operator === '<<<') return replace(state, redirection.fd ?? 0, hereDocument(state, `${await expander.text(target)}\n`))
  const word = await expander.text(target)
  if (operator === '>&' || operator === '<&') return duplicate(state, redirection, word)
  if (operator === '&>' || operator === '&>>') {
    const undoOutput = replace(state, 1, open(state, word, operator === '&>' ? '>' : '>>'))
    const undoError = replaceBy(state, 2, 1)
    return () => {
      undoError()
      undoOutput()
    }
  }
  return replace(state, redirection.fd ?? (operator.startsWith('<') ? 0 : 1), open(state, word, operator))
}

function duplicate(state: ShellState, redirection: Redirection, word: string): Restore {
  const fd = redirection.fd ?? (redirection.operator === '>&' ? 1 : 0)
  if (word === '-') return closing(state, fd)
  const moved = /^(\d+)-?$/.exec(word)
  if (moved) {
    if (!state.context.process.descriptors.has(Number(moved[1]))) throw new ShellError(state.isBash ? `${word}: Bad file descriptor` : `${word}: Bad file descriptor`, { status: state.isBash ? 1 : 2 })
    return replaceBy(state, fd, Number(moved[1]))
  }
  if (redirection.operator !== '>&' || !state.isBash) throw new ShellError(state.isBash ? `${word}: ambiguous redirect` : 'Bad fd number', { status: state.isBash ? 1 : 2 })
  const undoOutput = replace(state, 1, open(state, word, '>'))
  const undoError = replaceBy(state, 2, 1)
  return () => {
    undoError()
    undoOutput()
  }
}

/** Opens the file of a redirection on a high descriptor. */
function open(state: ShellState, path: string, operator: Redirection['operator']): number {
  const flags: OpenFlags = operator === '<' ? { read: true } : operator === '<>' ? { read: true, write: true, create: true }
    : operator === '>>' ? { write: true, create: true, append: true } : { write: true, create: true, truncate: true }
  const { files, process } = state.context
  if (operator === '>' && state.options.has('noclobber') && files.stat(path)?.kind === 'file') {
    throw new ShellError(state.isBash ? `${path}: cannot overwrite existing file` : `cannot create ${path}: File exists`, { status: state.isBash ? 1 : 2 })
  }
  try {
    return process.install(files.open(path, flags), SAVED_FDS)
  } catch (error) {
    if (error instanceof FileError) throw new ShellError(openFailure(state, path, operator, error), { status: state.isBash ? 1 : state.dialect === 'busybox' ? 1 : 2 })
    throw error
  }
}

function openFailure(state: ShellState, path: string, operator: string, error: FileError): string {
  if (state.isBash) return `${path}: ${ERROR_TEXTS[error.code] ?? error.code}`
  const reading = operator === '<'
  const reason = error.code === 'ENOENT' ? (reading ? 'No such file' : 'Directory nonexistent') : (ERROR_TEXTS[error.code] ?? error.code)
  const words = state.dialect === 'busybox' && error.code === 'ENOENT' ? (reading ? 'no such file' : 'nonexistent directory') : reason
  return state.dialect === 'busybox' ? `can't ${reading ? 'open' : 'create'} ${path}: ${words}` : `cannot ${reading ? 'open' : 'create'} ${path}: ${words}`
}

/** strerror(3) of the errors files give. */
export const ERROR_TEXTS: Readonly<Partial<Record<FileError['code'], string>>> = {
  ENOENT: 'No such file or directory', EACCES: 'Permission denied', EISDIR: 'Is a directory', ENOTDIR: 'Not a directory', EEXIST: 'File exists',
  ENOTEMPTY: 'Directory not empty', EPERM: 'Operation not permitted', EROFS: 'Read-only file system', ELOOP: 'Too many levels of symbolic links',
  ENOSPC: 'No space left on device', EMFILE: 'Too many open files', EINVAL: 'Invalid argument', EXDEV: 'Invalid cross-device link', EBADF: 'Bad file descriptor',
  EPIPE: 'Broken pipe', EAGAIN: 'Resource temporarily unavailable', ENOEXEC: 'Exec format error', ECONNREFUSED: 'Connection refused', ENAMETOOLONG: 'File name too long',
}

function hereDocument(state: ShellState, text: string): number {
  const bytes = encodeUtf8(text)
  let offset = 0
  return state.context.process.install(state.context.memoryFile('/dev/fd/here', (max) => {
    const part = bytes.subarray(offset, offset + max)
    offset += part.length
    return part
  }), SAVED_FDS)
}

/** `<<-`: the tabs that begin a line go; what expansions bring stays. */
function withoutTabs(word: Extract<Redirection['target'], { type: 'HereDoc' }>['content']): typeof word {
  const strip = (text: string, first: boolean): string => (first ? text.replace(/^\t+/, '') : text).replace(/\n\t+/g, '\n')
  return { ...word, parts: word.parts.map((part, index) => (part.type === 'Literal' || part.type === 'SingleQuoted' ? { ...part, value: strip(part.value, index === 0) } : part)) }
}

function plainText(word: Extract<Redirection['target'], { type: 'HereDoc' }>['content']): string {
  return word.parts.map((part) => ('value' in part ? part.value : '')).join('')
}

function replace(state: ShellState, fd: number, source: number): Restore {
  const undo = replaceBy(state, fd, source)
  if (source !== fd) state.context.process.close(source)
  return undo
}

function replaceBy(state: ShellState, fd: number, source: number): Restore {
  const undo = save(state, fd)
  state.context.process.duplicate(source, fd)
  return undo
}

function closing(state: ShellState, fd: number): Restore {
  const undo = save(state, fd)
  state.context.process.close(fd)
  return undo
}

function save(state: ShellState, fd: number): Restore {
  const { process } = state.context
  if (!process.descriptors.has(fd)) return () => process.close(fd)
  const saved = process.install(process.reference(fd).retain(), SAVED_FDS)
  process.setCloseOnExec(saved)
  return () => {
    // An exec'd program has closed it: there is nothing left to put back.
    if (!process.descriptors.has(saved)) return
    process.duplicate(saved, fd)
    process.close(saved)
  }
}
