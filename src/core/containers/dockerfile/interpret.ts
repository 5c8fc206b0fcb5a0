import { readFlags, type FlagKinds } from './flags.ts'
import { readHealthcheck } from './healthcheck.ts'
import type { ArgInstruction, CommandLine, CopyInstruction, Dockerfile, FromInstruction, Instruction, Stage, StageInstruction } from './instructions.ts'
import { DockerfileError, type Node, type ParsedFile } from './nodes.ts'
import { suggestion } from './suggest.ts'

/** Nodes to stages of typed instructions. Throws a DockerfileError for the first that is wrong, in BuildKit's words. */
export function interpret(file: ParsedFile): Dockerfile {
  const { dockerfile, error } = interpretPartly(file)
  if (error) throw error
  return dockerfile
}

/** The same for an editor: everything up to the first error. */
export function interpretPartly(file: ParsedFile): { readonly dockerfile: Dockerfile; readonly error: DockerfileError | undefined } {
  const globalArgs: ArgInstruction[] = []
  const stages: { index: number; from: FromInstruction; instructions: StageInstruction[] }[] = []
  const dockerfile = { globalArgs, stages: stages satisfies Stage[], escape: file.escape }
  try {
    for (const node of file.nodes) {
      const instruction = readInstruction(node, true)
      const stage = stages.at(-1)
      if (instruction.kind === 'from') stages.push({ index: stages.length, from: instruction, instructions: [] })
      else if (stage) stage.instructions.push(instruction)
      else if (instruction.kind === 'arg') globalArgs.push(instruction)
      else throw new DockerfileError('no build stage in current context', node.lines, 'instruction')
    }
  } catch (error) {
    if (error instanceof DockerfileError) return { dockerfile, error }
    throw error
  }
  return { dockerfile, error: undefined }
}

/** One node to a typed instruction. `prefixed`: errors say on which line, as they do for a whole file. */
export function readInstruction(node: Node, prefixed: boolean): Instruction {
  try {
    const reader = Object.hasOwn(READERS, node.keyword.toLowerCase()) ? READERS[node.keyword.toLowerCase()] : undefined
    if (!reader) throw new Error(unknownInstruction(node.keyword))
    return reader(node, node.keyword.toUpperCase())
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new DockerfileError(prefixed ? `dockerfile parse error on line ${node.lines.start}: ${message}` : message, node.lines, 'instruction')
  }
}

/** Keywords in the order in which a misspelt one is compared with them. */
const KEYWORDS = ['ADD', 'ARG', 'CMD', 'COPY', 'ENTRYPOINT', 'ENV', 'EXPOSE', 'FROM', 'HEALTHCHECK', 'LABEL', 'MAINTAINER', 'ONBUILD', 'RUN', 'SHELL', 'STOPSIGNAL', 'USER', 'VOLUME', 'WORKDIR']

function unknownInstruction(keyword: string): string {
  const meant = suggestion(keyword, KEYWORDS)
  return `unknown instruction: ${keyword}${meant ? ` (did you mean ${meant}?)` : ''}`
}

type Reader = (node: Node, keyword: string) => Instruction

const STAGE_NAME = /^[a-z][a-z0-9-_.]*$/

const from: Reader = (node) => {
  const flags = readFlags(node.flags, { platform: 'text' })
  const [image, as, name] = node.words
  const named = node.words.length === 3 && as?.toLowerCase() === 'as'
  if (image === undefined || (node.words.length !== 1 && !named)) throw new Error('FROM requires either one or three arguments')
  if (named && !STAGE_NAME.test(name!.toLowerCase())) {
    throw new Error(`invalid name for build stage: ${JSON.stringify(name)}, name can't start with a number or contain symbols`)
  }
  return { kind: 'from', node, lines: node.lines, image, name: name?.toLowerCase() ?? null, asKeyword: as ?? null, platform: flags.get('platform')?.[0] ?? null }
}

const run: Reader = (node) => {
  const flags = readFlags(node.flags, { mount: 'list', network: 'text' })
  const mounts = flags.get('mount') ?? []
  if (mounts.includes('')) throw new Error('failed to parse csv mounts: EOF')
  return { kind: 'run', node, lines: node.lines, command: commandLine(node), heredocs: node.heredocs, mounts, network: flags.get('network')?.[0] ?? null }
}

const COPY_FLAGS: FlagKinds = { from: 'text', chown: 'text', chmod: 'text', link: 'boolean' }
const ADD_FLAGS: FlagKinds = { 'keep-git-dir': 'boolean', checksum: 'text', chown: 'text', chmod: 'text', link: 'boolean' }

