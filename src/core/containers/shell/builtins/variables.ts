import type { Interpreter } from '../interpreter.ts'
import { ShellError } from '../shell-state.ts'
import type { Variable } from '../variables.ts'
import type { Builtin } from './builtin.ts'

const NAME = /^[A-Za-z_]\w*$/

function quote(value: string): string {
  return `"${value.replace(/["\\$`]/g, '\\$&')}"`
}

async function listAttributed(shell: Interpreter, word: string, letter: string, chosen: (variable: Variable) => boolean): Promise<number> {
  const { variables, isBash } = shell.state
  for (const name of variables.names()) {
    const variable = variables.find(name)!
    if (!chosen(variable)) continue
    const value = variable.value ?? ''
    await shell.context.print(isBash ? `declare -${letter} ${name}=${quote(value)}\n` : `${word} ${name}='${value.replaceAll("'", `'"'"'`)}'\n`)
  }
  return 0
}

const attributed = (attribute: 'exported' | 'readonly', letter: string): Builtin => ({
  async run(shell, words) {
    const remove = words[1] === '-n'
    const names = words.slice(1).filter((word) => !/^-[npf]$/.test(word))
    if (names.length === 0) return listAttributed(shell, words[0]!, letter, (variable) => variable[attribute])
    let status = 0
    for (const word of names) {
      const [name, append, value] = splitAssignment(word)
      if (!NAME.test(name)) {
        const text = shell.state.isBash ? `${words[0]}: \`${word}': not a valid identifier` : `${words[0]}: ${name}: bad variable name`
        if (!shell.state.isBash) throw new ShellError(text, { status: 2, fatal: true })
        await shell.state.complain(text)
        status = 1
        continue
      }
      if (value !== undefined) shell.state.variables.set(name, append ? (shell.state.variables.get(name) ?? '') + value : value)
      shell.state.variables.declare(name)[attribute] = !remove
    }
    return status
  },
})

function splitAssignment(word: string): [string, boolean, string | undefined] {
  const at = word.indexOf('=')
  if (at < 0) return [word, false, undefined]
  const append = word[at - 1] === '+'
  return [word.slice(0, append ? at - 1 : at), append, word.slice(at + 1)]
}

async function local(shell: Interpreter, words: readonly string[]): Promise<number> {
  const { variables, isBash } = shell.state
  if (!variables.inFunction) {
    if (!isBash) throw new ShellError('local: not in a function', { status: 2, fatal: true })
    await shell.state.complain('local: can only be used in a function')
    return 1
  }
  return declareIn(shell, words, true)
}

async function declareIn(shell: Interpreter, words: readonly string[], makeLocal: boolean): Promise<number> {
  const { variables, isBash } = shell.state
  const flags = words.slice(1).filter((word) => word.startsWith('-')).join('')
  const names = words.slice(1).filter((word) => !word.startsWith('-'))
  if (flags.includes('p')) return printDeclarations(shell, names)
  for (const word of names) {
    const [name, , value] = splitAssignment(word)
    if (makeLocal) variables.makeLocal(name, !isBash)
    const variable = variables.declare(name)
    if (flags.includes('i')) variable.integer = true
    if (flags.includes('x')) variable.exported = true
    if (/[aA]/.test(flags)) variable.elements ??= new Map()
    if (flags.includes('A')) variable.associative = true
    if (value !== undefined) setDeclared(shell, name, flags.includes('i') ? String(await shell.expander.arithmetic(value)) : value)
    if (flags.includes('r')) variables.declare(name).readonly = true
  }
  return 0
}

function setDeclared(shell: Interpreter, name: string, value: string): void {
  const { variables } = shell.state
  const list = /^\((.*)\)$/s.exec(value)
  const variable = variables.find(name)
  if (!list || !variable?.elements) return variables.set(name, value)
  const entries = [...list[1]!.matchAll(/\[([^\]]+)\]=("[^"]*"|'[^']*'|\S*)|("[^"]*"|'[^']*'|\S+)/g)]
  entries.forEach((entry, index) => variables.setElement(name, (entry[1] ?? String(index)).replace(/^["']|["']$/g, ''), (entry[2] ?? entry[3] ?? '').replace(/^["']|["']$/g, '')))
}

async function printDeclarations(shell: Interpreter, names: readonly string[]): Promise<number> {
  for (const name of names.length > 0 ? names : shell.state.variables.names()) {
    const variable = shell.state.variables.find(name)
    if (!variable) {
      await shell.state.complain(`declare: ${name}: not found`)
      return 1
    }
    const flags = `${variable.associative ? 'A' : variable.elements ? 'a' : ''}${variable.integer ? 'i' : ''}${variable.readonly ? 'r' : ''}${variable.exported ? 'x' : ''}` || '-'
    const value = variable.elements ? `(${shell.state.variables.elements(name).map(([key, element]) => `[${key}]=${quote(element)}`).join(' ')})` : quote(variable.value ?? '')
    await shell.context.print(`declare -${flags} ${name}=${value}\n`)
  }
  return 0
}

async function unset(shell: Interpreter, words: readonly string[]): Promise<number> {
  const { variables, functions } = shell.state
  const onlyFunctions = words[1] === '-f'
  for (const word of words.slice(1).filter((name) => name !== '-f' && name !== '-v')) {
    if (!shell.state.isBash && !/^[A-Za-z_]\w*$/.test(word)) throw new ShellError(`unset: ${word}: bad variable name`, { status: 2, fatal: true })
    const element = /^(\w+)\[(.*)\]$/.exec(word)
    if (onlyFunctions || (!variables.find(word) && functions.has(word) && shell.state.isBash)) functions.delete(word)
    else if (element) variables.unsetElement(element[1]!, shell.expander.elementKey(element[1]!, element[2]!))
    else variables.unset(word)
  }
  return 0
}

async function shift(shell: Interpreter, words: readonly string[]): Promise<number> {
  const count = Number(words[1] ?? 1)
  if (count > shell.state.positional.length) {
    if (shell.state.isBash) return 1
    throw new ShellError("shift: can't shift that many", { status: 2, fatal: true })
  }
  shell.state.positional = shell.state.positional.slice(count)
  return 0
}

/** Where the next letter of a word of joined options stands, by shell. */
async function getopts(shell: Interpreter, words: readonly string[]): Promise<number> {
  const { variables } = shell.state
  const [, spec = '', name = 'opt', ...given] = words
  const args = given.length > 0 ? given : shell.state.positional
  const index = Number(variables.get('OPTIND') ?? 1)
  const inner = Number(variables.get('_OPTPOS') ?? 1)
  const word = args[index - 1]
  const end = (): number => {
    variables.set(name, '?')
    return 1
  }
  if (word === undefined || !word.startsWith('-') || word === '-') return end()
  if (word === '--') {
    variables.set('OPTIND', String(index + 1))
    return end()
  }
  const letter = word[inner] ?? ''
  const at = spec.indexOf(letter)
  const more = inner + 1 < word.length
  const advance = (words_: number): void => {
    variables.set('OPTIND', String(index + (more && words_ === 0 ? 0 : Math.max(1, words_))))
    variables.set('_OPTPOS', more && words_ === 0 ? String(inner + 1) : '1')
  }
  const silent = spec.startsWith(':')
  if (at < 0 || letter === ':') {
    advance(0)
    variables.set(name, '?')
    variables.set('OPTARG', silent ? letter : '')
    if (!silent) await (shell.state.isBash ? shell.context.warn(`${shell.state.name}: illegal option -- ${letter}\n`) : shell.context.warn(`Illegal option -${letter}\n`))
    return 0
  }
  variables.set(name, letter)
  if (spec[at + 1] !== ':') {
    advance(0)
    variables.unset('OPTARG')
    return 0
  }
  const value = more ? word.slice(inner + 1) : args[index]
  advance(more ? 1 : 2)
  if (value !== undefined) variables.set('OPTARG', value)
  else {
    variables.set(name, silent ? ':' : '?')
    variables.set('OPTARG', silent ? letter : '')
    if (!silent) await (shell.state.isBash ? shell.context.warn(`${shell.state.name}: option requires an argument -- ${letter}\n`) : shell.context.warn(`No arg for -${letter} option\n`))
  }
  return 0
}

async function letBuiltin(shell: Interpreter, words: readonly string[]): Promise<number> {
  let value = 0n
  for (const word of words.slice(1)) value = await shell.expander.arithmetic(word)
  return value === 0n ? 1 : 0
}

export const variableBuiltins: Readonly<Record<string, Builtin>> = {
  export: attributed('exported', 'x'),
  readonly: attributed('readonly', 'r'),
  local: { run: local },
  declare: { run: (shell, words) => declareIn(shell, words, shell.state.variables.inFunction && !words.includes('-g')), bashOnly: true },
  typeset: { run: (shell, words) => declareIn(shell, words, shell.state.variables.inFunction), bashOnly: true },
  unset: { run: unset },
  shift: { run: shift },
  getopts: { run: getopts },
  let: { run: letBuiltin, bashOnly: true },
}
