import { type HostPlan, type Part, part, type VmPlan } from '../composition.ts'
import { guestId } from '../paths.ts'
import type { Installed } from './architecture.ts'
import { guestParts } from './guest.ts'
import { hardwareId, services } from './hardware.ts'
import { hostOs, hostOsId } from './host-os.ts'

/** Hyper-V: the hypervisor slips under the Windows that was there, which becomes the root partition. */
export function rootPartition(plan: HostPlan, { id, domain }: Installed): Part[] {
  const hypervisor = `${id}/kernel`
  const root = hostOs(plan, hypervisor, 'domain', domain?.id ?? null)
  const [kernel, ...inside] = root.parts
  const provider = (service: 'block' | 'network', name: string): Part[] => {
    const entry = root[service]
    return entry === undefined ? [] : [part(`${id}/back-end.${service}`, 'back-end', name, hostOsId(plan), { needs: { [service]: entry } })]
  }
  return [
    part(hypervisor, 'hypervisor', 'Hyper-V hypervisor', hardwareId(plan), { mode: 'kernel', record: id }),
    ...services(id, hypervisor, { scheduler: 'Scheduler', memory: 'Partition memory', events: 'Synthetic interrupts' }),
    { ...kernel!, name: `${domain?.name ?? 'Root partition'}: ${plan.os?.name ?? 'Windows'}`, needs: { run: hypervisor } },
    ...inside, ...provider('block', 'Storage provider (storvsp)'), ...provider('network', 'Virtual switch (vmswitch)'),
    part(`${id}/management`, 'process', 'Management service (vmms)', hostOsId(plan), { mode: 'process' }),
  ]
}

/** Requests go over VMBus rings in the guest's memory, and a signal through the hypervisor. */
export function rootPartitionVm(plan: HostPlan, { id }: Installed, vm: VmPlan): Part[] {
  const hypervisor = `${id}/kernel`
  const channel = (service: 'block' | 'network', there: boolean): Part[] => !there ? [] : [
    part(`${vm.id}/ring.${service}`, 'shared-memory', 'VMBus ring', guestId(vm), { needs: { [service]: `${vm.id}/event.${service}` } }),
    part(`${vm.id}/event.${service}`, 'service', 'VMBus signal', `${id}/events`, { needs: { [service]: `${id}/back-end.${service}` } }),
  ]
  const [block, network] = [channel('block', plan.disks.length > 0), channel('network', plan.nics.length > 0)]
  return [
    ...guestParts(vm, hypervisor, { run: hypervisor, control: `${id}/management`, block: block[0]?.id, network: network[0]?.id }, { block: 'storvsc', network: 'netvsc' }),
    ...block, ...network,
  ]
}
