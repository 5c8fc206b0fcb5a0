import type { Node } from './nodes.ts'
import { splitFlags, splitQuotedWords } from './words.ts'

const WHITESPACE = /[\t\v\f\r ]+/
const NOT_STRINGS = 'when using JSON array syntax, arrays must be comprised of strings only'

type Line = Omit<Node, 'lines' | 'heredocs' | 'comments' | 'emptyContinuation'>
type Words = Pick<Node, 'words' | 'json'> & { readonly child?: Node }
type WordParser = (rest: string, escape: string) => Words

/** One logical line to keyword, flags and words. Throws an Error with BuildKit's message. */
export function parseLine(line: string, escape: string): Line {
  const trimmed = line.trim()
  const space = WHITESPACE.exec(trimmed)
  const keyword = space ? trimmed.slice(0, space.index) : trimmed
  const { flags, rest } = space ? splitFlags(trimmed.slice(space.index + space[0].length).trim()) : { flags: [], rest: '' }
  const parser = PARSERS[keyword.toLowerCase()] ?? ignored
  const { words, json, child } = parser(rest.trim(), escape)
  return { keyword, flags, words, json, child: child ?? null, original: line }
}

const ignored: WordParser = () => ({ words: [], json: false })
const wholeText: WordParser = (rest) => ({ words: rest === '' ? [] : [rest], json: false })
const separated: WordParser = (rest) => ({ words: rest === '' ? [] : rest.split(WHITESPACE), json: false })
const quoted: WordParser = (rest, escape) => ({ words: splitQuotedWords(rest, escape), json: false })
const jsonOr = (otherwise: WordParser): WordParser => (rest, escape) => {
  const words = jsonArray(rest)
  return words ? { words, json: true } : otherwise(rest, escape)
}

/** Key, value and separator of each pair: `=`, or nothing for the legacy form. */
const pairs = (keyword: string): WordParser => (rest, escape) => {
  const words = splitQuotedWords(rest, escape)
  if (words.length === 0) return { words: [], json: false }
  if (!words[0]!.includes('=')) {
    const space = WHITESPACE.exec(rest)
    if (!space) throw new Error(`${keyword} must have two arguments`)
    return { words: [rest.slice(0, space.index), rest.slice(space.index + space[0].length), ''], json: false }
  }
  const triples = words.flatMap((word) => {
    const equals = word.indexOf('=')
    if (equals < 0) throw new Error(`Syntax error - can't find = in ${JSON.stringify(word)}. Must be of the form: name=value`)
    return [word.slice(0, equals), word.slice(equals + 1), '=']
  })
  return { words: triples, json: false }
}

const healthcheck: WordParser = (rest, escape) => {
  const match = /^(\S+)\s*([^]*)$/.exec(rest)
  if (!match) return { words: [], json: false }
  const command = jsonOr(wholeText)(match[2]!, escape)
  return { words: [match[1]!, ...command.words], json: command.json }
}

const onbuild: WordParser = (rest, escape) => {
  if (rest === '') return { words: [], json: false }
  const child = parseLine(rest, escape)
  return { words: [], json: false, child: { ...child, heredocs: [], comments: [], emptyContinuation: false, lines: { start: 0, end: 0 } } }
}

const PARSERS: Readonly<Record<string, WordParser>> = {
  add: jsonOr(separated),
  arg: quoted,
  cmd: jsonOr(wholeText),
  copy: jsonOr(separated),
  entrypoint: jsonOr(wholeText),
  env: pairs('ENV'),
  expose: separated,
  from: separated,
  healthcheck,
  label: pairs('LABEL'),
  maintainer: wholeText,
  onbuild,
  run: jsonOr(wholeText),
  shell: jsonOr(wholeText),
  stopsignal: wholeText,
  user: wholeText,
  volume: jsonOr(separated),
  workdir: wholeText,
}

/** The strings of a JSON array; undefined when the text is none; an error when it is one of something else. */
export function jsonArray(text: string): string[] | undefined {
  if (!/^\s*\[/.test(text)) return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!Array.isArray(value)) return undefined
  return value.map((item: unknown) => {
    if (typeof item !== 'string') throw new Error(NOT_STRINGS)
    return item
  })
}
