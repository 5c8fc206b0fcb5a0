import { assertNever } from '../../../base/assert-never.ts'
import type { RecordId } from '../../../../protocol/records.ts'
import type { Architecture } from '../catalogue.ts'
import type { HostPlan, Part, VmPlan } from '../composition.ts'
import { hosted, hostedVm } from './hosted.ts'
import { kvm, kvmVm } from './kvm.ts'
import { nitro, nitroVm } from './nitro.ts'
import { rootPartition, rootPartitionVm } from './root-partition.ts'
import { vmkernel, vmkernelVm } from './vmkernel.ts'
import { xen, xenVm } from './xen.ts'

/** A hypervisor on a host, with its privileged domain where it has one. */
export interface Installed {
  readonly id: RecordId<'hypervisor'>
  readonly domain: VmPlan | undefined
}

/** What a product puts on its host. */
export function productParts(plan: HostPlan, installed: Installed, architecture: Architecture): Part[] {
  switch (architecture.kind) {
    case 'vmkernel': return vmkernel(plan, installed)
    case 'kvm': return kvm(plan, installed)
    case 'hosted': return hosted(plan, installed, architecture)
    case 'xen': return xen(plan, installed)
    case 'root-partition': return rootPartition(plan, installed)
    case 'nitro': return nitro(plan, installed)
    default: return assertNever(architecture)
  }
}

/** What it puts there for one VM, the guest among it. */
export function vmParts(plan: HostPlan, installed: Installed, architecture: Architecture, vm: VmPlan): Part[] {
  switch (architecture.kind) {
    case 'vmkernel': return vmkernelVm(plan, installed, vm)
    case 'kvm': return kvmVm(plan, installed, vm)
    case 'hosted': return hostedVm(plan, installed, architecture, vm)
    case 'xen': return xenVm(plan, installed, vm)
    case 'root-partition': return rootPartitionVm(plan, installed, vm)
    case 'nitro': return nitroVm(plan, installed, vm)
    default: return assertNever(architecture)
  }
}
