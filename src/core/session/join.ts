import type { CatalogueAnswer } from '../../protocol/catalogue.ts'
import { PROJECT_ID, type RecordId } from '../../protocol/records.ts'
import { Failure } from '../base/failure.ts'
import { createContainers } from '../containers/engine/containers.ts'
import { Registry } from '../containers/registry/registry.ts'
import { SAMPLES } from '../containers/samples/samples.ts'
import type { EngineHosting } from '../containers/runtime/linux-system.ts'
import { createDatacenter, DATACENTER_CATALOGUE } from '../datacenter/datacenter.ts'
import { requireSettled } from '../datacenter/hosts.ts'
import { isActive, refreshHost, vmsOf } from '../datacenter/machines.ts'
import type { ReversibleDiff } from '../store/diff.ts'
import type { Store } from '../store/store.ts'
import type { Area, Ground } from './area.ts'

/** Makes the areas of the core and joins them: the datacenter's machines carry the containers' engines. */
export function joinCore(ground: Ground): readonly Area[] {
  const datacenter = createDatacenter({ ...ground, hosting: () => containers.hosting })
  const registry = new Registry()
  const containers = createContainers({ ...ground, systems: datacenter.systems, registry })
  datacenter.furnish()
  const { handlers, queries, hosting, onStream } = containers
  return [
    { handlers, queries, onStream, cancelTask: (task) => containers.cancelTask(task) },
    {
      handlers: datacenter.handlers,
      queries: { ...datacenter.queries, catalogue: () => catalogue(registry, ground.store) },
      restored: (changes) => {
        refuseUnderRunningVms(ground.store, changes)
        refuseWhileDown(ground.store, changes)
        refreshHosts(ground.store, changes)
        moveEngines(hosting, changes)
      },
    },
  ]
}

/** What can be added and pulled, as of the universe's date. */
function catalogue(registry: Registry, store: Store): CatalogueAnswer {
  return { ...DATACENTER_CATALOGUE, samples: SAMPLES, images: registry.list(store.require(PROJECT_ID).universe) }
}

/** The hardware of a host cannot go back to what it was under machines that run on it now. */
function refuseUnderRunningVms(store: Store, changes: ReversibleDiff): void {
  for (const { before, after } of changes.values()) {
    if (before?.type !== 'host' || after?.type !== 'host') continue
    if (before.cpu === after.cpu && before.memoryMiB === after.memoryMiB) continue
    const running = vmsOf(store, after.id).find((vm) => vm.role === 'guest' && isActive(vm))
    if (running) throw new Failure('conflict', `${running.name} runs on ${after.name}.`, 'Stop it first.')
  }
}

/** What a crashed host carries stays as it is until the host is up again. */
function refuseWhileDown(store: Store, changes: ReversibleDiff): void {
  for (const { before, after } of changes.values()) {
    const record = after ?? before
    const host = record?.type === 'host' ? record.id : record?.type === 'hypervisor' ? record.host : undefined
    const down = host === undefined ? undefined : store.get(host)
    if (down) requireSettled(down)
  }
}

/** Sums are not restored but taken again, over what is there now. */
function refreshHosts(store: Store, changes: ReversibleDiff): void {
  const hosts = new Set<RecordId<'host'>>()
  for (const { before, after } of changes.values()) {
    for (const record of [before, after]) {
      if (record?.type === 'host') hosts.add(record.id)
      if (record?.type === 'vm' || record?.type === 'hypervisor') hosts.add(record.host)
    }
  }
  for (const host of hosts) refreshHost(store, host)
}

/** An engine that came back is the same engine, with all its content; one that went is kept for redo. */
function moveEngines(hosting: EngineHosting, changes: ReversibleDiff): void {
  for (const { before, after } of changes.values()) {
    if (!after && before?.type === 'engine') hosting.detach(before.id)
    if (!before && after?.type === 'engine') hosting.attach(after.id, after.owner)
  }
}
