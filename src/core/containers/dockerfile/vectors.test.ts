import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { sharedPath } from '../../testing/shared-data.ts'
import { ignoreMatcher, dockerignorePatterns } from './dockerignore.ts'
import { parseHeredoc, heredocsOfLine, heredocText } from './heredoc.ts'
import { interpret, readInstruction } from './interpret.ts'
import { jsonArray } from './line.ts'
import { DockerfileError, type Node } from './nodes.ts'
import { parseDockerfile } from './parser.ts'
import { expandWord } from './shell-words.ts'
import { splitQuotedWords } from './words.ts'

const data = sharedPath('docker')
const read = (path: string): string => readFileSync(join(data!, path), 'utf8')
const json = <T>(path: string, absent: unknown = {}): T => (data ? JSON.parse(read(path)) : absent) as T

const goQuote = (text: string): string =>
  `"${[...text].map((char) => ({ '"': '\\"', '\\': '\\\\', '\n': '\\n', '\t': '\\t', '\r': '\\r', '\b': '\\b', '\f': '\\f', '\v': '\\v', '\x07': '\\a' })[char] ?? (char < ' ' ? `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}` : char)).join('')}"`

/** The syntax tree in the spelling of BuildKit's `result` files. */
function dump(node: Node): string {
  let text = node.keyword.toLowerCase()
  if (node.flags.length > 0) text += ` [${node.flags.map(goQuote).join(' ')}]`
  if (node.child) text += ` (${dump(node.child)})`
  for (const word of node.words) text += ` ${goQuote(word)}`
  return text
}

interface ErrorVector { id: string; group: string; mode: 'full' | 'single'; dockerfile?: string; error: string | null; any_of?: string[]; lines?: number[]; phase?: string; stages?: number }

describe.skipIf(!data)('BuildKit parser', () => {
  test.each(data ? readdirSync(join(data, 'buildkit-parser/testfiles')) : [])('%s has the same syntax tree', (name) => {
    const file = parseDockerfile(read(`buildkit-parser/testfiles/${name}/Dockerfile`))
    expect(file.nodes.map((node) => `(${dump(node)})`).join('\n')).toBe(read(`buildkit-parser/testfiles/${name}/result`).trimEnd())
  })

  test.each(data ? readdirSync(join(data, 'buildkit-parser/testfiles-negative')) : [])('%s is refused', (name) => {
    const expected = json<{ error: string; lines: [number, number][] }>(`buildkit-parser/testfiles-negative/${name}/error.json`)
    const error = failureOf(() => interpret(parseDockerfile(read(`buildkit-parser/testfiles-negative/${name}/Dockerfile`))))
    expect([error?.message, [error?.lines.start, error?.lines.end]]).toEqual([expected.error, expected.lines[0]])
  })

  test('lines of instructions', () => {
    const expected = json<{ children: [number, number][] }>('buildkit-parser/testfile-line/expected.json')
    const file = parseDockerfile(read('buildkit-parser/testfile-line/Dockerfile'))
    expect(file.nodes.map(({ lines }) => [lines.start, lines.end])).toEqual(expected.children)
  })

  const unit = json<{ vectors: Record<string, unknown> }>('buildkit-parser/parser-unit.json').vectors

  test('heredoc words', () => {
    for (const { line, names } of unit.heredoc_names_in_line as { line: string; names: string[] }[]) expect(heredocsOfLine(line).map((h) => h.name), line).toEqual(names)
    for (const word of unit.heredoc_valid as string[]) expect(parseHeredoc(word)?.name, word).toBe('EOF')
    for (const word of unit.heredoc_error as string[]) expect(() => parseHeredoc(word), word).toThrow()
    for (const word of unit.heredoc_none as string[]) expect(parseHeredoc(word), word).toBeUndefined()
  })

  test('heredocs of a document', () => {
    const { dockerfile, heredocs } = unit.heredoc_document as { dockerfile: string; heredocs: ({ Name: string; Content: string; Expand: boolean; Chomp?: boolean; FileDescriptor?: number }[] | null)[] }
    const nodes = parseDockerfile(dockerfile).nodes.slice(1)
    expect(nodes.map((node) => node.heredocs)).toEqual(
      heredocs.map((list) => (list ?? []).map((h) => ({ name: h.Name, content: h.Content, expand: h.Expand, chomp: h.Chomp ?? false, fileDescriptor: h.FileDescriptor ?? 0 }))),
    )
  })

  test('JSON arrays and words', () => {
    for (const text of unit.json_array_invalid as string[]) expect(() => jsonArray(text), text).toThrow()
    for (const { input, expect: words } of unit.json_array_valid as { input: string; expect: string[] }[]) expect(jsonArray(input), input).toEqual(words)
    for (const { input, expect: words } of unit.words as { input: string; expect: string[] }[]) expect(splitQuotedWords(input, '\\'), input).toEqual(words)
  })

  test('COPY with heredocs', () => {
    for (const { dockerfile, sourcesAndDest: want } of unit.copy_heredoc as { dockerfile: string; sourcesAndDest: { DestPath: string; SourcePaths?: string[]; SourceContents?: { Path: string; Data: string; Expand: boolean }[] } }[]) {
      const copy = readInstruction(parseDockerfile(dockerfile).nodes[0]!, false)
      if (copy.kind !== 'copy') throw new Error('not a COPY')
      expect([copy.destination, copy.sources, copy.contents.map((h) => [h.name, heredocText(h), h.expand])], dockerfile).toEqual(
        [want.DestPath, want.SourcePaths ?? [], (want.SourceContents ?? []).map((c) => [c.Path, c.Data, c.Expand])])
    }
  })

  test('RUN with heredocs', () => {
    for (const { dockerfile, command, files, shell } of unit.run_heredoc as { dockerfile: string; command: string[]; files?: { Name: string; Data: string }[]; shell: boolean }[]) {
      const run = readInstruction(parseDockerfile(dockerfile).nodes[0]!, false)
      if (run.kind !== 'run') throw new Error('not a RUN')
      expect([run.command.words, run.command.form, run.heredocs.map((h) => [h.name, h.content])], dockerfile).toEqual(
        [command, shell ? 'shell' : 'exec', (files ?? []).map((f) => [f.Name, f.Data])])
    }
  })
})

