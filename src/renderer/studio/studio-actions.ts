import { onScopeDispose } from 'vue'
import { playClock } from '../app/actions/clock.ts'
import { type UiAction, useActions } from '../app/actions/registry.ts'
import { explain } from '../app/connection/core-error.ts'
import { t } from '../app/i18n/index.ts'
import { useCore } from '../app/stores/core.ts'
import { useDialogs } from '../app/stores/dialogs.ts'
import { useFocus } from '../app/stores/focus.ts'
import { useToasts } from '../app/stores/toasts.ts'
import { pathProblem } from './model/context-files.ts'
import { useStudio } from './studio-store.ts'

const invalid = (key: string): Error => new Error(t(`studio.invalid.${key}`))

function buildBlocked(): string | null {
  const studio = useStudio()
  if (!studio.engine) return t('studio.why.no-engine')
  if (!studio.context) return t('studio.why.no-folder')
  if (studio.dockerfile === null) return t('studio.why.no-dockerfile')
  return studio.build?.state === 'running' ? t('studio.why.building') : null
}

async function build(noCache: boolean): Promise<void> {
  const studio = useStudio()
  const { engine, context, dockerfile } = studio
  if (!engine || !context || dockerfile === null || !(await studio.flush())) return
  const tag = studio.tag.trim()
  await useCore().command('image.build', { engine: engine.id, context: context.id, dockerfile, ...(tag ? { tag } : {}), ...(noCache ? { noCache } : {}) })
  await playClock()
}

async function cancelBuild(): Promise<void> {
  const { build } = useStudio()
  if (build) await useCore().command('task.cancel', { task: build.task })
}

const STUDIO_ACTIONS: readonly UiAction[] = [
  { id: 'studio.build', title: 'studio.do.build', icon: 'play', group: 'object', keys: ['Mod+Shift+B'], blocked: buildBlocked, run: () => build(false) },
  { id: 'studio.build-fresh', title: 'studio.do.build-fresh', icon: 'miss', group: 'object', blocked: buildBlocked, run: () => build(true) },
  {
    id: 'studio.cancel', title: 'studio.do.cancel', icon: 'x', group: 'object',
    blocked: () => (useStudio().build?.state === 'running' ? null : t('studio.why.not-building')),
    run: cancelBuild,
  },
  {
    id: 'studio.run', title: 'studio.do.run', icon: 'ctr', group: 'object',
    blocked: () => (useStudio().image ? null : t('studio.why.no-image')),
    run: () => { const { image } = useStudio(); return image ? useActions().run('container.run', image) : undefined },
  },
  { id: 'studio.add-folder', title: 'studio.do.add-folder', icon: 'plus', group: 'add', run: () => void askForFolder() },
]

async function askForFolder(): Promise<void> {
  const studio = useStudio()
  await studio.loadCatalogue()
  const empty = { value: '', label: t('studio.folder.empty'), detail: t('studio.folder.empty-detail') }
  useDialogs().ask({
    title: t('studio.folder.title'),
    fields: [
      { kind: 'choice', key: 'sample', label: t('studio.folder.from'), value: studio.samples[0]?.key ?? '',
        options: [...studio.samples.map((sample) => ({ value: sample.key, label: sample.name, detail: sample.description })), empty] },
      { kind: 'text', key: 'name', label: t('studio.folder.name'), value: '', optional: true, hint: t('studio.folder.name-hint') },
    ],
    submit: t('studio.folder.submit'),
    run: async (values) => {
      const name = values.text('name')
      const sample = values.text('sample')
      const { context } = await useCore().command('context.create', { ...(name ? { name } : {}), ...(sample ? { sample } : {}) })
      useFocus().showContext(context)
    },
  })
}

/** Asks for the path of a new file, or for the new path of `from`. */
export function askForPath(from: string | null): void {
  const studio = useStudio()
  const context = studio.context
  if (!context) return
  useDialogs().ask({
    title: from === null ? t('studio.file.add') : t('studio.file.rename', { path: from }),
    fields: [{ kind: 'text', key: 'path', label: t('studio.file.path'), value: from ?? '', hint: t('studio.file.path-hint') }],
    submit: from === null ? t('studio.file.submit-add') : t('studio.file.submit-rename'),
    run: async (values) => {
      const path = values.text('path')
      if (path === from) return
      const problem = pathProblem(path, studio.paths.filter((other) => other !== from))
      if (problem) throw invalid(`path-${problem}`)
      if (!(await studio.flush())) return
      const text = from === null ? '' : studio.context?.files[from] ?? ''
      await useCore().command('context.write-file', { context: context.id, path, text })
      if (from !== null) await useCore().command('context.delete-file', { context: context.id, path: from })
      studio.open(path)
    },
  })
}

/** Runs what a button asked for; a refusal becomes a toast. */
export async function attempt(work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    useToasts().error(explain(error))
  }
}

/** Makes the Studio's actions known to keys, menus and palette while it is there. */
export function useStudioActions(): void {
  onScopeDispose(useActions().register(STUDIO_ACTIONS))
}
