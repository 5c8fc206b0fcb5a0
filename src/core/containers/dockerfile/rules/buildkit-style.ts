import { cleanPath } from '../dockerignore.ts'
import type { CopyInstruction } from '../instructions.ts'
import { instructionRule, instructionsOf, lineage, type Rule } from './rule.ts'

/** BuildKit's checks of spelling and form; the ids are those of docs.docker.com/reference/build-checks. */
export const BUILDKIT_STYLE: readonly Rule[] = [
  instructionRule('StageNameCasing', 'warning', (instruction) => {
    const name = instruction.kind === 'from' ? instruction.node.words[2] : undefined
    return name !== undefined && name !== name.toLowerCase() ? `Stage name '${name}' should be lowercase` : undefined
  }),
  instructionRule('FromAsCasing', 'warning', (instruction) => {
    if (instruction.kind !== 'from' || instruction.asKeyword === null) return undefined
    const { keyword } = instruction.node
    const isLower = (word: string): boolean => word === word.toLowerCase()
    if (!isLower(keyword) && keyword !== keyword.toUpperCase()) return undefined
    return isLower(keyword) === isLower(instruction.asKeyword) ? undefined : `'${instruction.asKeyword}' and '${keyword}' keywords' casing do not match`
  }),
  {
    id: 'NoEmptyContinuation',
    severity: 'warning',
    find: ({ file }) =>
      file.nodes.filter((node) => node.emptyContinuation).map(({ lines }) => ({ lines: { start: lines.end, end: lines.end }, message: 'Empty continuation line' })),
  },
  {
    id: 'ConsistentInstructionCasing',
    severity: 'warning',
    find: ({ dockerfile }) => {
      const nodes = instructionsOf(dockerfile).map(({ node }) => node)
      const lower = nodes.filter(({ keyword }) => keyword === keyword.toLowerCase()).length
      const upper = nodes.filter(({ keyword }) => keyword === keyword.toUpperCase()).length
      const wanted = lower > upper ? 'lowercase' : 'uppercase'
      const right = (word: string): string => (lower > upper ? word.toLowerCase() : word.toUpperCase())
      return nodes.filter(({ keyword }) => keyword !== right(keyword)).map(({ keyword, lines }) => ({
        lines,
        message: `Command '${keyword}' should match the case of the command majority (${wanted})`,
      }))
    },
  },
  {
    id: 'DuplicateStageName',
    severity: 'warning',
    find: ({ dockerfile }) => {
      const names = dockerfile.stages.map(({ from }) => from)
      return names
        .filter((from, i) => from.name !== null && names.slice(0, i).some(({ name }) => name === from.name))
        .map(({ name, lines }) => ({ lines, message: `Duplicate stage name "${name}", stage names should be unique` }))
    },
  },
  instructionRule('ReservedStageName', 'warning', (instruction) =>
    instruction.kind === 'from' && (instruction.name === 'scratch' || instruction.name === 'context')
      ? `Stage name should not use the same name as reserved stage "${instruction.name}"`
      : undefined),
  {
    id: 'JSONArgsRecommended',
    severity: 'warning',
    find: ({ dockerfile }) => dockerfile.stages.flatMap((stage) => {
      if (lineage(dockerfile, stage).some(({ instructions }) => instructions.some(({ kind }) => kind === 'shell'))) return []
      return stage.instructions
        .filter((instruction) => (instruction.kind === 'cmd' || instruction.kind === 'entrypoint') && instruction.command.form === 'shell')
        .map(({ kind, lines }) => ({ lines, message: `JSON arguments recommended for ${kind.toUpperCase()} to prevent unintended behavior related to OS signals` }))
    }),
  },
  instructionRule('MaintainerDeprecated', 'warning', ({ kind }) =>
    kind === 'maintainer' ? 'Maintainer instruction is deprecated in favor of using label' : undefined),
  {
    id: 'WorkdirRelativePath',
    severity: 'warning',
    find: ({ dockerfile }) => dockerfile.stages.flatMap((stage) => {
      const inherited = lineage(dockerfile, stage).slice(1).some(({ instructions }) => instructions.some(isAbsoluteWorkdir))
      const firstAbsolute = inherited ? 0 : stage.instructions.findIndex(isAbsoluteWorkdir)
      return stage.instructions
        .filter((instruction, i) => instruction.kind === 'workdir' && !isAbsoluteWorkdir(instruction) && (firstAbsolute < 0 || i < firstAbsolute))
        .map((instruction) => ({
          lines: instruction.lines,
          message: `Relative workdir "${instruction.kind === 'workdir' ? instruction.text : ''}" can have unexpected results if the base image changes`,
        }))
    }),
  },
  {
    id: 'MultipleInstructionsDisallowed',
    severity: 'warning',
    find: ({ dockerfile }) => dockerfile.stages.flatMap(({ instructions }) =>
      instructions
        .filter(({ kind }, i) => ['cmd', 'entrypoint', 'healthcheck'].includes(kind) && instructions.slice(i + 1).some((later) => later.kind === kind))
        .map(({ kind, lines }) => ({
          lines,
          message: `Multiple ${kind.toUpperCase()} instructions should not be used in the same stage because only the last one will be used`,
        }))),
  },
  instructionRule('LegacyKeyValueFormat', 'warning', (instruction) => {
    if ((instruction.kind !== 'env' && instruction.kind !== 'label') || !instruction.legacy) return undefined
    const keyword = instruction.kind.toUpperCase()
    return `"${keyword} key=value" should be used instead of legacy "${keyword} key value" format`
  }),
  instructionRule('SecretsUsedInArgOrEnv', 'warning', (instruction) => {
    if (instruction.kind !== 'arg' && instruction.kind !== 'env') return undefined
    const keys = (instruction.kind === 'arg' ? instruction.args : instruction.pairs).map(({ key }) => key)
    return keys.filter(looksSecret).map((key) => `Do not use ARG or ENV instructions for sensitive data (${instruction.kind.toUpperCase()} "${key}")`)
  }),
  instructionRule('CopyIgnoredFile', 'warning', (instruction, { ignored }) => {
    if ((instruction.kind !== 'copy' && instruction.kind !== 'add') || instruction.from !== null) return undefined
    return instruction.sources
      .filter((source) => !source.includes('$') && !/[*?[]/.test(source) && !isRemote(instruction, source) && isIgnored(source, ignored))
      .map((source) => `Attempting to ${instruction.kind === 'copy' ? 'Copy' : 'Add'} file "${source}" that is excluded by .dockerignore`)
  }),
  instructionRule('ExposeProtoCasing', 'warning', (instruction) =>
    instruction.kind === 'expose'
      ? instruction.values.filter((value) => /\/.*[A-Z]/.test(value)).map((value) => `Defined protocol '${value}' in EXPOSE instruction should be lowercase`)
      : undefined),
  instructionRule('ExposeInvalidFormat', 'warning', (instruction) =>
    instruction.kind === 'expose'
      ? instruction.values.filter((value) => value.includes(':') && !value.includes('$'))
          .map((value) => `EXPOSE instruction should not define an IP address or host-port mapping, found '${value}'`)
      : undefined),
  {
    id: 'InvalidDefinitionDescription',
    severity: 'warning',
    experimental: true,
    find: ({ dockerfile }) => instructionsOf(dockerfile).flatMap((instruction) => {
      const comment = instruction.node.comments.at(-1)
      if (comment === undefined) return []
      const names = instruction.kind === 'from' ? [instruction.name] : instruction.kind === 'arg' ? instruction.args.map(({ key }) => key) : []
      const known = names.filter((name) => name !== null)
      if (known.length === 0 || known.some((name) => comment.startsWith(`${name} `))) return []
      const subject = known.length === 1 ? known[0]! : '<arg_key>'
      return [{ lines: instruction.lines, message: `Comment for ${instruction.kind.toUpperCase()} should follow the format: \`# ${subject} <description>\`` }]
    }),
  },
]

const isAbsoluteWorkdir = (instruction: { readonly kind: string; readonly text?: string }): boolean =>
  instruction.kind === 'workdir' && /^[/$]|^[A-Za-z]:[\\/]/.test(instruction.text ?? '')

const SECRET = /(?:_|^)(?:apikey|auth|credential|credentials|key|password|pword|passwd|secret|token)(?:_|$)/i
const looksSecret = (name: string): boolean => SECRET.test(name) && !/(?:_|^)public(?:_|$)/i.test(name) && !/_file$/i.test(name) && !/_version$/i.test(name)

const isRemote = (instruction: CopyInstruction, source: string): boolean => instruction.kind === 'add' && /^(https?|git|ssh):\/\/|^git@/.test(source)

const isIgnored = (source: string, ignored: (path: string) => boolean): boolean => {
  const path = cleanPath(source).replace(/^\//, '')
  return path !== '' && path !== '.' && ignored(path)
}
