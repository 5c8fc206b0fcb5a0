import type { editor } from 'monaco-editor/editor'
import type { Theme } from '../../app/stores/settings.ts'

/** Reads a colour token (without `--`) in the theme now in force, as `#rrggbb`: the only form that Monaco takes. */
type ReadColour = (name: string) => string

/** Reads a token (without `--`) as it is written. */
export const readToken = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()

/** A minified style sheet says `#fff` or `navy`; a canvas says every opaque colour as `#rrggbb`. */
export const readColour: ReadColour = (name) => {
  const canvas = document.createElement('canvas').getContext('2d')
  if (!canvas) return readToken(name)
  canvas.fillStyle = readToken(name)
  return String(canvas.fillStyle)
}

const BASES: Readonly<Record<Theme, editor.BuiltinTheme>> = { light: 'vs', dark: 'vs-dark', 'hc-light': 'hc-light', 'hc-dark': 'hc-black' }

/** Monaco colour to design token. */
const COLOURS: Readonly<Record<string, string>> = {
  'editor.background': 'bg-code',
  'editor.foreground': 'fg',
  'editor.lineHighlightBackground': 'bg-hover',
  'editor.selectionBackground': 'accent-soft',
  'editor.inactiveSelectionBackground': 'bg-hover',
  'editor.wordHighlightBackground': 'bg-hover',
  'editor.wordHighlightStrongBackground': 'bg-hover',
  'editor.findMatchBackground': 'fault-soft',
  'editor.findMatchHighlightBackground': 'fault-soft',
  'editor.findMatchBorder': 'fault',
  'editorCursor.foreground': 'accent',
  'editorLineNumber.foreground': 'fg-3',
  'editorLineNumber.activeForeground': 'fg',
  'editorIndentGuide.background1': 'line',
  'editorBracketMatch.border': 'accent',
  'editorBracketMatch.background': 'accent-soft',
  'editorError.foreground': 'fault',
  'editorWarning.foreground': 'fault',
  'editorInfo.foreground': 'fg-3',
  'editorHint.foreground': 'fg-3',
  'editorWidget.background': 'bg-raised',
  'editorWidget.foreground': 'fg',
  'editorWidget.border': 'line-2',
  'editorHoverWidget.background': 'bg-raised',
  'editorHoverWidget.foreground': 'fg',
  'editorHoverWidget.border': 'line-2',
  'editorSuggestWidget.background': 'bg-raised',
  'editorSuggestWidget.foreground': 'fg',
  'editorSuggestWidget.border': 'line-2',
  'editorSuggestWidget.selectedBackground': 'bg-selected',
  'editorSuggestWidget.selectedForeground': 'fg',
  'editorSuggestWidget.highlightForeground': 'accent',
  'editorSuggestWidget.focusHighlightForeground': 'accent',
  'input.background': 'bg-panel',
  'input.foreground': 'fg',
  'input.border': 'line-strong',
  'inputOption.activeBorder': 'accent',
  'inputOption.activeBackground': 'accent-soft',
  'list.hoverBackground': 'bg-hover',
  'list.focusBackground': 'bg-selected',
  'list.activeSelectionBackground': 'bg-selected',
  'list.activeSelectionForeground': 'fg',
  'menu.background': 'bg-raised',
  'menu.foreground': 'fg',
  'menu.selectionBackground': 'bg-selected',
  'menu.selectionForeground': 'fg',
  'menu.separatorBackground': 'line',
  'menu.border': 'line-2',
  'scrollbarSlider.background': 'line-2',
  'scrollbarSlider.hoverBackground': 'line-strong',
  'scrollbarSlider.activeBackground': 'line-strong',
  'textLink.foreground': 'accent',
  'focusBorder': 'focus',
}

interface Ink { readonly token: string; readonly colour: string; readonly fontStyle?: string }

const INKS: readonly Ink[] = [
  { token: '', colour: 'fg' },
  { token: 'keyword', colour: 'syn-keyword', fontStyle: 'bold' },
  { token: 'comment', colour: 'syn-comment' },
  { token: 'string', colour: 'syn-string' },
  { token: 'number', colour: 'syn-number' },
  { token: 'variable', colour: 'syn-number' },
  { token: 'type', colour: 'syn-name' },
  { token: 'tag', colour: 'syn-keyword' },
  { token: 'attribute.name', colour: 'syn-number' },
  { token: 'attribute.value', colour: 'syn-string' },
  { token: 'invalid', colour: 'fault' },
  { token: 'delimiter', colour: 'fg-2' },
]

/** The editor's look in one of the four themes, from the design tokens alone. */
export function editorTheme(theme: Theme, read: ReadColour): editor.IStandaloneThemeData {
  return {
    base: BASES[theme],
    inherit: true,
    colors: Object.fromEntries(Object.entries(COLOURS).map(([colour, token]) => [colour, read(token)])),
    rules: INKS.map(({ token, colour, fontStyle }) => ({ token, foreground: read(colour).replace('#', ''), ...(fontStyle ? { fontStyle } : {}) })),
  }
}
