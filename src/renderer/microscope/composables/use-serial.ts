import { FitAddon } from '@xterm/addon-fit'
import type { Terminal } from '@xterm/xterm'
import { onBeforeUnmount, onMounted, type Ref, shallowRef, watch } from 'vue'
import { explain } from '../../app/connection/core-error.ts'
import { useMachines } from '../../app/stores/machines.ts'
import { useSettings } from '../../app/stores/settings.ts'
import { useToasts } from '../../app/stores/toasts.ts'
import { keyFor, makeTerminal, restyle } from '../../terminal/make-terminal.ts'
import { InputQueue } from '../../terminal/model/input-queue.ts'
import { useTerminals } from '../../terminal/terminal-store.ts'
import { useMicroscope } from '../microscope-store.ts'
import { bytesOf, SerialText } from '../model/serial-text.ts'

/** The most characters that one request may type. */
const MOST_TYPED = 10_000

/** An xterm in `host` at the far end of the machine's serial line. */
export function useSerial(host: Readonly<Ref<HTMLElement | null>>) {
  const machines = useMachines()
  const microscope = useMicroscope()
  const settings = useSettings()
  const terminals = useTerminals()
  const instance = shallowRef<Terminal | null>(null)
  const silent = shallowRef(true)
  const fitting = new FitAddon()
  let stop: (() => void) | null = null

  async function type(text: string): Promise<void> {
    const { machine } = microscope
    for (let at = 0; machine && at < text.length; at += MOST_TYPED) await machines.request('machine.type', { machine, text: text.slice(at, at + MOST_TYPED) })
  }
  const input = new InputQueue(type, (error) => useToasts().error(explain(error)))

  function follow(terminal: Terminal): void {
    stop?.()
    stop = null
    terminal.reset()
    silent.value = true
    const line = new SerialText()
    const { machine } = microscope
    if (machine) stop = machines.followSerial(machine, (piece, offset) => {
      const { again, print } = line.take(piece, offset)
      if (again) terminal.reset()
      terminal.write(bytesOf(print))
      silent.value = line.text === ''
    })
  }

  const observer = new ResizeObserver(() => { if (host.value?.offsetWidth && host.value.offsetHeight) fitting.fit() })

  onMounted(() => {
    if (!host.value) return
    const terminal = makeTerminal(true)
    terminal.loadAddon(fitting)
    terminal.open(host.value)
    terminal.attachCustomKeyEventHandler(keyFor(terminal))
    terminal.onData((data) => input.push(data))
    terminal.options.screenReaderMode = terminals.screenReader
    instance.value = terminal
    observer.observe(host.value)
    follow(terminal)
  })

  watch(() => microscope.machine, () => { if (instance.value) follow(instance.value) })
  watch([() => settings.theme, () => settings.settings.projector], () => { if (instance.value) restyle(instance.value) }, { flush: 'post' })

  onBeforeUnmount(() => {
    observer.disconnect()
    stop?.()
    instance.value?.dispose()
  })

  return { silent, focus: () => instance.value?.focus() }
}
