import { Terminal } from '@xterm/xterm'
import { markRaw } from 'vue'
import { readToken, terminalTheme } from './terminal-theme.ts'

const FONT_PX = 13

/** Keys that xterm must not take: they copy, paste, or belong to the window. */
export function keyFor(terminal: Terminal) {
  return (event: KeyboardEvent): boolean => {
    if (event.key === 'F6') return false
    const chord = event.ctrlKey && event.shiftKey && !event.altKey ? event.key.toUpperCase() : ''
    if (chord === 'C' && event.type === 'keydown') {
      event.preventDefault()
      if (terminal.hasSelection()) void navigator.clipboard.writeText(terminal.getSelection())
    }
    // Ctrl+Shift+V is the browser's own paste: it comes back as a paste event, which xterm handles.
    return chord !== 'C' && chord !== 'V'
  }
}

const fontSize = (): number => FONT_PX * (Number(readToken('scale')) || 1)

/** A terminal in the app's type and colours. `convertEol`: a line feed alone begins a new line, as on a tty. */
export function makeTerminal(convertEol = false): Terminal {
  return markRaw(new Terminal({
    allowProposedApi: false, convertEol, cursorBlink: false, fontFamily: readToken('font-mono'), lineHeight: 1.25, minimumContrastRatio: 4.5,
    scrollback: 5000, theme: terminalTheme(readToken), fontSize: fontSize(),
  }))
}

/** After a change of theme or scale. */
export function restyle(terminal: Terminal): void {
  terminal.options.theme = terminalTheme(readToken)
  terminal.options.fontSize = fontSize()
}
