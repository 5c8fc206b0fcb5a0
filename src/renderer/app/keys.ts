/** Key chords: `Mod+Shift+K`. `Mod` is ⌘ on a Mac and Ctrl elsewhere. */

export const isMac = (): boolean => /mac/i.test(navigator.platform)

const SYMBOLS: Record<string, string> = { ArrowLeft: '←', ArrowRight: '→', ArrowUp: '↑', ArrowDown: '↓', Escape: 'Esc' }

/** The chord that an event is, in the spelling of the action table. */
export function chordOf(event: KeyboardEvent, mac = isMac()): string {
  const mod = mac ? event.metaKey : event.ctrlKey
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key
  // `?`, `+` and the like are typed with Shift on some keyboards and without on others.
  const shift = event.shiftKey && (event.key.length > 1 || /[a-z0-9]/i.test(event.key))
  return [mod && 'Mod', mac && event.ctrlKey && 'Ctrl', event.altKey && 'Alt', shift && 'Shift', key].filter(Boolean).join('+')
}

/** As written on the keys of this machine, e.g. `Ctrl K` or `⌘K`. */
export function chordText(chord: string, mac = isMac()): string {
  const parts = chord.split(/\+(?=.)/).map((part) => {
    if (part === 'Mod') return mac ? '⌘' : 'Ctrl'
    if (mac && part === 'Shift') return '⇧'
    if (mac && part === 'Alt') return '⌥'
    return SYMBOLS[part] ?? part
  })
  return parts.join(mac ? '' : ' ')
}

export const isSingleKey = (chord: string): boolean => !/^(Mod|Alt|Ctrl)\+/.test(chord) && chord.replace('Shift+', '').length === 1

const TEXT_FIELDS = 'input, textarea, select, [contenteditable=true], [contenteditable=""], .monaco-editor, .xterm'

/** True where letters belong to a text field, an editor or a terminal. */
export const takesText = (target: EventTarget | null): boolean => target instanceof Element && target.closest(TEXT_FIELDS) !== null
