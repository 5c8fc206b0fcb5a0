import { t } from '../i18n/index.ts'
import { newProject, openProject, saveProject } from '../project-file.ts'
import { useCore } from '../stores/core.ts'
import { useDialogs } from '../stores/dialogs.ts'
import { useRecords } from '../stores/records.ts'
import { renameProjectForm } from '../dialogs/datacenter-forms.ts'
import type { UiAction } from './registry.ts'

export function fileActions(): readonly UiAction[] {
  return [
    { id: 'file.new-empty', title: 'app.do.new-empty', icon: 'plus', group: 'file', run: () => newProject('empty') },
    { id: 'file.new-sample', title: 'app.do.new-sample', icon: 'screen', group: 'file', run: () => newProject('sample') },
    { id: 'file.open', title: 'app.do.open-file', icon: 'folder', group: 'file', keys: ['Mod+O'], run: openProject },
    { id: 'file.save', title: 'app.do.save', icon: 'check', group: 'file', keys: ['Mod+S'], run: () => saveProject(false) },
    { id: 'file.save-as', title: 'app.do.save-as', icon: 'file', group: 'file', keys: ['Mod+Shift+S'], run: () => saveProject(true) },
    {
      id: 'project.rename', title: 'app.do.rename-project', icon: 'doc', group: 'file',
      blocked: () => (useRecords().project ? null : t('app.reason.loading')),
      run: () => useDialogs().ask(renameProjectForm(useCore().project?.name ?? '')),
    },
  ]
}
