import type { Dockerfile, Stage, StageInstruction } from '../instructions.ts'
import { isReference } from '../reference.ts'
import { expandWord, type Environment } from '../shell-words.ts'
import { suggestion } from '../suggest.ts'
import { parentStage, type Finding, type Rule, type Subject } from './rule.ts'

const PLATFORM_ARGS = ['BUILDPLATFORM', 'BUILDOS', 'BUILDOSVERSION', 'BUILDARCH', 'BUILDVARIANT', 'TARGETPLATFORM', 'TARGETOS', 'TARGETOSVERSION', 'TARGETARCH', 'TARGETVARIANT', 'TARGETSTAGE']
const PROXY_ARGS = ['HTTP_PROXY', 'HTTPS_PROXY', 'FTP_PROXY', 'NO_PROXY', 'ALL_PROXY'].flatMap((name) => [name, name.toLowerCase()])

/** BuildKit's checks of variables and platforms. */
export const BUILDKIT_VARIABLES: readonly Rule[] = [
  { id: 'UndefinedArgInFrom', severity: 'warning', find: ({ dockerfile }) => dockerfile.stages.flatMap((stage) => undefinedInFrom(dockerfile, stage)) },
  {
    id: 'InvalidDefaultArgInFrom',
    severity: 'warning',
    find: ({ dockerfile }) => {
      const defaults = globalValues(dockerfile)
      return dockerfile.stages.filter(({ from }) => {
        if (!from.image.includes('$')) return false
        const expanded = expand(from.image, (name) => defaults.get(name) ?? undefined, dockerfile.escape)
        // Names that were never declared are another rule's business.
        if (!expanded || expanded.unset.some((name) => !defaults.has(name) && !PLATFORM_ARGS.includes(name))) return false
        return expanded.text === '' || !isReference(expanded.text)
      }).map(({ from }) => ({ lines: from.lines, message: `Default value for ARG ${from.image} results in empty or invalid base image name` }))
    },
  },
  { id: 'UndefinedVar', severity: 'warning', find: (subject) => subject.dockerfile.stages.flatMap((stage) => undefinedInStage(subject, stage)) },
  {
    id: 'RedundantTargetPlatform',
    severity: 'warning',
    find: ({ dockerfile }) => dockerfile.stages.filter(({ from }) => /^(\$TARGETPLATFORM|\$\{TARGETPLATFORM\})$/.test(from.platform ?? '')).map(({ from }) => ({
      lines: from.lines,
      message: `Setting platform to predefined ${from.platform} in FROM is redundant as this is the default behavior`,
    })),
  },
  {
    id: 'FromPlatformFlagConstDisallowed',
    severity: 'warning',
    find: ({ dockerfile }) => dockerfile.stages.filter(({ from }) => {
      if (from.platform === null || from.platform.includes('$')) return false
      const [os = '', architecture = ''] = from.platform.split('/')
      const name = from.name ?? ''
      return !(name.includes(os) || (architecture !== '' && name.includes(architecture)))
    }).map(({ from }) => ({ lines: from.lines, message: `FROM --platform flag should not use constant value "${from.platform}"` })),
  },
]

/** Global ARGs with their defaults; null where there is none. */
function globalValues(dockerfile: Dockerfile): Map<string, string | null> {
  const values = new Map<string, string | null>()
  for (const { args } of dockerfile.globalArgs) {
    for (const { key, value } of args) {
      values.set(key, value === null ? null : expand(value, (name) => values.get(name) ?? undefined, dockerfile.escape)?.text ?? '')
    }
  }
  return values
}

function undefinedInFrom(dockerfile: Dockerfile, { from }: Stage): Finding[] {
  const declared = [...globalValues(dockerfile).keys(), ...PLATFORM_ARGS]
  return [from.image, from.platform ?? ''].flatMap((text) => unsetIn(text, new Set(declared), dockerfile.escape)).map((name) => {
    const meant = suggestion(name, declared, true)
    return { lines: from.lines, message: `FROM argument '${name}' is not declared${meant ? ` (did you mean ${meant}?)` : ''}` }
  })
}

function undefinedInStage(subject: Subject, stage: Stage): Finding[] {
  const known = inheritedNames(subject, stage)
  if (!known) return []
  const findings: Finding[] = []
  for (const instruction of stage.instructions) {
    const names = expandable(instruction).flatMap((text) => unsetIn(text, known, subject.dockerfile.escape))
    for (const name of new Set(names)) {
      const meant = suggestion(name, [...known], true)
      findings.push({ lines: instruction.lines, message: `Usage of undefined variable '$${name}'${meant ? ` (did you mean $${meant}?)` : ''}` })
    }
    for (const name of defined(instruction)) known.add(name)
  }
  return findings
}

/** Names that a stage begins with; undefined when its base image is not known. */
function inheritedNames(subject: Subject, stage: Stage): Set<string> | undefined {
  const parent = parentStage(subject.dockerfile, stage)
  if (parent) {
    const names = inheritedNames(subject, parent)
    if (names) for (const instruction of parent.instructions) for (const name of defined(instruction)) names.add(name)
    return names
  }
  const env = stage.from.image === 'scratch' ? [] : subject.imageEnv(stage.from.image)
  return env && new Set(['PATH', ...env.map((line) => line.split('=')[0]!), ...PROXY_ARGS])
}

function defined(instruction: StageInstruction): string[] {
  if (instruction.kind === 'env') return instruction.pairs.map(({ key }) => key)
  return instruction.kind === 'arg' ? instruction.args.map(({ key }) => key) : []
}

/** The texts of an instruction in which variables are replaced. */
function expandable(instruction: StageInstruction): readonly string[] {
  switch (instruction.kind) {
    case 'env':
    case 'label': return instruction.pairs.flatMap(({ key, value }) => [key, value])
    case 'arg': return instruction.args.flatMap(({ value }) => (value === null ? [] : [value]))
    case 'copy':
    case 'add': return [...instruction.sources, instruction.destination, instruction.chown ?? '', instruction.chmod ?? '']
    case 'workdir':
    case 'user':
    case 'stopsignal': return [instruction.text]
    case 'expose':
    case 'volume': return instruction.values
    default: return []
  }
}

function unsetIn(text: string, known: ReadonlySet<string>, escape: string): readonly string[] {
  return expand(text, (name) => (known.has(name) ? 'x' : undefined), escape)?.unset ?? []
}

function expand(text: string, environment: Environment, escape: string): ReturnType<typeof expandWord> | undefined {
  try {
    return expandWord(text, environment, { escape })
  } catch {
    return undefined
  }
}
