import { defineStore } from 'pinia'
import { shallowRef } from 'vue'

export interface ChoiceOption {
  readonly value: string
  readonly label: string
  readonly detail: string
}

export type FormField =
  | { readonly kind: 'text'; readonly key: string; readonly label: string; readonly value: string; readonly hint?: string; readonly optional?: boolean }
  | { readonly kind: 'number'; readonly key: string; readonly label: string; readonly value: number; readonly min: number; readonly max: number; readonly unit?: string; readonly hint?: string }
  | { readonly kind: 'choice'; readonly key: string; readonly label: string; readonly value: string; readonly options: readonly ChoiceOption[]; readonly hint?: string }

/** Access to what was filled in, by field key. */
export interface FormValues {
  text(key: string): string
  number(key: string): number
}

/** A small form: every default is valid, so that Enter at once does something sensible. Texts are translated already. */
export interface FormSpec {
  readonly title: string
  readonly lead?: string
  readonly fields: readonly FormField[]
  readonly submit: string
  /** The same thing as a command line, to copy. */
  readonly asCommand?: (values: FormValues) => string
  /** Other fields' values after one changed, e.g. the memory that a newly chosen template wants. */
  readonly adjust?: (key: string, values: FormValues) => Record<string, string | number>
  /** Does it. A refusal that it throws is shown in the form, which stays open. */
  readonly run: (values: FormValues) => Promise<unknown>
}

/** The dialogs that can be open: one form, and the app's own windows. */
export const useDialogs = defineStore('dialogs', () => {
  const form = shallowRef<FormSpec | null>(null)
  const palette = shallowRef(false)
  const keys = shallowRef(false)
  const page = shallowRef<{ readonly engine: `engine:${string}`; readonly port: number } | null>(null)

  function ask(spec: FormSpec): void {
    form.value = spec
  }

  return { form, palette, keys, page, ask }
})
