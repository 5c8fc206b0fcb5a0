import type { Interpreter } from './interpreter.ts'

const DEFAULTS = {
  bash: { PS1: '\\u@\\h:\\w\\$ ', PS2: '> ' },
  dash: { PS1: '\\$ ', PS2: '> ' },
  busybox: { PS1: '\\w \\$ ', PS2: '> ' },
} as const

/** The prompt as it is printed: backslash codes (not in dash, but for `$`), then expansions. */
export async function prompt(shell: Interpreter, name: 'PS1' | 'PS2'): Promise<string> {
  const { state } = shell
  const given = state.variables.get(name)
  const text = given ?? DEFAULTS[state.dialect][name]
  const decoded = state.dialect === 'dash' && given !== undefined ? text : decode(shell, text)
  return shell.expander.quotedText(decoded)
}

function decode(shell: Interpreter, text: string): string {
  const { context, state } = shell
  const home = state.variables.get('HOME') ?? ''
  const cwd = state.variables.get('PWD') ?? context.cwd
  const short = home !== '' && home !== '/' && (cwd === home || cwd.startsWith(`${home}/`)) ? `~${cwd.slice(home.length)}` : cwd
  const codes: Readonly<Record<string, string>> = {
    u: userName(shell), h: context.hostname.split('.')[0] ?? '', H: context.hostname, w: short, W: cwd === '/' ? '/' : (cwd.split('/').at(-1) ?? ''),
    $: context.uid === 0 ? '#' : '\\$', n: '\n', r: '\r', e: '\x1b', a: '\x07', '[': '', ']': '', s: state.dialect === 'bash' ? 'bash' : 'sh', v: '5.2', '\\': '\\\\',
  }
  return text.replace(/\\(\d{3}|.)/g, (whole, code: string) => (/^\d{3}$/.test(code) ? String.fromCharCode(parseInt(code, 8)) : (codes[code] ?? whole)))
}

function userName(shell: Interpreter): string {
  const { files, uid } = shell.context
  const line = files.may('/etc/passwd', 'read') ? files.text('/etc/passwd').split('\n').find((entry) => entry.split(':')[2] === String(uid)) : undefined
  return line?.split(':')[0] ?? (uid === 0 ? 'root' : 'I have no name!')
}