describe.skipIf(!data)('errors', () => {
  const { vectors } = json<{ vectors: ErrorVector[] }>('parse-errors.json', { vectors: [] })
  test.each(vectors.map((v) => [v.id, v] as const))('%s', (_id, vector) => {
    const text = vector.dockerfile ?? `FROM a\nLABEL x=${'a'.repeat(70000)}\n`
    const error = failureOf(() => {
      const file = parseDockerfile(text)
      if (vector.mode === 'full') expect(interpret(file).stages.length).toBe(vector.stages)
      else readInstruction(file.nodes[0]!, false)
    })
    if (vector.error === null) return expect(error?.message).toBeUndefined()
    expect(vector.any_of ?? [vector.error]).toContain(error?.message)
    expect(linesOf(error)).toEqual(vector.lines)
    expect(error?.phase).toBe(vector.phase)
  })
})

const linesOf = (error: DockerfileError | undefined): number[] => {
  const { start, end } = error!.lines
  return Array.from({ length: end - start + 1 }, (_, i) => start + i)
}

function failureOf(body: () => void): DockerfileError | undefined {
  try {
    body()
    return undefined
  } catch (error) {
    if (error instanceof DockerfileError) return error
    throw error
  }
}

describe.skipIf(!data)('expansion', () => {
  const cases = json<{ env: Record<string, string>; vectors: { id: string; word: string; expect: string; error: boolean }[]; word_splitting: { vectors: { id: string; env: string[]; input: string; expect: string[] | null; error: boolean }[] } }>('shell-expansion.json', { env: {}, vectors: [], word_splitting: { vectors: [] } })
  test.each(cases.vectors.map((v) => [v.id, v] as const))('%s', (_id, { word, expect: wanted, error }) => {
    const expand = (): string => expandWord(word, (name) => cases.env[name]).text
    if (error) expect(expand).toThrow()
    else expect(expand()).toBe(wanted)
  })
  test.each(cases.word_splitting.vectors.map((v) => [v.id, v] as const))('%s', (_id, { env, input, expect: wanted, error }) => {
    const values = new Map(env.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]))
    const expand = (): readonly string[] => expandWord(input, (name) => values.get(name)).words
    if (error) expect(expand).toThrow()
    else expect(expand()).toEqual(wanted)
  })
})

describe.skipIf(!data)('.dockerignore', () => {
  const cases = json<{ vectors: { id: string; patterns: string[]; path: string; ignored?: boolean; error?: unknown }[]; file_format_example: { content: string; patterns: string[] }; single_exclamation_error: string }>('dockerignore-vectors.json', { vectors: [] })
  test.each(cases.vectors.map((v) => [v.id, v] as const))('%s', (_id, { patterns, path, ignored, error }) => {
    if (error) expect(() => ignoreMatcher(patterns)(path)).toThrow()
    else expect(ignoreMatcher(patterns)(path)).toBe(ignored)
  })
  test('the file', () => {
    expect(dockerignorePatterns(cases.file_format_example.content)).toEqual(cases.file_format_example.patterns)
    expect(() => ignoreMatcher(['!'])).toThrow(cases.single_exclamation_error)
  })
})

describe.skipIf(!data)('157 real Dockerfiles', () => {
  interface Expected { ast: string; stages: number; instructions: string[] }
  const { files } = json<{ files: Record<string, Expected> }>('corpus/dockerfiles.expected.json', { files: {} })
  test.each(Object.entries(files))('%s', (name, expected) => {
    const file = parseDockerfile(read(`corpus/dockerfiles/${name}`))
    expect(file.nodes.map((node) => `(${dump(node)})`).join('\n')).toBe(expected.ast)
    const { stages } = interpret(file)
    expect(stages).toHaveLength(expected.stages)
    expect(stages.flatMap(({ instructions }) => instructions.map(({ kind }) => kind.toUpperCase()))).toEqual(expected.instructions)
  })
})
