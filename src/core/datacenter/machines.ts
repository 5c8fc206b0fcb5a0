import type { HostRecord, HypervisorRecord, RecordId, VmRecord } from '../../protocol/records.ts'
import type { Store } from '../store/store.ts'
import { findHostSystem, findProduct } from './catalogue/find.ts'

/** VMs that hold memory: everything but switched-off and crashed ones. */
export function isActive(vm: Pick<VmRecord, 'state'>): boolean {
  return vm.state !== 'off' && vm.state !== 'fault'
}

export function vmsOf(store: Store, host: RecordId<'host'>): VmRecord[] {
  return store.all('vm').filter((vm) => vm.host === host)
}

export function hypervisorsOf(store: Store, host: RecordId<'host'>): HypervisorRecord[] {
  return store.all('hypervisor').filter((hypervisor) => hypervisor.host === host)
}

/** What the host OS and the hypervisors keep for themselves, MiB. Privileged domains count as VMs. */
export function reservedMemoryMiB(store: Store, host: HostRecord): number {
  const system = host.os === null ? 0 : findHostSystem(host.os).memoryMiB
  return hypervisorsOf(store, host.id).reduce((sum, hypervisor) => sum + findProduct(hypervisor.product).ownMemoryMiB, system)
}

/** What active VMs hold, MiB. */
export function vmMemoryMiB(store: Store, host: RecordId<'host'>): number {
  return vmsOf(store, host).filter(isActive).reduce((sum, vm) => sum + vm.memoryMiB, 0)
}

export function freeMemoryMiB(store: Store, host: HostRecord): number {
  return host.memoryMiB - reservedMemoryMiB(store, host) - vmMemoryMiB(store, host.id)
}

/** Brings the host's sums up to date after anything on it changed. */
export function refreshHost(store: Store, id: RecordId<'host'>): void {
  const host = store.get(id)
  if (!host) return
  const memoryUsedMiB = reservedMemoryMiB(store, host) + vmMemoryMiB(store, id)
  const vcpusUsed = vmsOf(store, id).filter(isActive).reduce((sum, vm) => sum + vm.vcpus, 0)
  if (memoryUsedMiB !== host.memoryUsedMiB || vcpusUsed !== host.vcpusUsed) store.update(id, { memoryUsedMiB, vcpusUsed })
}

/** "8 GiB", "512 MiB". */
export function memoryText(mebibytes: number): string {
  return mebibytes >= 1024 ? `${Math.round((mebibytes / 1024) * 10) / 10} GiB` : `${mebibytes} MiB`
}
