import type { Command, CommandName, CommandParams } from '../../protocol/commands.ts'
import type { RecordId, RecordType } from '../../protocol/records.ts'

/** A step of a scripted room: an ordinary command, or simulated time passing. Ids of earlier results are taken by name. */
export type ScriptStep =
  | { readonly run: (ids: NamedIds) => Command; readonly as?: string }
  | { readonly waitSeconds: number }

export interface NamedIds {
  get<T extends RecordType>(type: T, name: string): RecordId<T>
}

function command<N extends CommandName>(name: N, params: CommandParams<N>): Command {
  return { name, params }
}

function step<N extends CommandName>(as: string | undefined, name: N, params: (ids: NamedIds) => CommandParams<N>): ScriptStep {
  const run = (ids: NamedIds): Command => command(name, params(ids))
  return as === undefined ? { run } : { run, as }
}

const host = (as: string, model: string): ScriptStep => step(as, 'host.add', (ids) => ({ model, name: as, rack: ids.get('rack', 'rack') }))
const system = (on: string, os: string): ScriptStep => step(undefined, 'host.install-os', (ids) => ({ host: ids.get('host', on), os }))
const hypervisor = (as: string, on: string, product: string): ScriptStep =>
  step(as, 'host.install-hypervisor', (ids) => ({ host: ids.get('host', on), product }))
const vm = (as: string, on: string, template: string, size: { vcpus: number; memoryMiB: number; diskGiB: number }): ScriptStep =>
  step(as, 'vm.create', (ids) => ({ hypervisor: ids.get('hypervisor', on), template, name: as, ...size }))
const start = (name: string): ScriptStep => step(undefined, 'vm.start', (ids) => ({ vm: ids.get('vm', name) }))
const engine = (as: string, owner: ['vm' | 'host', string]): ScriptStep => step(as, 'engine.install', (ids) => ({ owner: ids.get(...owner) }))
const pull = (on: string, reference: string): ScriptStep => step(undefined, 'image.pull', (ids) => ({ engine: ids.get('engine', on), reference }))

/** What the first start opens: three hosts that answer "where does the kernel come from?" in three ways. */
export const SAMPLE_ROOM: readonly ScriptStep[] = [
  step('rack', 'rack.add', () => ({ name: 'rack-1' })),
  host('charminar', 'rack-2017'),
  system('charminar', 'debian-12'),
  hypervisor('kvm', 'charminar', 'kvm'),
  vm('web-1', 'kvm', 'ubuntu-22.04', { vcpus: 4, memoryMiB: 8192, diskGiB: 40 }),
  vm('hadoop', 'kvm', 'ubuntu-14.04', { vcpus: 2, memoryMiB: 6144, diskGiB: 60 }),
  vm('db-1', 'kvm', 'debian-12', { vcpus: 2, memoryMiB: 4096, diskGiB: 40 }),
  host('golconda', 'rack-2019-amd'),
  hypervisor('xen', 'golconda', 'xen'),
  vm('mail', 'xen', 'debian-12', { vcpus: 1, memoryMiB: 2048, diskGiB: 20 }),
  vm('erp', 'xen', 'windows-server-2019', { vcpus: 2, memoryMiB: 8192, diskGiB: 60 }),
  host('asha-macbook', 'macbook-2019'),
  system('asha-macbook', 'macos-13'),
  hypervisor('virtualbox', 'asha-macbook', 'virtualbox-7'),
  vm('fedora', 'virtualbox', 'fedora-40', { vcpus: 2, memoryMiB: 3072, diskGiB: 30 }),
  start('web-1'),
  start('hadoop'),
  start('mail'),
  start('fedora'),
  { waitSeconds: 30 },
  engine('docker-mac', ['host', 'asha-macbook']),
  engine('docker-web', ['vm', 'web-1']),
  engine('docker-hadoop', ['vm', 'hadoop']),
  step(undefined, 'vm.pause', (ids) => ({ vm: ids.get('vm', 'fedora') })),
  pull('docker-web', 'nginx:latest'),
  pull('docker-web', 'alpine:latest'),
  pull('docker-mac', 'nginx:latest'),
  { waitSeconds: 60 },
  step('shop', 'container.run', (ids) => ({ engine: ids.get('engine', 'docker-web'), image: 'nginx', name: 'shop', ports: [{ hostPort: 8080, containerPort: 80, protocol: 'tcp' }] })),
  step('jobs', 'container.run', (ids) => ({ engine: ids.get('engine', 'docker-web'), image: 'alpine', name: 'jobs', command: ['sleep', 'infinity'] })),
  step(undefined, 'container.pause', (ids) => ({ container: ids.get('container', 'jobs') })),
  step('site', 'container.run', (ids) => ({ engine: ids.get('engine', 'docker-mac'), image: 'nginx', name: 'site', ports: [{ hostPort: 8080, containerPort: 80, protocol: 'tcp' }] })),
  step('course', 'context.create', () => ({ sample: 'course', name: 'course' })),
  // The images above are today's; the course's Dockerfile builds in the packages of its own time.
  step(undefined, 'universe.set', () => ({ date: '2014-06-01' })),
  step(undefined, 'project.rename', () => ({ name: 'A running world' })),
  { waitSeconds: 2 },
  step(undefined, 'edit.forget', () => ({})),
  step(undefined, 'clock.play', () => ({})),
]

/** A bare floor with one rack. */
export const EMPTY_ROOM: readonly ScriptStep[] = [step('rack', 'rack.add', () => ({ name: 'rack-1' })), step(undefined, 'edit.forget', () => ({}))]
