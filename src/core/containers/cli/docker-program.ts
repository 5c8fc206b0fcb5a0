import { Failure } from '../../base/failure.ts'
import type { ContainerWorld } from '../engine/world.ts'
import type { Engine } from '../engine/engine.ts'
import type { ProcessContext } from '../runtime/process-context.ts'
import type { Program } from '../runtime/program.ts'
import type { Verb } from './client.ts'
import { CONTAINER_VERBS } from './container-verbs.ts'
import { IMAGE_VERBS } from './image-verbs.ts'
import { parseOptions, UsageError, type ParsedOptions } from './options.ts'
import { RUN_VERBS, startFailureCode } from './run-verbs.ts'
import { SYSTEM_VERBS } from './system-verbs.ts'

const VERBS: Readonly<Record<string, Verb>> = { ...RUN_VERBS, ...CONTAINER_VERBS, ...IMAGE_VERBS, ...SYSTEM_VERBS }

/** `docker image ls` and its like, as the plain verbs they stand for. */
const ALIASES: Readonly<Record<string, string>> = {
  'container ls': 'ps', 'container list': 'ps', 'container ps': 'ps', 'image ls': 'images', 'image list': 'images', 'image rm': 'rmi', 'image remove': 'rmi', 'container remove': 'rm', 'system info': 'info', 'builder build': 'build', 'buildx build': 'build',
}
const GROUPS = new Set(['container', 'image', 'system', 'builder', 'buildx'])
const KNOWN_ELSEWHERE = new Set([
  'compose', 'network', 'volume', 'swarm', 'service', 'stack', 'secret', 'config', 'node', 'plugin', 'context', 'manifest', 'trust', 'push', 'login', 'logout', 'search', 'save', 'load', 'import', 'export', 'events', 'update', 'checkpoint', 'prune', 'df',
])

/** The `docker` client on an engine's machine. */
export function dockerProgram(world: ContainerWorld, engine: Engine): Program {
  return { name: 'docker', package: 'docker-ce-cli', residentBytes: 28e6, main: (process) => runClient(process, world, engine) }
}

async function runClient(process: ProcessContext, world: ContainerWorld, engine: Engine): Promise<number> {
  const words = [...process.args]
  if (words.length === 0 || words[0] === '--help' || words[0] === '-h' || words[0] === 'help') {
    await process.print(helpText())
    return 0
  }
  if (words[0] === '--version' || words[0] === '-v') {
    await process.print('Docker version 28.2.2, build e6534b4\n')
    return 0
  }
  const found = findVerb(words)
  if (!found) return unknownVerb(process, words)
  const { name, verb, rest } = found
  if (rest.includes('--help')) {
    await process.print(`\nUsage:  docker ${verb.usage}\n\n${verb.summary}\n${optionHelp(verb)}`)
    return 0
  }
  let options: ParsedOptions
  try {
    options = checkOperands(parseOptions(rest, verb.options, verb.stopAtOperand), verb, name)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    await process.warn(`${error.message.startsWith('docker') ? error.message : error.message}\n\nUsage:  docker ${verb.usage}\n\nRun 'docker ${name} --help' for more information\n`)
    return error.message.startsWith('"') || error.message.startsWith("'docker") ? 1 : 125
  }
  return carryOut(process, world, engine, name, verb, options)
}

async function carryOut(process: ProcessContext, world: ContainerWorld, engine: Engine, name: string, verb: Verb, options: ParsedOptions): Promise<number> {
  try {
    return await verb.run({ process, world, engine, options, print: (text) => process.print(text), warn: (text) => process.warn(text) })
  } catch (error) {
    if (error instanceof UsageError) {
      await process.warn(verb.runs ? `docker: ${error.message}\n\nRun 'docker ${name} --help' for more information\n` : `${error.message}\n`)
      return verb.runs ? 125 : 1
    }
    if (!(error instanceof Failure)) throw error
    const local = error.message.startsWith('invalid reference format') || error.message.startsWith('Cannot connect')
    const message = local ? error.message : `Error response from daemon: ${error.message}`
    await process.warn(verb.runs ? `docker: ${message}\n\nRun 'docker ${name} --help' for more information\n` : `${message}\n`)
    return verb.runs ? startFailureCode(error.message) : 1
  }
}

function findVerb(words: readonly string[]): { name: string; verb: Verb; rest: readonly string[] } | undefined {
  const [first = '', second = ''] = words
  if (GROUPS.has(first)) {
    const both = `${first} ${second}`
    const name = Object.hasOwn(VERBS, both) ? both : (ALIASES[both] ?? (first === 'container' || first === 'image' ? second : undefined))
    const verb = name !== undefined && Object.hasOwn(VERBS, name) ? VERBS[name] : undefined
    return verb && name !== undefined ? { name, verb, rest: words.slice(2) } : undefined
  }
  const verb = Object.hasOwn(VERBS, first) ? VERBS[first] : undefined
  return verb && { name: first, verb, rest: words.slice(1) }
}

async function unknownVerb(process: ProcessContext, words: readonly string[]): Promise<number> {
  const [first = '', second = ''] = words
  if (KNOWN_ELSEWHERE.has(first) || GROUPS.has(first)) {
    await process.warn(`docker: "${[first, second].join(' ').trim()}" is not modelled yet in Glasshouse\n`)
    return 1
  }
  const what = first.startsWith('-') ? `unknown flag: ${first}` : `unknown command: docker ${first}`
  await process.warn(first.startsWith('-') ? `${what}\n\nUsage:  docker [OPTIONS] COMMAND [ARG...]\n\nRun 'docker --help' for more information\n` : `docker: ${what}\n\nRun 'docker --help' for more information\n`)
  return first.startsWith('-') ? 125 : 1
}

function checkOperands(options: ParsedOptions, { operands }: Verb, name: string): ParsedOptions {
  const count = options.operands.length
  const { min, max } = operands
  const plural = (number: number): string => `${number} argument${number === 1 ? '' : 's'}`
  if (max === 0 && count > 0) throw new UsageError(`'docker ${name}' accepts no arguments`)
  if (min === max && count !== min) throw new UsageError(`'docker ${name}' requires ${plural(min)}`)
  if (count < min) throw new UsageError(`'docker ${name}' requires at least ${plural(min)}`)
  if (max !== undefined && count > max) throw new UsageError(`'docker ${name}' requires at most ${plural(max)}`)
  return options
}

function optionHelp({ options }: Verb): string {
  const rows = Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, kind]) => {
    const [what, letter] = typeof kind === 'string' ? [kind, undefined] : kind
    return `  ${letter === undefined ? '    ' : `-${letter}, `}--${name}${what === 'flag' ? '' : what === 'list' ? ' list' : ' string'}\n`
  })
  return rows.length === 0 ? '' : `\nOptions:\n${rows.join('')}`
}

function helpText(): string {
  const rows = Object.entries(VERBS).filter(([name]) => !name.includes(' ')).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, verb]) => `  ${name.padEnd(11)} ${verb.summary}\n`)
  return `\nUsage:  docker [OPTIONS] COMMAND\n\nA self-sufficient runtime for containers\n\nCommands:\n${rows.join('')}\nRun 'docker COMMAND --help' for more information on a command.\n`
}
