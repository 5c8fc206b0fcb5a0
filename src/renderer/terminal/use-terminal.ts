import { FitAddon } from '@xterm/addon-fit'
import type { Terminal } from '@xterm/xterm'
import { onBeforeUnmount, onMounted, type Ref, shallowRef, watch } from 'vue'
import type { TerminalRecord } from '../../protocol/records.ts'
import { explain } from '../app/connection/core-error.ts'
import { useCore } from '../app/stores/core.ts'
import { useSettings } from '../app/stores/settings.ts'
import { useToasts } from '../app/stores/toasts.ts'
import { InputQueue } from './model/input-queue.ts'
import { keyFor, makeTerminal, restyle } from './make-terminal.ts'
import { useTerminals } from './terminal-store.ts'

const FIT_DELAY_MS = 60

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
    const terminal = makeTerminal()
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
    restyle(instance.value)
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