const copy: Reader = (node, keyword) => {
  if (node.words.length < 2) {
    throw new Error(`${keyword} requires at least two arguments, but only one was provided. Destination could not be determined`)
  }
  const flags = readFlags(node.flags, keyword === 'COPY' ? COPY_FLAGS : ADD_FLAGS)
  const destination = node.words.at(-1)!
  const isHeredoc = (word: string): boolean => node.heredocs.some((heredoc) => word.replace(/['"\\]/g, '').replace(/^\d*<<-?/, '') === heredoc.name && /^\d*<</.test(word))
  if (isHeredoc(destination)) throw new Error(`${keyword} cannot accept a heredoc as a destination`)
  return {
    kind: keyword === 'COPY' ? 'copy' : 'add',
    node,
    lines: node.lines,
    sources: node.words.slice(0, -1).filter((word) => !isHeredoc(word)),
    contents: node.heredocs,
    destination,
    from: flags.get('from')?.[0] ?? null,
    chown: flags.get('chown')?.[0] ?? null,
    chmod: flags.get('chmod')?.[0] ?? null,
    checksum: flags.get('checksum')?.[0] ?? null,
  } satisfies CopyInstruction
}

const pairs: Reader = (node, keyword) => {
  readFlags(node.flags, {})
  if (node.words.length === 0) throw new Error(`${keyword} requires at least one argument`)
  const found = []
  for (let i = 0; i < node.words.length; i += 3) {
    if (node.words[i] === '') throw new Error(`${keyword} names can not be blank`)
    found.push({ key: node.words[i]!, value: node.words[i + 1]! })
  }
  return { kind: keyword === 'ENV' ? 'env' : 'label', node, lines: node.lines, pairs: found, legacy: node.words[2] === '' }
}

const arg: Reader = (node) => {
  if (node.words.length === 0) throw new Error('ARG requires at least one argument')
  const args = node.words.map((word) => {
    const equals = word.indexOf('=')
    if (equals === 0) throw new Error('ARG names can not be blank')
    return equals < 0 ? { key: word, value: null } : { key: word.slice(0, equals), value: word.slice(equals + 1) }
  })
  return { kind: 'arg', node, lines: node.lines, args }
}

const text = (kind: 'workdir' | 'user' | 'stopsignal' | 'maintainer'): Reader => (node, keyword) => {
  readFlags(node.flags, {})
  if (node.words.length !== 1) throw new Error(`${keyword} requires exactly one argument`)
  return { kind, node, lines: node.lines, text: node.words[0]! }
}

const list = (kind: 'expose' | 'volume'): Reader => (node, keyword) => {
  readFlags(node.flags, {})
  if (node.words.length === 0) throw new Error(`${keyword} requires at least one argument`)
  const values = node.words.map((word) => word.trim())
  if (kind === 'volume' && values.includes('')) throw new Error('VOLUME specified can not be an empty string')
  return { kind, node, lines: node.lines, values: kind === 'expose' ? values.toSorted() : values }
}

const command = (kind: 'cmd' | 'entrypoint'): Reader => (node) => {
  readFlags(node.flags, {})
  return { kind, node, lines: node.lines, command: commandLine(node) }
}

const shell: Reader = (node) => {
  readFlags(node.flags, {})
  if (!node.json) throw new Error('SHELL requires the arguments to be in JSON form')
  if (node.words.length === 0) throw new Error('SHELL requires at least one argument')
  return { kind: 'shell', node, lines: node.lines, words: node.words }
}

const onbuild: Reader = (node) => {
  readFlags(node.flags, {})
  const child = node.child
  if (!child) throw new Error('ONBUILD requires at least one argument')
  const keyword = child.keyword.toUpperCase()
  if (keyword === 'ONBUILD') throw new Error("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed")
  if (keyword === 'MAINTAINER' || keyword === 'FROM') throw new Error(`${keyword} isn't allowed as an ONBUILD trigger`)
  return { kind: 'onbuild', node, lines: node.lines, trigger: child.original }
}

const READERS: Readonly<Record<string, Reader>> = {
  add: copy,
  arg,
  cmd: command('cmd'),
  copy,
  entrypoint: command('entrypoint'),
  env: pairs,
  expose: list('expose'),
  from,
  healthcheck: (node) => ({ kind: 'healthcheck', node, lines: node.lines, ...readHealthcheck(node) }),
  label: pairs,
  maintainer: text('maintainer'),
  onbuild,
  run,
  shell,
  stopsignal: text('stopsignal'),
  user: text('user'),
  volume: list('volume'),
  workdir: text('workdir'),
}

const commandLine = (node: Node): CommandLine => ({ form: node.json ? 'exec' : 'shell', words: node.words })
