import type { ITheme } from '@xterm/xterm'

/** Reads a colour token (without `--`) in the theme now in force. */
export const readToken = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()

const ANSI: Readonly<Record<string, string>> = {
  black: 'fg-3', red: 'removed', green: 'running', yellow: 'fault', blue: 'syn-keyword', magenta: 'syn-number', cyan: 'accent', white: 'fg-2',
  brightBlack: 'fg-3', brightRed: 'removed', brightGreen: 'running', brightYellow: 'syn-string', brightBlue: 'syn-keyword', brightMagenta: 'paused',
  brightCyan: 'accent', brightWhite: 'fg',
}

const SURFACE: Readonly<Record<string, string>> = {
  background: 'bg-code', foreground: 'fg', cursor: 'accent', cursorAccent: 'bg-code', selectionBackground: 'bg-selected', selectionForeground: 'fg',
  scrollbarSliderBackground: 'line-2', scrollbarSliderHoverBackground: 'line-strong', scrollbarSliderActiveBackground: 'line-strong',
}

/** The terminal's colours in the theme now in force: the sixteen of ANSI are the app's own, so that all are readable on its surface. */
export function terminalTheme(read: (name: string) => string): ITheme {
  return Object.fromEntries([...Object.entries(SURFACE), ...Object.entries(ANSI)].map(([name, token]) => [name, read(token)]))
}
