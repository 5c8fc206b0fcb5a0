import { FileError } from '../filesystem/file-system.ts'
import type { ProcessContext } from '../runtime/process-context.ts'
import type { Program } from '../runtime/program.ts'
import { ERROR_TEXTS } from '../shell/redirections.ts'

/** strerror(3) of what a file call threw; any other exception is passed on. */
export function reasonOf(error: unknown): string {
  if (error instanceof FileError) return ERROR_TEXTS[error.code] ?? error.code
  throw error
}

/** Short and long options of a command line, and its operands. */
export interface Options {
  readonly flags: ReadonlySet<string>
  readonly values: ReadonlyMap<string, string>
  readonly operands: readonly string[]
}

/** getopt(3): `withValue` lists the letters and long names that take a value. Operands may stand between options. */
export function parseOptions(args: readonly string[], withValue: readonly string[] = []): Options {
  const [flags, values, operands] = [new Set<string>(), new Map<string, string>(), [] as string[]]
  for (let at = 0; at < args.length; at++) {
    const word = args[at]!
    if (word === '--') {
      operands.push(...args.slice(at + 1))
      break
    }
    if (!word.startsWith('-') || word === '-') {
      operands.push(word)
      continue
    }
    if (word.startsWith('--')) {
      const [name = '', value] = word.slice(2).split(/=(.*)/s)
      if (value !== undefined) values.set(name, value)
      else if (withValue.includes(name)) values.set(name, args[++at] ?? '')
      else flags.add(name)
      continue
    }
    for (let letter = 1; letter < word.length; letter++) {
      const name = word[letter]!
      if (!withValue.includes(name)) flags.add(name)
      else {
        values.set(name, letter + 1 < word.length ? word.slice(letter + 1) : (args[++at] ?? ''))
        break
      }
    }
  }
  return { flags, values, operands }
}

export function program(name: string, brought: string, main: (process: ProcessContext) => Promise<number>, residentBytes?: number): Program {
  return { name, package: brought, main, ...(residentBytes !== undefined && { residentBytes }) }
}

/** Does something for each operand; a file error becomes `name: cannot …: reason` and status 1. */
export async function each(process: ProcessContext, operands: readonly string[], complaint: (operand: string) => string, action: (operand: string) => Promise<void> | void): Promise<number> {
  let status = 0
  for (const operand of operands) {
    try {
      await action(operand)
    } catch (error) {
      const reason = reasonOf(error)
      await process.warn(`${commandName(process)}: ${complaint(operand)}: ${reason}\n`)
      status = 1
    }
  }
  return status
}

export const commandName = (process: ProcessContext): string => (process.argv[0] ?? '').split('/').at(-1) ?? ''
export const baseName = (path: string): string => path.replace(/\/+$/, '').split('/').at(-1) || '/'
export const joinPath = (directory: string, name: string): string => (directory.endsWith('/') ? directory + name : `${directory}/${name}`)

export async function usageError(process: ProcessContext, message: string, status = 1): Promise<number> {
  await process.warn(`${commandName(process)}: ${message}\nTry '${commandName(process)} --help' for more information.\n`)
  return status
}
