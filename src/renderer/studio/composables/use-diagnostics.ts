import { onScopeDispose, watch } from 'vue'
import { useCore } from '../../app/stores/core.ts'
import { useStudio } from '../studio-store.ts'

const DELAY_MS = 250

/** Has the open Dockerfile checked shortly after the latest key; an answer about an older text is dropped. */
export function useDiagnostics(): void {
  const core = useCore()
  const studio = useStudio()
  let version = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  async function check(): Promise<void> {
    const asked = ++version
    const { text, context } = studio
    try {
      const { diagnostics } = await core.query('dockerfile.check', { text, ...(context ? { context: context.id } : {}) })
      if (asked === version) studio.diagnostics = diagnostics
    } catch {
      // Without an answer nothing is known about this text; the next key asks again.
      if (asked === version) studio.diagnostics = []
    }
  }

  watch(() => [studio.text, studio.inDockerfile, studio.context?.id, core.ready] as const, () => {
    clearTimeout(timer)
    version++
    if (!studio.inDockerfile || !core.ready) studio.diagnostics = []
    else timer = setTimeout(() => void check(), DELAY_MS)
  }, { immediate: true })

  onScopeDispose(() => {
    clearTimeout(timer)
    version++
  })
}
