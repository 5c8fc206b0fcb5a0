import type { Diagnostic } from '../../../protocol/commands.ts'
import { dockerignorePatterns, ignoreMatcher } from './dockerignore.ts'
import { interpretPartly } from './interpret.ts'
import { DockerfileError, type ParsedFile } from './nodes.ts'
import { parseDockerfile } from './parser.ts'
import { BUILDKIT_STYLE } from './rules/buildkit-style.ts'
import { BUILDKIT_VARIABLES } from './rules/buildkit-variables.ts'
import { HADOLINT } from './rules/hadolint.ts'
import type { Rule, Subject } from './rules/rule.ts'

interface CheckOptions {
  readonly dockerignore?: string
  readonly buildArgs?: Readonly<Record<string, string>>
  readonly imageEnv?: Subject['imageEnv']
}

const RULES: readonly Rule[] = [...BUILDKIT_STYLE, ...BUILDKIT_VARIABLES, ...HADOLINT]

/** Everything that is wrong with a Dockerfile or could be better, for the editor: by line, errors first. */
export function checkDockerfile(text: string, options: CheckOptions = {}): Diagnostic[] {
  const lines = text.split('\n')
  const found: Diagnostic[] = []
  const add = (severity: Diagnostic['severity'], rule: string, line: number, message: string): void => {
    const at = Math.min(Math.max(line, 1), lines.length)
    found.push({ line: at, column: 1, endLine: at, endColumn: (lines[at - 1] ?? '').length + 1, severity, rule, message })
  }
  let file: ParsedFile
  try {
    file = parseDockerfile(text)
  } catch (error) {
    if (!(error instanceof DockerfileError)) throw error
    add('error', 'parse', error.lines.start, error.message)
    return found
  }
  const { dockerfile, error } = interpretPartly(file)
  if (error) add('error', 'parse', error.lines.start, error.message.replace(/^dockerfile parse error on line \d+: /, ''))
  const subject: Subject = {
    file,
    dockerfile,
    buildArgs: options.buildArgs ?? {},
    ignored: options.dockerignore === undefined ? () => false : tolerantMatcher(options.dockerignore),
    imageEnv: options.imageEnv ?? (() => undefined),
  }
  const settings = checkSettings(options.buildArgs?.BUILDKIT_DOCKERFILE_CHECK ?? file.directives.find(({ name }) => name === 'check')?.value ?? '')
  for (const rule of RULES) {
    if (ignoredEverywhere(text, rule) || settings.skips(rule) || (rule.experimental && !settings.experimental(rule))) continue
    for (const { lines: where, message } of rule.find(subject)) {
      if (!skippedAt(file, where.start, rule)) add(rule.severity, rule.id, where.start, message)
    }
  }
  return found.sort((a, b) => a.line - b.line)
}

function tolerantMatcher(dockerignore: string): (path: string) => boolean {
  try {
    return ignoreMatcher(dockerignorePatterns(dockerignore))
  } catch {
    return () => false
  }
}

/** The value of `# check=skip=A,B;experimental=C`. */
function checkSettings(value: string): { readonly skips: (rule: Rule) => boolean; readonly experimental: (rule: Rule) => boolean } {
  const lists = new Map(value.split('//')[0]!.split(';').map((part) => {
    const [key = '', names = ''] = part.trim().split('=')
    return [key.trim(), names.split(',').map((name) => name.trim().toLowerCase())] as const
  }))
  const holds = (key: string) => (rule: Rule): boolean => (lists.get(key) ?? []).some((name) => name === 'all' || name === rule.id.toLowerCase())
  return { skips: holds('skip'), experimental: holds('experimental') }
}

/** A list with a word in it that is no rule's id counts for nothing. */
const listed = (list: string, rule: Rule): boolean => {
  const ids = list.split('#')[0]!.trim().split(/[\s,]+/)
  return ids.every((id) => /^(DL|SC)\d{4}$/.test(id)) && ids.includes(rule.id)
}

function ignoredEverywhere(text: string, rule: Rule): boolean {
  return [...text.matchAll(/^\s*#\s*hadolint\s+global\s+ignore\s*=\s*(.+)$/gm)].some(([, list]) => listed(list!, rule))
}

/** `# check=skip=…` directly above an instruction, and hadolint's `# hadolint ignore=…`. */
function skippedAt(file: ParsedFile, line: number, rule: Rule): boolean {
  const comments = file.nodes.find(({ lines }) => lines.start <= line && line <= lines.end)?.comments ?? []
  return comments.some((comment) => {
    const ignored = /^hadolint\s+ignore\s*=\s*(.+)$/.exec(comment)?.[1]
    if (ignored !== undefined && listed(ignored, rule)) return true
    const check = /^check\s*=\s*(.+)$/.exec(comment)?.[1]
    return check !== undefined && checkSettings(check).skips(rule)
  })
}
