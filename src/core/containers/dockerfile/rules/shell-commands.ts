/** The simple commands of a shell text, as far as a linter needs them: no expansion, quotes removed. */
export interface ShellCommands {
  readonly commands: readonly (readonly string[])[]
  /** Commands are joined by a pipe. */
  readonly piped: boolean
  /** Parts joined by `&&`, `||`, `;` or a line's end. */
  readonly parts: number
}

export function shellCommands(text: string): ShellCommands {
  const commands: string[][] = []
  let words: string[] = []
  let piped = false
  let parts = 1
  const finish = (): void => {
    const start = words.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word) && !KEYWORDS.has(word))
    if (start >= 0) commands.push(words.slice(start))
    words = []
  }
  for (const token of text.match(TOKEN) ?? []) {
    if (/^(\|\||&&|;|;;|\n|&)$/.test(token)) {
      if (words.length > 0) parts++
      finish()
    } else if (/^[|(){}]|^\|&$/.test(token)) {
      if (token.startsWith('|')) piped = true
      finish()
    } else if (!/^\s|^#/.test(token)) words.push(unquoted(token))
  }
  if (words.length === 0 && parts > 1) parts--
  finish()
  return { commands, piped, parts }
}

const KEYWORDS = new Set(['if', 'then', 'else', 'elif', 'fi', 'for', 'while', 'until', 'do', 'done', '!', 'exec', 'time', 'in'])
const TOKEN = /\|\||&&|;;|\|&|[|;()\n]|&(?!>)|(?<=^|[\s;|&(])#[^\n]*|[ \t\r]+|(?:\\[^]|'[^']*'|"(?:\\[^]|[^"\\])*"|\$\([^)]*\)|`[^`]*`|[^\s|;()&'"\\]|>&|&>)+|[^]/g

const unquoted = (word: string): string => word.replace(/'([^']*)'|"((?:\\[^]|[^"\\])*)"|\\([^])/g, (_all, single?: string, double?: string, escaped?: string) => single ?? double ?? escaped ?? '')

/** Words of a command that are no options, after its name; `valued` options take the next word. */
export function operands(command: readonly string[], valued: readonly string[] = []): string[] {
  const found: string[] = []
  for (let i = 1; i < command.length; i++) {
    const word = command[i]!
    if (valued.includes(word)) i++
    else if (/^\d*[<>]/.test(word)) i += /^\d*[<>]+$/.test(word) ? 1 : 0
    else if (!word.startsWith('-')) found.push(word)
  }
  return found
}
