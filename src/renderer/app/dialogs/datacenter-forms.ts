import type { GuestTemplate, HypervisorProduct } from '../../../protocol/catalogue.ts'
import type { HostRecord, HypervisorRecord, RecordId, VmRecord } from '../../../protocol/records.ts'
import { catalogue } from '../catalogue.ts'
import { formatMemory } from '../format.ts'
import { t } from '../i18n/index.ts'
import { useCore } from '../stores/core.ts'
import type { FormField, FormSpec } from '../stores/dialogs.ts'
import { useRecords } from '../stores/records.ts'
import { useSelection } from '../stores/selection.ts'

const nameField = (value = ''): FormField =>
  ({ kind: 'text', key: 'name', label: t('app.form.name'), value, optional: true, hint: t('app.form.name-hint') })

const named = (name: string) => (name ? { name } : {})

const number = (key: string, label: string, value: number, max: number, unit = ''): FormField =>
  ({ kind: 'number', key, label: t(`app.form.${label}`), value, min: 1, max, unit })

export async function addHostForm(rack?: RecordId<'rack'>): Promise<FormSpec> {
  const { hostModels } = await catalogue()
  return {
    title: t('app.form.add-host'), submit: t('app.form.add-host-go'),
    fields: [{
      kind: 'choice', key: 'model', label: t('app.form.model'), value: hostModels[0]?.key ?? '',
      options: hostModels.map((model) => ({
        value: model.key, label: model.name,
        detail: t('app.form.host-detail', { cores: model.cpu.cores, cpu: model.cpu.model, memory: formatMemory(model.memoryMiB), year: model.year }),
      })),
    }, nameField()],
    run: async (values) => {
      const { host } = await useCore().command('host.add', { model: values.text('model'), ...named(values.text('name')), ...(rack ? { rack } : {}) })
      useSelection().reveal(host)
    },
  }
}

export async function installOsForm(host: HostRecord): Promise<FormSpec> {
  const { hostSystems } = await catalogue()
  return {
    title: t('app.form.install-os', { name: host.name }), submit: t('app.form.install'),
    fields: [{
      kind: 'choice', key: 'os', label: t('app.form.os'), value: hostSystems[0]?.key ?? '',
      options: hostSystems.map((os) => ({ value: os.key, label: os.name, detail: t('app.form.os-detail', { kernel: os.kernel, year: os.year, memory: formatMemory(os.memoryMiB) }) })),
    }],
    run: (values) => useCore().command('host.install-os', { host: host.id, os: values.text('os') }),
  }
}

/** Products that fit the host come first; the others stay to be tried, because the refusal teaches. */
function fits(product: HypervisorProduct, host: HostRecord, family: string | null): boolean {
  return product.kind === 'bare-metal' ? host.os === null : family !== null && product.hostFamilies.some((each) => each === family)
}

export async function installHypervisorForm(host: HostRecord): Promise<FormSpec> {
  const { hypervisors, hostSystems } = await catalogue()
  const family = hostSystems.find((os) => os.key === host.os)?.family ?? null
  const sorted = [...hypervisors].sort((a, b) => Number(fits(b, host, family)) - Number(fits(a, host, family)))
  return {
    title: t('app.form.install-hypervisor', { name: host.name }), lead: t('app.form.hypervisor-lead'), submit: t('app.form.install'),
    fields: [{
      kind: 'choice', key: 'product', label: t('app.form.product'), value: sorted[0]?.key ?? '',
      options: sorted.map((product) => ({
        value: product.key, label: `${product.name}`,
        detail: [t(`app.hypervisor.${product.kind}`), t(`app.hypervisor.${product.structure}`), String(product.year),
          ...(product.needs.length > 0 ? [t('app.form.needs', { what: product.needs.join(', ') })] : [])].join(' · '),
      })),
    }],
    run: async (values) => {
      const { hypervisor } = await useCore().command('host.install-hypervisor', { host: host.id, product: values.text('product') })
      useSelection().reveal(hypervisor)
    },
  }
}

function sizeFields(vcpus: number, memoryMiB: number, diskGiB: number): FormField[] {
  return [number('vcpus', 'vcpus', vcpus, 2048), number('memoryMiB', 'memory', memoryMiB, 16 * 1024 * 1024, 'MiB'), number('diskGiB', 'disk', diskGiB, 65536, 'GiB')]
}

const sizes = (values: { number(key: string): number }) =>
  ({ vcpus: values.number('vcpus'), memoryMiB: values.number('memoryMiB'), diskGiB: values.number('diskGiB') })

const guestSize = (guest: GuestTemplate) => ({ vcpus: guest.vcpus, memoryMiB: guest.memoryMiB, diskGiB: guest.diskGiB })

export async function createVmForm(hypervisor: HypervisorRecord): Promise<FormSpec> {
  const { guests } = await catalogue()
  const first = guests[0]
  const host = useRecords().get(hypervisor.host)
  return {
    title: t('app.form.create-vm', { hypervisor: hypervisor.name, host: host?.name ?? '' }), submit: t('app.form.create'),
    fields: [
      {
        kind: 'choice', key: 'template', label: t('app.form.guest'), value: first?.key ?? '',
        options: guests.map((guest) => ({ value: guest.key, label: guest.name, detail: t('app.form.guest-detail', { kernel: guest.kernel, bits: guest.bits, memory: formatMemory(guest.memoryMiB) }) })),
      },
      nameField(),
      ...sizeFields(first?.vcpus ?? 1, first?.memoryMiB ?? 1024, first?.diskGiB ?? 10),
    ],
    adjust: (key, values) => {
      const guest = key === 'template' ? guests.find((each) => each.key === values.text('template')) : undefined
      return guest ? guestSize(guest) : {}
    },
    run: async (values) => {
      const { vm } = await useCore().command('vm.create', { hypervisor: hypervisor.id, template: values.text('template'), ...named(values.text('name')), ...sizes(values) })
      useSelection().reveal(vm)
    },
  }
}

