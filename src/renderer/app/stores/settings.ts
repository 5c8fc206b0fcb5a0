import { defineStore } from 'pinia'
import { computed, reactive, shallowRef, watchEffect } from 'vue'
import { readPersisted, writePersisted } from './persisted.ts'

export const THEMES = ['system', 'light', 'dark', 'hc-light', 'hc-dark'] as const
export type ThemeChoice = (typeof THEMES)[number]
export type Theme = Exclude<ThemeChoice, 'system'>
export type Role = 'student' | 'teacher' | 'looking'

interface Settings {
  theme: ThemeChoice
  projector: boolean
  singleKeys: boolean
  role: Role
  locale: string
  tourDone: boolean
}

const DEFAULTS: Settings = { theme: 'system', projector: false, singleKeys: true, role: 'student', locale: 'en', tourDone: false }

function mediaQuery(query: string) {
  const media = window.matchMedia(query)
  const matches = shallowRef(media.matches)
  media.addEventListener('change', (event) => { matches.value = event.matches })
  return matches
}

/** How this window looks and behaves; kept in the browser's storage, applied to the root element. */
export const useSettings = defineStore('settings', () => {
  const settings = reactive(readPersisted('settings', DEFAULTS))
  const systemDark = mediaQuery('(prefers-color-scheme: dark)')
  const systemContrast = mediaQuery('(prefers-contrast: more)')
  const reducedMotion = mediaQuery('(prefers-reduced-motion: reduce)')

  /** The theme in force, with `system` resolved. */
  const theme = computed<Theme>(() => {
    if (settings.theme !== 'system') return settings.theme
    const shade = systemDark.value ? 'dark' : 'light'
    return systemContrast.value ? `hc-${shade}` : shade
  })

  watchEffect(() => {
    document.documentElement.dataset['theme'] = theme.value
    document.documentElement.dataset['scale'] = settings.projector ? 'projector' : 'normal'
    writePersisted('settings', settings)
  })

  return { settings, theme, reducedMotion }
})
