import { createI18n } from 'vue-i18n'

type Catalogue = Record<string, unknown>

/** `src/renderer/<area>/en.json` is found as `<area>.…`, so is that of a part of the microscope; the app's own stands beside this file. */
const files = import.meta.glob<Catalogue>(['../../*/en.json', '../../microscope/*/en.json', './en.json'], { eager: true, import: 'default' })

function areaOf(path: string): string {
  return path === './en.json' ? 'app' : (path.split('/').at(-2) ?? '')
}

const en: Catalogue = Object.fromEntries(Object.entries(files).map(([path, catalogue]) => [areaOf(path), catalogue]))

/** Lengthens and accents every text, so that clipped labels and texts outside the catalogues stand out. */
export function pseudo(text: string): string {
  const accents: Record<string, string> = { a: 'á', e: 'é', i: 'í', o: 'ó', u: 'ú', y: 'ý', A: 'Á', E: 'É', I: 'Í', O: 'Ó', U: 'Ú' }
  const parts = text.split(/(\{[^}]*\}|@[:.][\w.:]+)/)
  const accented = parts.map((part, at) => (at % 2 ? part : part.replace(/[aeiouyAEIOU]/g, (letter) => accents[letter] ?? letter)))
  return `⟦${accented.join('')}${'·'.repeat(Math.ceil(text.length / 4))}⟧`
}

function pseudoCatalogue(catalogue: Catalogue): Catalogue {
  return Object.fromEntries(Object.entries(catalogue).map(([key, value]) => [key, typeof value === 'string'
    ? value.split(' | ').map(pseudo).join(' | ')
    : pseudoCatalogue(value as Catalogue)]))
}

export const LOCALES = ['en', 'en-XA'] as const

export const i18n = createI18n({
  legacy: false,
  locale: 'en',
  fallbackLocale: 'en',
  messages: { en, 'en-XA': pseudoCatalogue(en) } as Record<string, Record<string, string>>,
})

/** Translates a key such as `topology.empty`. In a template or a computed it follows the language. */
export function t(key: string, values: Record<string, string | number> = {}): string {
  return i18n.global.t(key, values)
}

/** As `t`, with the plural form for `count`; `{count}` stands in the text. */
export function tn(key: string, count: number, values: Record<string, string | number> = {}): string {
  return i18n.global.t(key, { count: formatCount(count), ...values }, count)
}

export const hasText = (key: string): boolean => i18n.global.te(key, 'en')

const formatCount = (count: number): string => count.toLocaleString(i18n.global.locale.value === 'en-XA' ? 'en' : i18n.global.locale.value)

export function setLocale(locale: string): void {
  i18n.global.locale.value = locale
  document.documentElement.lang = locale
}
