import { watchEffect } from 'vue'
import type { HostEvent, MenuCommand } from '../../protocol/host.ts'
import { useActions } from './actions/registry.ts'
import { explain } from './connection/core-error.ts'
import { takesText } from './keys.ts'
import { openPath, saveProject } from './project-file.ts'
import { useCore } from './stores/core.ts'
import { useToasts } from './stores/toasts.ts'

const ACTION_OF: Partial<Record<MenuCommand, string>> = {
  'file.new': 'file.new-empty', 'view.theme-contrast': 'view.theme-hc-light', 'help.about': 'help.keys',
}

/** The desktop window's side of things: native menu, files that were double-clicked, the title's mark for unsaved changes. */
export function followHost(): void {
  const host = window.glasshouse
  if (!host) return
  const core = useCore()
  const actions = useActions()

  async function menu(command: MenuCommand): Promise<void> {
    if ((command === 'edit.undo' || command === 'edit.redo') && takesText(document.activeElement)) await host?.editText(command === 'edit.undo' ? 'undo' : 'redo')
    else await actions.run(ACTION_OF[command] ?? command)
  }

  async function handle(event: HostEvent): Promise<void> {
    try {
      if (event.type === 'menu') await menu(event.command)
      else if (event.type === 'open-file') await openPath(event.path)
      else if (await saveProject(false)) await host?.closeWindow()
    } catch (thrown) {
      useToasts().error(explain(thrown))
    }
  }

  host.onEvent((event) => void handle(event))
  watchEffect(() => {
    const project = core.project
    if (project) void host.setProject({ name: project.name, path: project.path, dirty: project.dirty })
  })
}
