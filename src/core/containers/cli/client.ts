import type { Engine } from '../engine/engine.ts'
import type { ContainerWorld } from '../engine/world.ts'
import type { ProcessContext } from '../runtime/process-context.ts'
import type { OptionTable, ParsedOptions } from './options.ts'

/** What a verb of the client works with. */
export interface Client {
  readonly process: ProcessContext
  readonly world: ContainerWorld
  readonly engine: Engine
  readonly options: ParsedOptions
  print(text: string): Promise<void>
  warn(text: string): Promise<void>
}

export interface Verb {
  /** After `Usage:  docker `. */
  readonly usage: string
  readonly summary: string
  readonly options: OptionTable
  /** Options end at the first operand. */
  readonly stopAtOperand?: true
  /** How many operands there must be. */
  readonly operands: { readonly min: number; readonly max?: number }
  /** Prefix `docker: ` and a hint, exit code 125: for verbs that run something. */
  readonly runs?: true
  run(client: Client): Promise<number>
}

/** Does something to each named object; says which, or why not. Exit code 1 when one failed. */
export async function forEach(client: Client, act: (name: string) => unknown): Promise<number> {
  let code = 0
  for (const name of client.options.operands) {
    try {
      await act(name)
      await client.print(`${name}\n`)
    } catch (error) {
      await client.warn(`Error response from daemon: ${daemonMessage(error)}\n`)
      code = 1
    }
  }
  return code
}

/** The words of a refusal; anything else is a bug and goes on. */
export function daemonMessage(error: unknown): string {
  if (error instanceof Error && error.name === 'Failure') return error.message
  throw error
}
