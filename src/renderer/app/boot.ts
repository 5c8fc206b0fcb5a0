import 'dockview-vue/dist/styles/dockview.css'
import '../styles/tokens.css'
import '../styles/base.css'
import '../styles/components.css'
import '../styles/dock.css'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import sprite from '../ui/icons.svg?raw'
import App from './App.vue'
import GroupTools from './shell/GroupTools.vue'
import PanelFrame from './shell/PanelFrame.vue'
import PanelTab from './shell/PanelTab.vue'
import { registerAppActions } from './actions/index.ts'
import type { Door } from './connection/doors.ts'
import { i18n, setLocale } from './i18n/index.ts'
import { useCore } from './stores/core.ts'
import { useSettings } from './stores/settings.ts'

/** Starts the window. Tests give a door of their own. */
export function boot(door?: Door): void {
  const holder = document.createElement('div')
  holder.className = 'sprite'
  holder.setAttribute('aria-hidden', 'true')
  holder.innerHTML = sprite
  document.body.prepend(holder)
  const app = createApp(App)
  app.use(createPinia())
  app.use(i18n)
  setLocale(useSettings().settings.locale)
  // The dock finds its parts by name.
  app.component('PanelFrame', PanelFrame).component('PanelTab', PanelTab).component('GroupTools', GroupTools)
  registerAppActions()
  useCore().start(door)
  app.mount('#app')
}
