import { type HostPlan, type Part, part, type VmPlan } from '../composition.ts'
import { deviceStack, hardwareId, services } from './hardware.ts'
import { guestParts } from './guest.ts'
import type { Installed } from './architecture.ts'
import { guestId } from '../paths.ts'

/** ESX: one kernel with all drivers in it; a monitor for each VM; a service console that is a VM, or agents that are processes. */
export function vmkernel(plan: HostPlan, { id, domain }: Installed): Part[] {
  const kernel = `${id}/kernel`
  const { parts } = deviceStack(plan, id, kernel, { block: 'Storage stack and VMFS', network: 'Network stack and virtual switch' })
  const console = domain
    ? [part(guestId(domain), 'domain', `${domain.name}: ${domain.system}`, kernel, { mode: 'guest', needs: { run: kernel }, record: domain.id })]
    : [part(`${id}/agents`, 'process', 'Management agents', kernel, { mode: 'process' })]
  return [
    part(kernel, 'hypervisor', 'VMkernel', hardwareId(plan), { mode: 'kernel', record: id }),
    ...services(id, kernel, { scheduler: 'Scheduler', memory: 'Memory manager' }),
    ...parts, ...console,
  ]
}

export function vmkernelVm(plan: HostPlan, { id, domain }: Installed, vm: VmPlan): Part[] {
  const monitor = `${vm.id}/monitor`
  return [
    part(monitor, 'monitor', `Monitor of ${vm.name}`, `${id}/kernel`, {
      mode: 'monitor', record: vm.id,
      needs: { ...(plan.disks.length > 0 && { block: `${id}/block` }), ...(plan.nics.length > 0 && { network: `${id}/network` }) },
    }),
    ...guestParts(vm, monitor, { run: monitor, control: domain ? guestId(domain) : `${id}/agents`, block: monitor, network: monitor }, { block: 'SCSI driver', network: 'vmxnet driver' }),
  ]
}