export async function configureVmForm(vm: VmRecord): Promise<FormSpec> {
  const { hypervisors } = await catalogue()
  const product = useRecords().get(vm.hypervisor)?.product
  const chooses = hypervisors.some(({ key, choosesMonitor }) => key === product && choosesMonitor)
  return {
    title: t('app.form.configure', { name: vm.name }), submit: t('app.form.apply'),
    fields: [...sizeFields(vm.vcpus, vm.memoryMiB, vm.diskGiB), plugged('disk', vm.hasDisk), plugged('nic', vm.hasNic), ...(chooses ? [monitorField(vm)] : [])],
    run: (values) => useCore().command('vm.configure', {
      vm: vm.id, ...sizes(values), disk: values.text('disk') === 'in', nic: values.text('nic') === 'in',
      ...(chooses ? { monitor: MONITORS.find((each) => each === values.text('monitor')) ?? 'automatic' } : {}),
    }),
  }
}

const MONITORS = ['automatic', 'binary-translation', 'hardware-assist'] as const

const monitorField = (vm: VmRecord): FormField => ({
  kind: 'choice', key: 'monitor', label: t('app.form.monitor'), value: vm.monitor,
  options: MONITORS.map((value) => ({ value, label: t(`app.form.monitor-${value}`), detail: t(`app.form.monitor-${value}-detail`) })),
})

/** A part that can be taken out, to see how a boot fails without it. */
const plugged = (key: 'disk' | 'nic', is: boolean): FormField => ({
  kind: 'choice', key, label: t(`app.form.plugged.${key}`), value: is ? 'in' : 'out',
  options: (['in', 'out'] as const).map((value) => ({ value, label: t(`app.form.plugged.${value}`), detail: t(`app.form.plugged.${key}-${value}`) })),
})

const VIRTUALIZATION_FLAGS = { intel: ['vmx', 'ept', 'vt-d'], amd: ['svm', 'npt', 'amd-vi'], apple: [] } as const

/** The firmware's switch for hardware assist is the one that explains most refusals, so it is a choice of its own. */
export async function configureHostForm(host: HostRecord): Promise<FormSpec> {
  const { hostModels } = await catalogue()
  const model = hostModels.find((each) => each.key === host.model)
  const assist = VIRTUALIZATION_FLAGS[host.cpu.vendor]
  const possible = assist.filter((flag) => [...model?.cpu.flags ?? [], ...model?.switchedOff ?? []].includes(flag))
  // A processor that has none is asked for it all the same: the refusal says why.
  const wanted = possible.length > 0 ? possible : assist.slice(0, 1)
  // With the switch off some processors still report the flags around it, such as EPT: the first one is the switch.
  const on = assist.slice(0, 1).some((flag) => host.cpu.flags.includes(flag))
  const choice: FormField[] = assist.length === 0 ? [] : [{
    kind: 'choice', key: 'assist', label: t('app.form.assist'), value: on ? 'on' : 'off',
    options: (['on', 'off'] as const).map((value) => ({ value, label: t(`app.form.assist-${value}`), detail: value === 'on' ? wanted.join(', ') : t('app.form.assist-off-detail') })),
  }]
  return {
    title: t('app.form.configure', { name: host.name }), submit: t('app.form.apply'),
    fields: [number('cores', 'cores', host.cpu.cores, 1024), number('memoryMiB', 'memory', host.memoryMiB, 16 * 1024 * 1024, 'MiB'), ...choice],
    run: (values) => {
      const others = host.cpu.flags.filter((flag) => !assist.some((each) => each === flag))
      const changed = assist.length > 0 && (values.text('assist') === 'on') !== on
      return useCore().command('host.configure', {
        host: host.id, cores: values.number('cores'), memoryMiB: values.number('memoryMiB'),
        ...(changed ? { flags: values.text('assist') === 'on' ? [...others, ...wanted] : others } : {}),
      })
    },
  }
}

export const snapshotForm = (vm: VmRecord, taken: number): FormSpec => ({
  title: t('app.form.snapshot', { name: vm.name }), submit: t('app.form.take'),
  lead: t(vm.state === 'off' ? 'app.form.snapshot-disk' : 'app.form.snapshot-memory', { memory: formatMemory(vm.memoryMiB) }),
  fields: [{ kind: 'text', key: 'name', label: t('app.form.name'), value: t('app.form.snapshot-name', { number: taken + 1 }) }],
  run: (values) => useCore().command('vm.snapshot', { vm: vm.id, name: values.text('name') }),
})

export const renameForm = (id: RecordId, name: string): FormSpec => ({
  title: t('app.form.rename', { name }), submit: t('app.form.rename-go'),
  fields: [{ kind: 'text', key: 'name', label: t('app.form.name'), value: name }],
  run: (values) => useCore().command('object.rename', { id, name: values.text('name') }),
})

export const renameProjectForm = (name: string): FormSpec => ({
  title: t('app.form.rename', { name }), submit: t('app.form.rename-go'),
  fields: [{ kind: 'text', key: 'name', label: t('app.form.name'), value: name }],
  run: (values) => useCore().command('project.rename', { name: values.text('name') }),
})
