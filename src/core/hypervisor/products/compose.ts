import { productParts, vmParts, type Installed } from './architectures/architecture.ts'
import { guestParts, vcpuThreads } from './architectures/guest.ts'
import { hardwareId, hardwareParts } from './architectures/hardware.ts'
import { hostOs, hostOsId } from './architectures/host-os.ts'
import type { Product } from './catalogue.ts'
import { Composition, type HostPlan, type Part, part, type VmPlan } from './composition.ts'

/** Everything on a host, from its hardware to its guests. `productOf` finds a product by its catalogue key. */
export function compose(plan: HostPlan, productOf: (key: string) => Product): Composition {
  const parts = hardwareParts(plan)
  const installed = plan.hypervisors.map(({ id, product }) => {
    const { architecture } = productOf(product)
    return { id, architecture, domain: plan.vms.find((vm) => vm.role === 'privileged-domain' && vm.hypervisor === id) }
  })
  // A root partition is the host OS itself, and brings it along.
  if (plan.os && !installed.some(({ architecture }) => architecture.kind === 'root-partition')) parts.push(...hostOs(plan, hardwareId(plan)).parts)
  for (const each of installed) parts.push(...productParts(plan, each, each.architecture))
  for (const vm of plan.vms) {
    if (vm.role === 'privileged-domain') continue
    const own = installed.find(({ id }) => id === vm.hypervisor)
    if (own) parts.push(...vmParts(plan, own satisfies Installed, own.architecture, vm))
    else if (plan.os) parts.push(...hiddenVm(plan, vm))
  }
  return new Composition(parts)
}

/** Docker Desktop's VM: a process of the host OS, run by the framework that the system has for it. */
function hiddenVm(plan: HostPlan, vm: VmPlan): Part[] {
  const process = `${vm.id}/process`
  return [
    part(process, 'process', `Docker Desktop VM (${vm.name})`, hostOsId(plan), { mode: 'process', record: vm.id, needs: { ...(plan.disks.length > 0 && { block: `${plan.id}/block` }), ...(plan.nics.length > 0 && { network: `${plan.id}/network` }) } }),
    ...vcpuThreads(vm, process, (n) => `vCPU ${n}`),
    ...guestParts(vm, process, { run: hostOsId(plan), block: process, network: process }, { block: 'virtio-blk driver', network: 'virtio-net driver' }),
  ]
}
