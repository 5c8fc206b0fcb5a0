import type { VmRecord, VmState } from '../../../protocol/records.ts'
import { configureVmForm, createVmForm, snapshotForm } from '../dialogs/datacenter-forms.ts'
import { t } from '../i18n/index.ts'
import { useCore } from '../stores/core.ts'
import { useDialogs } from '../stores/dialogs.ts'
import { useFocus } from '../stores/focus.ts'
import { useRecords } from '../stores/records.ts'
import { useSelection } from '../stores/selection.ts'
import { useToasts } from '../stores/toasts.ts'
import { anyHypervisor, asA, isA } from './subjects.ts'
import type { Subject, UiAction } from './registry.ts'
import { doneWithUndo } from './undoable.ts'

const inState = (...states: VmState[]) => (subject: Subject): string | null => {
  const vm = asA('vm', subject)
  return !vm || states.includes(vm.state) ? null : t('app.reason.vm-is', { name: vm.name, state: t(`app.state.${vm.state}`) })
}

const guestOnly = (subject: Subject): string | null => {
  const vm = asA('vm', subject)
  return vm && vm.role !== 'guest' ? t('app.reason.not-a-guest', { name: vm.name }) : null
}

const withVm = (act: (vm: VmRecord) => unknown) => (subject: Subject) => {
  const vm = asA('vm', subject)
  return vm ? act(vm) : undefined
}

async function remove(vm: VmRecord): Promise<void> {
  await useCore().command('vm.delete', { vm: vm.id })
  doneWithUndo(t('app.toast.removed', { name: vm.name }))
}

async function clone(vm: VmRecord): Promise<void> {
  const { vm: copy } = await useCore().command('vm.clone', { vm: vm.id })
  useSelection().reveal(copy)
  doneWithUndo(t('app.toast.cloned', { name: vm.name }))
}

function lifecycle(): readonly UiAction[] {
  const core = useCore()
  const is = isA('vm')
  return [
    { id: 'vm.start', title: 'app.do.start', icon: 'play', group: 'object', primary: true, applies: is, blocked: inState('off', 'fault'), run: withVm((vm) => core.command('vm.start', { vm: vm.id })) },
    { id: 'vm.resume', title: 'app.do.resume', icon: 'play', group: 'object', primary: true, applies: is, blocked: inState('paused'), run: withVm((vm) => core.command('vm.resume', { vm: vm.id })) },
    { id: 'vm.pause', title: 'app.do.pause', icon: 'pause', group: 'object', applies: is, blocked: inState('running'), run: withVm((vm) => core.command('vm.pause', { vm: vm.id })) },
    { id: 'vm.stop', title: 'app.do.shut-down', icon: 'off', group: 'object', applies: is, blocked: inState('running'), run: withVm((vm) => core.command('vm.stop', { vm: vm.id })) },
    {
      id: 'vm.power-off', title: 'app.do.power-off', icon: 'x', group: 'object', applies: is, blocked: inState('running', 'booting', 'paused', 'stopping', 'fault'),
      run: withVm((vm) => core.command('vm.stop', { vm: vm.id, force: true })),
    },
    { id: 'vm.reset', title: 'app.do.reset', icon: 'undo', group: 'object', applies: is, blocked: inState('running', 'booting', 'paused', 'fault'), run: withVm((vm) => core.command('vm.reset', { vm: vm.id })) },
  ]
}

function snapshots(): readonly UiAction[] {
  const core = useCore()
  const is = isA('snapshot')
  return [
    {
      id: 'snapshot.restore', title: 'app.do.restore-snapshot', icon: 'undo', group: 'object', primary: true, applies: is,
      run: async (subject) => {
        const snapshot = asA('snapshot', subject)
        if (!snapshot) return
        await core.command('vm.restore-snapshot', { snapshot: snapshot.id })
        useToasts().info(t('app.toast.restored', { name: snapshot.name }))
      },
    },
    {
      id: 'snapshot.delete', title: 'app.do.delete-snapshot', icon: 'x', group: 'object', keys: ['Delete'], applies: is,
      run: async (subject) => {
        const snapshot = asA('snapshot', subject)
        if (!snapshot) return
        await core.command('vm.delete-snapshot', { snapshot: snapshot.id })
        useToasts().info(t('app.toast.removed', { name: snapshot.name }))
      },
    },
  ]
}

export function vmActions(): readonly UiAction[] {
  const dialogs = useDialogs()
  const is = isA('vm')
  return [
    {
      id: 'vm.create', title: 'app.do.add-vm', icon: 'vm', group: 'add',
      blocked: (subject) => (anyHypervisor(subject) ? null : t('app.reason.no-hypervisor')),
      run: async (subject) => {
        const hypervisor = anyHypervisor(subject)
        if (hypervisor) dialogs.ask(await createVmForm(hypervisor))
      },
    },
    ...lifecycle(),
    { id: 'vm.look-inside', title: 'microscope.do.look-inside', icon: 'chip', group: 'object', applies: is, blocked: guestOnly, run: withVm((vm) => useFocus().showMachine(vm.id)) },
    {
      id: 'vm.snapshot', title: 'app.do.snapshot', icon: 'mark', group: 'object', applies: is, blocked: guestOnly,
      run: withVm((vm) => dialogs.ask(snapshotForm(vm, [...useRecords().all('snapshot').values()].filter((snapshot) => snapshot.vm === vm.id).length))),
    },
    { id: 'vm.clone', title: 'app.do.clone', icon: 'copy', group: 'object', applies: is, blocked: guestOnly, run: withVm(clone) },
    { id: 'vm.configure', title: 'app.do.configure', icon: 'gear', group: 'object', applies: is, run: withVm(async (vm) => dialogs.ask(await configureVmForm(vm))) },
    { id: 'vm.delete', title: 'app.do.delete', icon: 'x', group: 'object', keys: ['Delete'], applies: is, blocked: guestOnly, run: withVm(remove) },
    ...snapshots(),
  ]
}
