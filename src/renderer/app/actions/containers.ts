import type { ContainerRecord, ContainerState } from '../../../protocol/records.ts'
import { commitForm, pullForm, runContainerForm, tagForm } from '../dialogs/container-forms.ts'
import { displayName } from '../look.ts'
import { t } from '../i18n/index.ts'
import { useCore } from '../stores/core.ts'
import { useDialogs } from '../stores/dialogs.ts'
import { useFocus } from '../stores/focus.ts'
import { useToasts } from '../stores/toasts.ts'
import { anyEngine, asA, engineFor, isA } from './subjects.ts'
import type { Subject, UiAction } from './registry.ts'
import { doneWithUndo } from './undoable.ts'

const DEFAULT_COLUMNS = 80
const DEFAULT_ROWS = 24

const inState = (...states: ContainerState[]) => (subject: Subject): string | null => {
  const container = asA('container', subject)
  return !container || states.includes(container.state) ? null : t('app.reason.container-is', { name: container.name, state: t(`app.state.${container.state}`) })
}

const withContainer = (act: (container: ContainerRecord) => unknown) => (subject: Subject) => {
  const container = asA('container', subject)
  return container ? act(container) : undefined
}

const needsEngine = (subject: Subject): string | null => (anyEngine(subject) ? null : t('app.reason.no-engine'))

async function openTerminal(subject: Subject): Promise<void> {
  const target = subject?.type === 'container' ? subject.id : anyEngine(subject)?.id
  if (!target) return
  const { terminal } = await useCore().command('terminal.open', { target, columns: DEFAULT_COLUMNS, rows: DEFAULT_ROWS })
  useFocus().showTerminal(terminal)
}

function openPage(container: ContainerRecord): void {
  const port = container.ports.find((mapping) => mapping.protocol === 'tcp')
  if (port) useDialogs().page = { engine: container.engine, port: port.hostPort }
}

async function removeContainer(container: ContainerRecord): Promise<void> {
  await useCore().command('container.remove', { container: container.id, force: container.state === 'running' || container.state === 'paused' })
  useToasts().info(t('app.toast.removed', { name: container.name }))
}

function lifecycle(): readonly UiAction[] {
  const core = useCore()
  const is = isA('container')
  return [
    { id: 'container.start', title: 'app.do.start', icon: 'play', group: 'object', primary: true, applies: is, blocked: inState('created', 'exited'), run: withContainer((container) => core.command('container.start', { container: container.id })) },
    { id: 'container.unpause', title: 'app.do.unpause', icon: 'play', group: 'object', primary: true, applies: is, blocked: inState('paused'), run: withContainer((container) => core.command('container.unpause', { container: container.id })) },
    { id: 'container.pause', title: 'app.do.pause', icon: 'pause', group: 'object', applies: is, blocked: inState('running'), run: withContainer((container) => core.command('container.pause', { container: container.id })) },
    { id: 'container.stop', title: 'app.do.stop', icon: 'off', group: 'object', applies: is, blocked: inState('running', 'paused'), run: withContainer((container) => core.command('container.stop', { container: container.id })) },
    { id: 'container.kill', title: 'app.do.kill', icon: 'x', group: 'object', applies: is, blocked: inState('running', 'paused'), run: withContainer((container) => core.command('container.kill', { container: container.id })) },
  ]
}

function imageActions(): readonly UiAction[] {
  const core = useCore()
  const dialogs = useDialogs()
  const is = isA('image')
  return [
    {
      id: 'image.show-layers', title: 'app.do.show-layers-of', icon: 'layers', group: 'object', applies: is,
      run: (subject) => { if (subject?.type === 'image') useFocus().showImage(subject.id) },
    },
    { id: 'image.tag', title: 'app.do.tag', icon: 'mark', group: 'object', applies: is, run: (subject) => { if (subject?.type === 'image') dialogs.ask(tagForm(subject)) } },
    {
      id: 'image.remove', title: 'app.do.remove', icon: 'x', group: 'object', keys: ['Delete'], applies: is,
      run: async (subject) => {
        if (subject?.type !== 'image') return
        await core.command('image.remove', { image: subject.id })
        useToasts().info(t('app.toast.removed', { name: displayName(subject) }))
      },
    },
    {
      id: 'image.pull', title: 'app.do.pull', icon: 'layers', group: 'add', blocked: needsEngine,
      run: async (subject) => {
        const engine = anyEngine(subject)
        if (engine) dialogs.ask(await pullForm(engine))
      },
    },
  ]
}

function otherActions(): readonly UiAction[] {
  const core = useCore()
  return [
    {
      id: 'terminal.open', title: 'app.do.open-terminal', icon: 'term', group: 'object', applies: (subject) => subject.type === 'container' || engineFor(subject) !== undefined,
      blocked: (subject) => (subject?.type === 'container' ? inState('running')(subject) : needsEngine(subject)), run: openTerminal,
    },
    {
      id: 'context.open', title: 'app.do.open-in-studio', icon: 'doc', group: 'object', primary: true, applies: isA('context'),
      run: (subject) => { if (subject?.type === 'context') useFocus().showContext(subject.id) },
    },
    {
      id: 'context.remove', title: 'app.do.remove', icon: 'x', group: 'object', keys: ['Delete'], applies: isA('context'),
      run: async (subject) => {
        if (subject?.type !== 'context') return
        await core.command('context.remove', { context: subject.id })
        doneWithUndo(t('app.toast.removed', { name: subject.name }))
      },
    },
    {
      id: 'engine.remove', title: 'app.do.remove', icon: 'x', group: 'object', keys: ['Delete'], applies: isA('engine'),
      run: async (subject) => {
        if (subject?.type !== 'engine') return
        await core.command('engine.remove', { engine: subject.id })
        doneWithUndo(t('app.toast.removed', { name: subject.name }))
      },
    },
    {
      id: 'task.cancel', title: 'app.do.cancel-task', icon: 'x', group: 'object', applies: isA('task'),
      blocked: (subject) => (subject?.type === 'task' && !(subject.cancellable && subject.state === 'running') ? t('app.reason.not-cancellable') : null),
      run: (subject) => (subject?.type === 'task' ? core.command('task.cancel', { task: subject.id }) : undefined),
    },
  ]
}

export function containerActions(): readonly UiAction[] {
  const dialogs = useDialogs()
  const is = isA('container')
  return [
    {
      id: 'container.run', title: 'app.do.run-container', icon: 'ctr', group: 'add', primary: true, blocked: needsEngine,
      run: async (subject) => {
        const engine = anyEngine(subject)
        if (engine) dialogs.ask(await runContainerForm(engine, asA('image', subject)))
      },
    },
    {
      id: 'container.open-page', title: 'app.do.open-page', icon: 'globe', group: 'object', applies: (subject) => subject.type === 'container' && subject.ports.length > 0,
      primary: true, blocked: inState('running'), run: withContainer(openPage),
    },
    ...lifecycle(),
    { id: 'container.commit', title: 'app.do.commit', icon: 'layers', group: 'object', applies: is, run: withContainer((container) => dialogs.ask(commitForm(container))) },
    { id: 'container.remove', title: 'app.do.remove', icon: 'x', group: 'object', keys: ['Delete'], applies: is, run: withContainer(removeContainer) },
    ...imageActions(),
    ...otherActions(),
  ]
}
