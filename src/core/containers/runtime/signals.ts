/** Signals by name and number (Linux, x86). The modelled ones; others are refused by name. */
export const SIGNAL_NUMBERS = {
  HUP: 1, INT: 2, QUIT: 3, ILL: 4, TRAP: 5, ABRT: 6, BUS: 7, FPE: 8, KILL: 9, USR1: 10, SEGV: 11, USR2: 12, PIPE: 13, ALRM: 14, TERM: 15,
  CHLD: 17, CONT: 18, STOP: 19, TSTP: 20, TTIN: 21, TTOU: 22, URG: 23, XCPU: 24, XFSZ: 25, WINCH: 28,
} as const

export type Signal = keyof typeof SIGNAL_NUMBERS

const DEFAULT_IGNORED: ReadonlySet<Signal> = new Set(['CHLD', 'CONT', 'URG', 'WINCH'])
const DEFAULT_STOPS: ReadonlySet<Signal> = new Set(['STOP', 'TSTP', 'TTIN', 'TTOU'])

/** What the kernel does to a process that neither handles nor ignores the signal (signal(7)). */
export function defaultAction(signal: Signal): 'ignore' | 'stop' | 'terminate' {
  if (DEFAULT_IGNORED.has(signal)) return 'ignore'
  return DEFAULT_STOPS.has(signal) ? 'stop' : 'terminate'
}

/** Understands `TERM`, `SIGTERM`, `term` and `15`. */
export function parseSignal(text: string): Signal | undefined {
  const names = Object.keys(SIGNAL_NUMBERS) as Signal[]
  if (/^\d+$/.test(text)) return names.find((name) => SIGNAL_NUMBERS[name] === Number(text))
  const upper = text.toUpperCase().replace(/^SIG/, '')
  return names.find((name) => name === upper)
}
