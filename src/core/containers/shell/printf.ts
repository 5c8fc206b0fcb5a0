/** The escapes of `printf` formats, `echo -e` and `%b`. `\c` ends all output. */
export function unescape(text: string, octalNeedsZero: boolean): { readonly text: string; readonly stop: boolean } {
  let result = ''
  for (let at = 0; at < text.length; at++) {
    if (text[at] !== '\\' || at + 1 >= text.length) {
      result += text[at]
      continue
    }
    const char = text[++at]!
    if (char === 'c') return { text: result, stop: true }
    const rest = text.slice(at)
    const octal = (octalNeedsZero ? /^0([0-7]{0,3})/ : /^0?([0-7]{1,3})/).exec(rest)
    const hex = /^x([0-9a-fA-F]{1,2})/.exec(rest)
    const unicode = /^u([0-9a-fA-F]{1,4})|^U([0-9a-fA-F]{1,8})/.exec(rest)
    const simple = SIMPLE[char]
    if (octal) {
      result += String.fromCharCode(parseInt(octal[1] === '' ? '0' : octal[1]!, 8))
      at += octal[0].length - 1
    } else if (hex) {
      result += String.fromCharCode(parseInt(hex[1]!, 16))
      at += hex[0].length - 1
    } else if (unicode) {
      result += String.fromCodePoint(Math.min(0x10ffff, parseInt(unicode[1] ?? unicode[2]!, 16)))
      at += unicode[0].length - 1
    } else result += simple ?? `\\${char}`
  }
  return { text: result, stop: false }
}

const SIMPLE: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v', e: '\x1b', '\\': '\\', '"': '"' }

/** printf(1): reuses the format while arguments are left. `complaints` are invalid numbers and formats. */
export function formatPrintf(format: string, args: readonly string[]): { readonly text: string; readonly complaints: string[] } {
  const complaints: string[] = []
  let [text, at] = ['', 0]
  do {
    const before = at
    const round = formatOnce(format, () => args[at++], complaints)
    text += round.text
    if (round.stop || at === before) break
  } while (at < args.length)
  return { text, complaints }
}

function formatOnce(format: string, next: () => string | undefined, complaints: string[]): { readonly text: string; readonly stop: boolean } {
  const DIRECTIVE = /%(%|([-+ 0#]*)(\*|\d+)?(?:\.(\*|\d+)?)?([a-zA-Z]))/g
  let [result, last] = ['', 0]
  for (const match of format.matchAll(DIRECTIVE)) {
    const literal = unescape(format.slice(last, match.index), false)
    result += literal.text
    if (literal.stop) return { text: result, stop: true }
    last = match.index + match[0].length
    if (match[1] === '%') {
      result += '%'
      continue
    }
    const [, , flags = '', width, precision, type = ''] = match
    const wide = width === '*' ? Number(next() ?? 0) : Number(width ?? 0)
    const precise = precision === '*' ? Number(next() ?? 0) : match[0].includes('.') ? Number(precision ?? 0) : undefined
    if (type === 'b') {
      const escaped = unescape(next() ?? '', false)
      result += pad(escaped.text, wide, flags)
      if (escaped.stop) return { text: result, stop: true }
    } else result += directive(type, flags, wide, precise, next(), complaints)
  }
  const rest = unescape(format.slice(last), false)
  return { text: result + rest.text, stop: rest.stop }
}

function directive(type: string, flags: string, width: number, precision: number | undefined, arg: string | undefined, complaints: string[]): string {
  if (type === 's') return pad((arg ?? '').slice(0, precision ?? undefined), width, flags)
  if (type === 'c') return pad((arg ?? '').charAt(0), width, flags)
  if (type === 'q') return pad(arg === undefined || arg === '' ? "''" : arg.includes('\n') ? `$'${arg.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n')}'` : arg.replace(/[^\w@%+=:,./-]/g, '\\$&'), width, flags)
  if ('feEgG'.includes(type)) {
    const value = Number(arg ?? 0)
    if (Number.isNaN(value)) complaints.push(`${arg}: invalid number`)
    const number = Number.isNaN(value) ? 0 : value
    return pad(sign(type === 'f' ? fixed(number, precision ?? 6) : type.toLowerCase() === 'e' ? exponential(number, precision ?? 6) : String(Number(number.toPrecision(Math.max(1, precision ?? 6)))), flags), width, flags)
  }
  if (!'diouxX'.includes(type)) {
    complaints.push(`%${type}: invalid directive`)
    return ''
  }
  const value = integer(arg, complaints)
  const unsigned = 'ouxX'.includes(type) ? BigInt.asUintN(64, value) : value
  const base = type === 'o' ? 8 : type === 'x' || type === 'X' ? 16 : 10
  const digits = (unsigned < 0n ? -unsigned : unsigned).toString(base).padStart(precision ?? 0, '0')
  const prefixed = (flags.includes('#') ? (base === 16 ? '0x' : base === 8 ? '0' : '') : '') + digits
  const text = sign((unsigned < 0n ? '-' : '') + (type === 'X' ? prefixed.toUpperCase() : prefixed), base === 10 ? flags : '')
  return pad(text, width, precision === undefined ? flags : flags.replace('0', ''))
}

function integer(arg: string | undefined, complaints: string[]): bigint {
  const text = (arg ?? '').trim()
  if (text === '') return 0n
  if (/^["']./.test(text)) return BigInt(text.codePointAt(1) ?? 0)
  const match = /^([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)/.exec(text)
  if (!match || match[0] !== text) complaints.push(`${arg}: invalid number`)
  if (!match) return 0n
  const digits = match[2]!
  const value = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits)
  return match[1] === '-' ? -value : value
}

/** As C rounds: exactly half goes to the even digit (`toFixed` goes up). */
function fixed(value: number, precision: number): string {
  const text = value.toFixed(precision)
  const exact = Math.abs(value) < 1e15 && precision < 15 ? value.toFixed(Math.min(100, precision + 30)) : text
  if (!new RegExp(`\\.\\d{${precision}}50*$`).test(exact)) return text
  const down = exact.slice(0, exact.indexOf('.') + (precision === 0 ? 0 : precision + 1))
  return Number(down.at(-1)) % 2 === 0 ? down : text
}

const exponential = (value: number, precision: number): string => value.toExponential(precision).replace(/e([+-])(\d)$/, 'e$10$2')
const sign = (text: string, flags: string): string => (text.startsWith('-') ? text : flags.includes('+') ? `+${text}` : flags.includes(' ') ? ` ${text}` : text)

function pad(text: string, width: number, flags: string): string {
  if (flags.includes('-')) return text.padEnd(width)
  if (!flags.includes('0') || !/^[+-]?[\d.]+/.test(text)) return text.padStart(width)
  const lead = /^[+-]/.exec(text)?.[0] ?? ''
  return lead + text.slice(lead.length).padStart(width - lead.length, '0')
}
