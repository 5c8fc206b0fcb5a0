import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import type { AssembleMessage } from '../../../protocol/machine.ts'
import { t } from '../../app/i18n/index.ts'
import { useCore } from '../../app/stores/core.ts'
import { useMachines } from '../../app/stores/machines.ts'
import { readPersisted, writePersisted } from '../../app/stores/persisted.ts'
import { useMicroscope } from '../microscope-store.ts'
import { STARTER } from './starter.ts'

const DELAY_MS = 250
const TITLE_CHARACTERS = 60

/** One's own program: its text, kept in the browser's storage; what the assembler says of it; running it. */
export const useProgram = defineStore('program', () => {
  const machines = useMachines()
  const microscope = useMicroscope()
  const core = useCore()
  const text = shallowRef(readPersisted('program', { text: STARTER }).text)
  const messages = shallowRef<readonly AssembleMessage[]>([])
  const size = shallowRef<number | null>(null)
  /** A place the editor should go to; a new object each time. */
  const target = shallowRef<{ readonly line: number; readonly column: number } | null>(null)
  let version = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  const errors = computed(() => messages.value.filter(({ severity }) => severity === 'error').length)

  /** Assembles what stands there; an answer about an older text is dropped. True when it can run. */
  async function check(): Promise<boolean> {
    clearTimeout(timer)
    const asked = ++version
    const answer = await machines.request('machine.assemble', { source: text.value })
    if (asked !== version) return false
    messages.value = answer.messages
    size.value = answer.ok ? answer.size : null
    return answer.ok
  }

  function later(): void {
    clearTimeout(timer)
    version++
    size.value = null
    // Without an answer nothing is known about this text; the next key asks again.
    timer = setTimeout(() => void check().catch(() => { messages.value = [] }), DELAY_MS)
  }

  watch(text, (now) => {
    writePersisted('program', { text: now })
    if (core.ready) later()
  })
  watch(() => core.ready, (ready) => { if (ready) later() }, { immediate: true })

  /** The first comment of the text names the program. */
  const title = (): string => /^;\s*([^.:\n]+)/.exec(text.value)?.[1]?.slice(0, TITLE_CHARACTERS) ?? t('microscope.choose.own')

  /** Assembles, makes a machine for it and lets it run. With errors, nothing runs. */
  async function run(): Promise<void> {
    if (!(await check())) return
    if (await microscope.openSource(title(), text.value)) await microscope.run({ kind: 'pause' })
  }

  return { text, messages, size, errors, target, check, run }
})
