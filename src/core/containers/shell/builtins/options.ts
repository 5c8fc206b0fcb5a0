import { parseSignal } from '../../runtime/signals.ts'
import { SECOND } from '../../../simulation/units.ts'
import type { Interpreter } from '../interpreter.ts'
import { SHELL_OPTIONS, ShellError, type ShellOption } from '../shell-state.ts'
import type { Builtin } from './builtin.ts'

const LONG_NAMES: readonly ShellOption[] = [...Object.values(SHELL_OPTIONS), 'pipefail']

/** Reads `set`'s options; also those the shell itself is started with. Throws `ShellError` for an unknown one. */
export function setOptions(shell: Interpreter, words: readonly string[]): readonly string[] | undefined {
  const { options, isBash } = shell.state
  let at = 0
  for (; at < words.length; at++) {
    const word = words[at]!
    if (word === '--') return words.slice(at + 1)
    if (!/^[-+]./.test(word)) break
    const on = word.startsWith('-')
    for (const letter of word.slice(1)) {
      const name = letter === 'o' ? words[++at] : letter in SHELL_OPTIONS ? SHELL_OPTIONS[letter as keyof typeof SHELL_OPTIONS] : undefined
      const known = LONG_NAMES.find((option) => option === name && (option !== 'pipefail' || shell.state.dialect !== 'dash')) ?? (name === 'posix' || name === 'emacs' || name === 'vi' || 'BEHPTkpt'.includes(letter) ? 'ignored' : undefined)
      if (known === undefined) {
        throw isBash ? new ShellError(letter === 'o' ? `set: ${name ?? ''}: invalid option name` : `set: -${letter}: invalid option`, { status: 2 })
          : new ShellError(letter === 'o' ? `set: Illegal option -o ${name ?? ''}` : `set: Illegal option -${letter}`, { status: 2, fatal: true })
      }
      if (known === 'ignored') continue
      if (on) options.add(known)
      else options.delete(known)
    }
  }
  return at < words.length ? words.slice(at) : undefined
}

async function set(shell: Interpreter, words: readonly string[]): Promise<number> {
  const { state } = shell
  if (words.length === 1) {
    for (const name of state.variables.names()) await shell.context.print(`${name}=${printable(state.variables.get(name) ?? '', state.isBash)}\n`)
    return 0
  }
  if (words[1] === '-o' && words.length === 2) {
    for (const name of LONG_NAMES) await shell.context.print(`${name.padEnd(15)}\t${state.options.has(name) ? 'on' : 'off'}\n`)
    return 0
  }
  const positional = setOptions(shell, words.slice(1))
  if (positional) state.positional = positional
  return 0
}

const printable = (value: string, bash: boolean): string => (bash && /^[\w@%+=:,./-]*$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`)

async function trap(shell: Interpreter, words: readonly string[]): Promise<number> {
  const { state } = shell
  const args = words.slice(1).filter((word) => word !== '--')
  if (args.length === 0 || args[0] === '-p') {
    for (const [name, action] of state.traps) await shell.context.print(`trap -- '${action.replaceAll("'", "'\\''")}' ${state.isBash && name !== 'EXIT' ? 'SIG' : ''}${name}\n`)
    return 0
  }
  const lone = args.length === 1
  const action = lone ? '-' : args[0]!
  let status = 0
  for (const word of lone ? args : args.slice(1)) {
    const signal = word === '0' || /^(SIG)?EXIT$/i.test(word) ? 'EXIT' : word === 'ERR' || word === 'DEBUG' ? word : parseSignal(word)
    if (!signal) {
      if (state.isBash) await state.complain(`trap: ${word}: invalid signal specification`)
      else await shell.context.warn(`trap: ${word}: bad trap\n`)
      status = 1
      continue
    }
    if (action === '-') state.traps.delete(signal)
    else state.traps.set(signal, action)
    if (signal === 'EXIT' || signal === 'ERR' || signal === 'DEBUG') continue
    shell.context.onSignal(signal, action === '-' ? undefined : action === '' ? 'ignore' : (received) => void state.pendingTraps.push(received))
  }
  return status
}

async function umask(shell: Interpreter, words: readonly string[]): Promise<number> {
  const { process } = shell.context
  const text = words[1]
  if (text === undefined || text === '-S') {
    const octal = process.umask.toString(8).padStart(4, '0')
    const symbolic = [6, 3, 0].map((shift, index) => `${'ugo'[index]}=${[4, 2, 1].map((bit, at) => (((~process.umask >> shift) & bit) ? 'rwx'[at] : '')).join('')}`).join(',')
    await shell.context.print(`${text ? symbolic : octal}\n`)
    return 0
  }
  if (!/^[0-7]+$/.test(text)) {
    await shell.state.complain(`umask: ${shell.state.isBash ? `${text}: octal number out of range` : `Illegal mode: ${text}`}`)
    return 1
  }
  process.umask = parseInt(text, 8) & 0o777
  return 0
}

async function ulimit(shell: Interpreter, words: readonly string[]): Promise<number> {
  const { limits } = shell.context.process
  if (words[1] === '-n' && words.length === 2) await shell.context.print(`${limits.openFiles}\n`)
  else if (words.length <= 2 && words[1] !== '-a') await shell.context.print('unlimited\n')
  else if (words[1] === '-a') await shell.context.print(`open files                          (-n) ${limits.openFiles}\nmax memory size             (kbytes, -m) unlimited\ncpu time                   (seconds, -t) unlimited\n`)
  return 0
}

async function times(shell: Interpreter): Promise<number> {
  const seconds = shell.context.process.cpuTime / SECOND
  const text = `${Math.floor(seconds / 60)}m${(seconds % 60).toFixed(3)}s`
  await shell.context.print(`${text} 0m0.000s\n0m0.000s 0m0.000s\n`)
  return 0
}

export const optionBuiltins: Readonly<Record<string, Builtin>> = {
  set: { run: set },
  trap: { run: trap },
  umask: { run: umask },
  ulimit: { run: ulimit },
  times: { run: times },
  shopt: { run: async () => 0, bashOnly: true },
}
