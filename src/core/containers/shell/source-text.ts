import type { Pipeline, Word } from './parser.ts'

/** A short rendering of a pipeline for job lists. */
export function commandText(pipeline: Pipeline): string {
  return pipeline.commands.map((command) => (command.type === 'SimpleCommand' ? [...(command.name ? [command.name] : []), ...command.args].map(wordText).join(' ') : command.type === 'Subshell' ? '( … )' : command.type.toLowerCase())).join(' | ')
}

function wordText(word: Word): string {
  return word.parts.map((part): string => {
    switch (part.type) {
      case 'Literal':
      case 'Escaped': return part.value
      case 'SingleQuoted': return `'${part.value}'`
      case 'Glob': return part.pattern
      case 'ParameterExpansion': return `$${part.parameter}`
      case 'DoubleQuoted': return `"${wordText({ type: 'Word', parts: part.parts })}"`
      case 'TildeExpansion': return `~${part.user ?? ''}`
      default: return '…'
    }
  }).join('')
}

/** A word as `set -x` shows it. */
export function quoteForTrace(word: string, bash: boolean): string {
  if (word === '') return "''"
  return bash && /[^\w@%+=:,./-]/.test(word) ? `'${word.replaceAll("'", "'\\''")}'` : word
}
