import fc from 'fast-check'

/** A command, or simulated seconds that pass. Ids are guesses: many commands are refused, as they may be. */
export type Step = { readonly name: string; readonly params: Readonly<Record<string, unknown>> } | { readonly seconds: number }

const id = (type: string, count = 4): fc.Arbitrary<string> => fc.integer({ min: 1, max: count }).map((number) => `${type}:${number}`)
const command = (name: string, params: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Step> =>
  fc.record({ name: fc.constant(name), params: fc.record(params) })

const NAMES = fc.constantFrom('alpha', 'beta', 'gamma')

/** Edits of the datacenter's plan. */
const EDITS: readonly fc.Arbitrary<Step>[] = [
  command('rack.add', {}),
  command('rack.remove', { rack: id('rack', 2) }),
  command('host.add', { model: fc.constantFrom('rack-2017', 'rack-2019-amd', 'macbook-2019') }),
  command('host.configure', { host: id('host'), memoryMiB: fc.constantFrom(65536, 131072) }),
  command('host.install-os', { host: id('host'), os: fc.constantFrom('debian-12', 'macos-13') }),
  command('host.install-hypervisor', { host: id('host'), product: fc.constantFrom('kvm', 'xen', 'virtualbox-7') }),
  command('host.wipe', { host: id('host') }),
  command('host.remove', { host: id('host') }),
  command('object.rename', { id: fc.oneof(id('host'), id('vm')), name: NAMES }),
  command('vm.create', { hypervisor: id('hypervisor'), template: fc.constantFrom('debian-12', 'ubuntu-22.04') }),
  command('vm.configure', { vm: id('vm'), memoryMiB: fc.constantFrom(1024, 4096) }),
  command('vm.clone', { vm: id('vm') }),
  command('vm.delete', { vm: id('vm') }),
  command('project.rename', { name: NAMES }),
  command('universe.set', { date: fc.constantFrom('2014-06-01', '2018-02-30') }),
]

/** What is done to machines, and to history and time. */
const ACTIONS: readonly fc.Arbitrary<Step>[] = [
  ...['vm.start', 'vm.start', 'vm.pause', 'vm.resume', 'vm.stop', 'vm.reset', 'vm.snapshot'].map((name) => command(name, { vm: id('vm') })),
  command('host.crash', { host: id('host'), part: fc.oneof(id('host').map((host) => `${host}/driver.sda`), id('vm').map((vm) => `${vm}/process`), id('vm').map((vm) => `${vm}/guest`), id('hypervisor').map((each) => `${each}/kernel`)) }),
  command('host.power-cycle', { host: id('host', 2) }),
  command('engine.install', { owner: fc.oneof(id('host'), id('vm')) }),
  command('edit.undo', {}),
  command('edit.undo', {}),
  command('edit.redo', {}),
  command('clock.step', {}),
  fc.record({ seconds: fc.constantFrom(0.5, 3, 40) }),
]

/** Something to act on, before chance takes over. */
export const OPENING: readonly Step[] = [
  { name: 'rack.add', params: {} },
  { name: 'host.add', params: { model: 'rack-2017' } },
  { name: 'host.install-os', params: { host: 'host:1', os: 'debian-12' } },
  { name: 'host.install-hypervisor', params: { host: 'host:1', product: 'kvm' } },
  { name: 'vm.create', params: { hypervisor: 'hypervisor:1', template: 'debian-12' } },
]

export const steps = (maxLength: number): fc.Arbitrary<Step[]> => fc.array(fc.oneof(...EDITS, ...ACTIONS), { maxLength })
export const edits = (maxLength: number): fc.Arbitrary<Step[]> => fc.array(fc.oneof(...EDITS), { maxLength })
