import type { StageInstruction } from '../dockerfile/instructions.ts'
import type { RunConfig } from '../image/image-config.ts'
import { BuildFailure } from './build-failure.ts'
import { commandWords, type StageState } from './stage-state.ts'

const DURATION: Readonly<Record<string, number>> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 }

/** Carries out an instruction that changes the image's config only. Answers the history line, or undefined when it leaves none. */
export function applyMetadata(state: StageState, instruction: StageInstruction): string | undefined {
  const { scope, config } = state
  const { lines } = instruction
  const set = (fields: Partial<RunConfig>): void => void (state.config = { ...config, ...fields })
  switch (instruction.kind) {
    case 'arg':
      scope.declare(instruction)
      return `ARG ${instruction.args.map(({ key, value }) => (value === null ? key : `${key}=${value}`)).join(' ')}`
    case 'env': {
      const values = instruction.pairs.map(({ key, value }) => [scope.expand(key, lines), scope.expand(value, lines)] as const)
      for (const [key, value] of values) scope.setEnv(key, value)
      set({ Env: scope.envLines })
      return `ENV ${values.map(([key, value]) => `${key}=${value}`).join(' ')}`
    }
    case 'label': {
      const labels = Object.fromEntries(instruction.pairs.map(({ key, value }) => [scope.expand(key, lines), scope.expand(value, lines)]))
      set({ Labels: { ...config.Labels, ...labels } })
      return `LABEL ${Object.entries(labels).map(([key, value]) => `${key}=${value}`).join(' ')}`
    }
    case 'user':
      set({ User: scope.expand(instruction.text, lines) })
      return `USER ${state.config.User}`
    case 'stopsignal':
      set({ StopSignal: scope.expand(instruction.text, lines) })
      return `STOPSIGNAL ${state.config.StopSignal}`
    case 'expose': {
      const ports = instruction.values.flatMap((value) => scope.expandWords(value, lines)).map((value) => portName(value, instruction))
      set({ ExposedPorts: { ...config.ExposedPorts, ...Object.fromEntries(ports.map((port) => [port, {}])) } })
      return `EXPOSE map[${ports.map((port) => `${port}:{}`).join(' ')}]`
    }
    case 'volume': {
      const volumes = instruction.values.map((value) => scope.expand(value, lines))
      set({ Volumes: { ...config.Volumes, ...Object.fromEntries(volumes.map((volume) => [volume, {}])) } })
      return `VOLUME [${volumes.join(' ')}]`
    }
    case 'cmd':
      set({ Cmd: commandWords(instruction.command, config) })
      state.cmdSetHere = true
      return `CMD ${quotedList(state.config.Cmd ?? [])}`
    case 'entrypoint': {
      const { Cmd, ...rest } = config
      state.config = { ...rest, ...(Cmd && state.cmdSetHere ? { Cmd } : {}), Entrypoint: commandWords(instruction.command, config) }
      return `ENTRYPOINT ${quotedList(state.config.Entrypoint ?? [])}`
    }
    case 'shell':
      set({ Shell: instruction.words })
      return `SHELL ${quotedList(instruction.words)}`
    case 'healthcheck':
      set({ Healthcheck: healthcheckOf(instruction) })
      return instruction.node.original
    case 'onbuild':
      set({ OnBuild: [...(config.OnBuild ?? []), instruction.trigger] })
      return `ONBUILD ${instruction.trigger}`
    case 'maintainer':
      return `MAINTAINER ${instruction.text}`
    default:
      throw new Error(`${instruction.kind} changes more than the config`)
  }
}

/** As Go prints a list of quoted strings. */
const quotedList = (words: readonly string[]): string => `[${words.map((word) => JSON.stringify(word)).join(' ')}]`

function portName(value: string, instruction: StageInstruction): string {
  const match = /^(\d+(?:-\d+)?)(?:\/(tcp|udp|sctp))?$/i.exec(value)
  if (!match) throw new BuildFailure(`invalid containerPort: ${value}`, instruction.lines)
  return `${match[1]}/${(match[2] ?? 'tcp').toLowerCase()}`
}

function healthcheckOf(instruction: Extract<StageInstruction, { kind: 'healthcheck' }>): NonNullable<RunConfig['Healthcheck']> {
  const { command, flags } = instruction
  if (!command) return { Test: ['NONE'] }
  const duration = (name: string): number | undefined => {
    const text = flags[name]
    if (text === undefined) return undefined
    return [...text.matchAll(/([\d.]+)([a-zµ]+)/g)].reduce((sum, [, number, unit]) => sum + Number(number) * (DURATION[unit!] ?? 0), 0)
  }
  const found = { Interval: duration('interval'), Timeout: duration('timeout'), StartPeriod: duration('start-period'), Retries: flags.retries === undefined ? undefined : Number(flags.retries) }
  const given = Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined))
  return { Test: [command.form === 'exec' ? 'CMD' : 'CMD-SHELL', ...command.words], ...given }
}
