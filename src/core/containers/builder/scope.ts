import type { ArgInstruction, Dockerfile } from '../dockerfile/instructions.ts'
import type { LineRange } from '../dockerfile/nodes.ts'
import { expandWord, type Environment } from '../dockerfile/shell-words.ts'
import { BuildFailure } from './build-failure.ts'

const PROXY_ARGS = ['HTTP_PROXY', 'HTTPS_PROXY', 'FTP_PROXY', 'NO_PROXY', 'ALL_PROXY'].flatMap((name) => [name, name.toLowerCase()])

/** Variables that FROM lines may use: global ARGs, with the values given to the build, and the platform's own. */
export interface GlobalScope {
  readonly values: ReadonlyMap<string, string>
  readonly environment: Environment
  readonly buildArgs: Readonly<Record<string, string>>
}

export function globalScope(dockerfile: Dockerfile, buildArgs: Readonly<Record<string, string>>, architecture: string): GlobalScope {
  const values = new Map<string, string>()
  for (const [prefix, name] of [['BUILD', architecture], ['TARGET', architecture]] as const) {
    values.set(`${prefix}PLATFORM`, `linux/${name}`).set(`${prefix}OS`, 'linux').set(`${prefix}ARCH`, name).set(`${prefix}VARIANT`, '')
  }
  const environment: Environment = (name) => values.get(name)
  for (const { args, lines } of dockerfile.globalArgs) {
    for (const { key, value } of args) {
      const given = Object.hasOwn(buildArgs, key) ? buildArgs[key] : undefined
      if (given !== undefined) values.set(key, given)
      else if (value !== null) values.set(key, expandOrFail(value, environment, dockerfile.escape, lines))
    }
  }
  return { values, environment, buildArgs }
}

/** ARG and ENV of one stage while it is built. ENV wins over ARG. */
export class StageScope {
  private readonly args = new Map<string, string>()
  private readonly env = new Map<string, string>()
  private readonly global: GlobalScope
  private readonly escape: string
  readonly environment: Environment = (name) => this.env.get(name) ?? this.args.get(name)

  constructor(global: GlobalScope, escape: string, env: readonly string[], inherited?: StageScope) {
    this.global = global
    this.escape = escape
    for (const line of env) this.env.set(line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1))
    for (const [key, value] of inherited?.args ?? []) this.args.set(key, value)
    for (const name of PROXY_ARGS) if (Object.hasOwn(global.buildArgs, name)) this.args.set(name, global.buildArgs[name]!)
  }

  declare(instruction: ArgInstruction): void {
    for (const { key, value } of instruction.args) {
      const given = Object.hasOwn(this.global.buildArgs, key) ? this.global.buildArgs[key] : undefined
      const fallback = value === null ? this.global.values.get(key) : this.expand(value, instruction.lines)
      const chosen = given ?? fallback
      if (chosen !== undefined) this.args.set(key, chosen)
    }
  }

  setEnv(key: string, value: string): void {
    this.env.set(key, value)
  }

  /** `NAME=value` lines for the image's config. */
  get envLines(): string[] {
    return [...this.env].map(([key, value]) => `${key}=${value}`)
  }

  /** What a RUN's process gets: ARGs too. */
  get processEnv(): Record<string, string> {
    return { ...Object.fromEntries(this.args), ...Object.fromEntries(this.env) }
  }

  /** Build arguments in scope, for the cache key and the history line of a RUN. */
  get argLines(): string[] {
    return [...this.args].filter(([key]) => !this.env.has(key) && !PROXY_ARGS.includes(key)).map(([key, value]) => `${key}=${value}`)
  }

  expand(text: string, lines: LineRange): string {
    return expandOrFail(text, this.environment, this.escape, lines)
  }

  /** Text that may come out as several words. */
  expandWords(text: string, lines: LineRange): readonly string[] {
    try {
      return expandWord(text, this.environment, { escape: this.escape }).words
    } catch (error) {
      throw failed(text, lines, error)
    }
  }
}

export function expandOrFail(text: string, environment: Environment, escape: string, lines: LineRange): string {
  try {
    return expandWord(text, environment, { escape }).text
  } catch (error) {
    throw failed(text, lines, error)
  }
}

function failed(text: string, lines: LineRange, error: unknown): BuildFailure {
  return new BuildFailure(`failed to process ${JSON.stringify(text)}: ${error instanceof Error ? error.message : String(error)}`, lines)
}
