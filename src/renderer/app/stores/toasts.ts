import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { ErrorInfo } from '../../../protocol/errors.ts'

export interface Toast {
  readonly id: number
  readonly text: string
  /** `refused`: something in the simulation said no. `failed`: Glasshouse itself did. */
  readonly tone: 'info' | 'refused' | 'failed'
  readonly hint: string
  readonly action: { readonly label: string; run(): void } | null
}

const SHOWN = 3
const SECONDS_PER_CHARACTER = 0.06
const LEAST_SECONDS = 6

/** Short messages in a corner. They go by themselves, unless they report a failure. */
export const useToasts = defineStore('toasts', () => {
  const toasts = shallowRef<readonly Toast[]>([])
  let nextId = 1

  function dismiss(id: number): void {
    toasts.value = toasts.value.filter((toast) => toast.id !== id)
  }

  function show(toast: Omit<Toast, 'id' | 'hint' | 'action'> & Partial<Pick<Toast, 'hint' | 'action'>>): void {
    const id = nextId++
    toasts.value = [...toasts.value, { hint: '', action: null, ...toast, id }].slice(-SHOWN)
    if (toast.tone === 'failed') return
    const seconds = Math.max(LEAST_SECONDS, (toast.text.length + (toast.hint?.length ?? 0)) * SECONDS_PER_CHARACTER)
    setTimeout(() => dismiss(id), seconds * 1000)
  }

  const info = (text: string, action: Toast['action'] = null) => show({ text, tone: 'info', action })
  const error = (error: ErrorInfo) => show({ text: error.message, hint: error.hint, tone: error.code === 'internal' ? 'failed' : 'refused' })

  return { toasts, info, error, dismiss }
})
