import { type HostPlan, type Part, part, type VmPlan } from '../composition.ts'
import { guestParts, vcpuThreads } from './guest.ts'
import { hostOsId } from './host-os.ts'
import type { Installed } from './architecture.ts'

/** KVM: a module that makes the Linux kernel a hypervisor. */
export const kvm = (plan: HostPlan, { id }: Installed): Part[] => [part(`${id}/module`, 'module', 'kvm module', hostOsId(plan), { record: id })]

/** A VM is a process, a vCPU a thread of it; the module takes its exits, and hands it what concerns a device. */
export function kvmVm(plan: HostPlan, { id }: Installed, vm: VmPlan): Part[] {
  const [process, module] = [`${vm.id}/process`, `${id}/module`]
  const exit = `${vm.id}/exit`
  return [
    part(process, 'process', `qemu-system-x86_64 (${vm.name})`, hostOsId(plan), { mode: 'process', record: vm.id, needs: { run: module, ...(plan.disks.length > 0 && { block: `${plan.id}/block` }), ...(plan.nics.length > 0 && { network: `${plan.id}/network` }) } }),
    // The loop around KVM_RUN belongs to the module, one for each VM.
    part(exit, 'service', `Exit handling for ${vm.name}`, module, { needs: { block: process, network: process } }),
    ...vcpuThreads(vm, process, (n) => `CPU ${n}/KVM`),
    ...guestParts(vm, process, { run: exit, control: process, block: exit, network: exit }, { block: 'virtio-blk driver', network: 'virtio-net driver' }),
  ]
}
