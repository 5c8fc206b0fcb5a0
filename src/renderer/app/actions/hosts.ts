import type { AnyRecord, HostRecord, RecordId } from '../../../protocol/records.ts'
import { addHostForm, configureHostForm, installHypervisorForm, installOsForm, renameForm } from '../dialogs/datacenter-forms.ts'
import { displayName } from '../look.ts'
import { t } from '../i18n/index.ts'
import { useCore } from '../stores/core.ts'
import { useDialogs } from '../stores/dialogs.ts'
import { useSelection } from '../stores/selection.ts'
import { asA, engineOf, hypervisorOf, isA } from './subjects.ts'
import type { Subject, UiAction } from './registry.ts'
import { doneWithUndo } from './undoable.ts'

const RENAMABLE = isA('rack', 'host', 'vm', 'network', 'context', 'snapshot')

const emptyHost = (subject: Subject): string | null => {
  const host = asA('host', subject)
  if (!host) return null
  return host.os || hypervisorOf(host.id) || host.state !== 'empty' ? t('app.reason.host-not-empty', { name: host.name }) : null
}

function hypervisorBlocked(subject: Subject): string | null {
  const host = asA('host', subject)
  return host && hypervisorOf(host.id) ? t('app.reason.has-hypervisor', { name: host.name }) : null
}

function engineBlocked(subject: Subject): string | null {
  if (subject?.type !== 'host' && subject?.type !== 'vm') return null
  if (engineOf(subject.id)) return t('app.reason.has-engine', { name: subject.name })
  if (subject.type === 'host' && !subject.os) return t('app.reason.engine-needs-os', { name: subject.name })
  return subject.type === 'vm' && subject.state !== 'running' ? t('app.reason.vm-not-running', { name: subject.name }) : null
}

async function installEngine(subject: Subject): Promise<void> {
  if (subject?.type !== 'host' && subject?.type !== 'vm') return
  const owner: RecordId<'host'> | RecordId<'vm'> = subject.id
  const { engine } = await useCore().command('engine.install', { owner })
  useSelection().reveal(engine)
}

const withHost = (act: (host: HostRecord) => unknown) => (subject: Subject) => {
  const host = asA('host', subject)
  return host ? act(host) : undefined
}

async function removeHost(host: HostRecord): Promise<void> {
  await useCore().command('host.remove', { host: host.id })
  doneWithUndo(t('app.toast.removed', { name: host.name }))
}

async function wipe(host: HostRecord): Promise<void> {
  await useCore().command('host.wipe', { host: host.id })
  doneWithUndo(t('app.toast.wiped', { name: host.name }))
}

async function removeRack(subject: Subject): Promise<void> {
  const rack = asA('rack', subject)
  if (!rack) return
  await useCore().command('rack.remove', { rack: rack.id })
  doneWithUndo(t('app.toast.removed', { name: rack.name }))
}

const renameSubject = (subject: AnyRecord) => useDialogs().ask(renameForm(subject.id, displayName(subject)))

export function hostActions(): readonly UiAction[] {
  const core = useCore()
  const dialogs = useDialogs()
  return [
    { id: 'host.add', title: 'app.do.add-host', icon: 'host', group: 'add', run: async (subject) => dialogs.ask(await addHostForm(asA('rack', subject)?.id)) },
    { id: 'rack.add', title: 'app.do.add-rack', icon: 'stack', group: 'add', run: async () => useSelection().reveal((await core.command('rack.add', {})).rack) },
    {
      id: 'host.install-os', title: 'app.do.install-os', icon: 'screen', group: 'object', primary: true, applies: isA('host'), blocked: emptyHost,
      run: withHost(async (host) => dialogs.ask(await installOsForm(host))),
    },
    {
      id: 'host.install-hypervisor', title: 'app.do.install-hypervisor', icon: 'hyper', group: 'object', applies: isA('host'), blocked: hypervisorBlocked,
      run: withHost(async (host) => dialogs.ask(await installHypervisorForm(host))),
    },
    { id: 'engine.install', title: 'app.do.install-engine', icon: 'io', group: 'object', applies: isA('host', 'vm'), blocked: engineBlocked, run: installEngine },
    {
      id: 'host.configure', title: 'app.do.configure', icon: 'gear', group: 'object', applies: isA('host'),
      run: withHost(async (host) => dialogs.ask(await configureHostForm(host))),
    },
    {
      id: 'host.power-cycle', title: 'app.do.power-cycle', icon: 'off', group: 'object', applies: isA('host'),
      blocked: (subject) => (asA('host', subject)?.state === 'crashed' || asA('host', subject)?.state === 'running' ? null : t('app.reason.not-up')),
      run: withHost((host) => core.command('host.power-cycle', { host: host.id })),
    },
    {
      id: 'host.wipe', title: 'app.do.wipe', icon: 'undo', group: 'object', applies: isA('host'),
      blocked: (subject) => (asA('host', subject)?.state === 'empty' ? t('app.reason.already-empty') : null), run: withHost(wipe),
    },
    { id: 'host.remove', title: 'app.do.remove', icon: 'x', group: 'object', keys: ['Delete'], applies: isA('host'), run: withHost(removeHost) },
    { id: 'rack.remove', title: 'app.do.remove', icon: 'x', group: 'object', keys: ['Delete'], applies: isA('rack'), run: removeRack },
    {
      id: 'object.rename', title: 'app.do.rename', icon: 'doc', group: 'object', keys: ['F2'], applies: RENAMABLE,
      run: (subject) => { if (subject) renameSubject(subject) },
    },
  ]
}
