import { FitAddon } from '@xterm/addon-fit'
import { Terminal } from '@xterm/xterm'
import { markRaw, onBeforeUnmount, onMounted, type Ref, shallowRef, watch } from 'vue'
import type { TerminalRecord } from '../../protocol/records.ts'
import { explain } from '../app/connection/core-error.ts'
import { useCore } from '../app/stores/core.ts'
import { useSettings } from '../app/stores/settings.ts'
import { useToasts } from '../app/stores/toasts.ts'
import { InputQueue } from './model/input-queue.ts'
import { readToken, terminalTheme } from './terminal-theme.ts'
import { useTerminals } from './terminal-store.ts'

const FONT_PX = 13
const FIT_DELAY_MS = 60

/** Keys that xterm must not take: they copy, paste, or belong to the window. */
function keyFor(terminal: Terminal) {
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

function make(): Terminal {
  return markRaw(new Terminal({
    allowProposedApi: false, convertEol: false, cursorBlink: false, fontFamily: readToken('font-mono'), lineHeight: 1.25, minimumContrastRatio: 4.5,
    scrollback: 5000, theme: terminalTheme(readToken), fontSize: FONT_PX * (Number(readToken('scale')) || 1),
  }))
}

/** An xterm in `host` on one terminal of the core: its bytes go straight in, what is typed goes out in order. */
export function useTerminal(host: Readonly<Ref<HTMLElement | null>>, id: TerminalRecord['id']) {
  const core = useCore()
  const settings = useSettings()
  const terminals = useTerminals()
  const instance = shallowRef<Terminal | null>(null)
  const fitting = new FitAddon()
  let stop: (() => void) | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  const report = (error: unknown): void => useToasts().error(explain(error))
  const input = new InputQueue((data) => core.command('terminal.input', { terminal: id, data }), report)

  const fit = (): void => {
    clearTimeout(timer)
    timer = setTimeout(() => { if (host.value?.offsetWidth && host.value.offsetHeight) fitting.fit() }, FIT_DELAY_MS)
  }
  const observer = new ResizeObserver(fit)

  function follow(terminal: Terminal): void {
    stop?.()
    terminal.reset()
    stop = core.follow(id, (text) => terminal.write(text))
  }

  onMounted(() => {
    if (!host.value) return
    const terminal = make()
    terminal.loadAddon(fitting)
    terminal.open(host.value)
    terminal.attachCustomKeyEventHandler(keyFor(terminal))
    terminal.onData((data) => input.push(data))
    terminal.onResize(({ cols, rows }) => core.command('terminal.resize', { terminal: id, columns: cols, rows }).catch(report))
    terminal.options.screenReaderMode = terminals.screenReader
    instance.value = terminal
    observer.observe(host.value)
    follow(terminal)
    fit()
  })

  // A restarted core has replayed the terminal from its start; what is on the screen may be ahead of it.
  watch(() => core.restarted, () => { if (instance.value) follow(instance.value) })

  watch([() => settings.theme, () => settings.settings.projector], () => {
    if (!instance.value) return
    instance.value.options.theme = terminalTheme(readToken)
    instance.value.options.fontSize = FONT_PX * (Number(readToken('scale')) || 1)
    fit()
  }, { flush: 'post' })

  watch(() => terminals.screenReader, (on) => { if (instance.value) instance.value.options.screenReaderMode = on })

  onBeforeUnmount(() => {
    clearTimeout(timer)
    observer.disconnect()
    stop?.()
    instance.value?.dispose()
  })

  const focus = (): void => instance.value?.focus()
  return { focus, fit }
}
