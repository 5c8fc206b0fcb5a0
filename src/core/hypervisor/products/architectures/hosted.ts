import type { Architecture } from '../catalogue.ts'
import { type HostPlan, type Part, part, type VmPlan } from '../composition.ts'
import { guestParts, vcpuThreads } from './guest.ts'
import { hardwareId } from './hardware.ts'
import { hostOsId } from './host-os.ts'
import type { Installed } from './architecture.ts'

type Hosted = Extract<Architecture, { kind: 'hosted' }>

const processNeeds = (plan: HostPlan, driver: string): Part['needs'] =>
  ({ run: driver, ...(plan.disks.length > 0 && { block: `${plan.id}/block` }), ...(plan.nics.length > 0 && { network: `${plan.id}/network` }) })

/** A driver in the host OS; and, where one process serves all VMs, that process. */
export function hosted(plan: HostPlan, { id }: Installed, { driver, process, shared }: Hosted): Part[] {
  const module = `${id}/driver`
  return [
    part(module, 'module', `${driver} driver`, hostOsId(plan), { record: id }),
    ...(shared ? [part(`${id}/process`, 'process', process, hostOsId(plan), { mode: 'process', record: id, needs: processNeeds(plan, module) })] : []),
  ]
}

/**
 * A VM of a hosted product. Its monitor is entered from the driver: either it has a world of its own, for which the host OS is switched away and to which its
 * devices' requests have to be carried back; or the driver itself takes the exits. Devices are done by a process, which asks the host OS like any other.
 */
export function hostedVm(plan: HostPlan, { id }: Installed, architecture: Hosted, vm: VmPlan): Part[] {
  const module = `${id}/driver`
  const process = architecture.shared ? `${id}/process` : `${vm.id}/process`
  const own = architecture.shared ? [] : [part(process, 'process', `${architecture.process} (${vm.name})`, hostOsId(plan), { mode: 'process', record: vm.id, needs: processNeeds(plan, module) })]
  const monitor = `${vm.id}/monitor`
  const relay = `${vm.id}/relay`
  const drivers = { block: 'IDE driver', network: 'e1000 driver' }
  // What the driver does for this VM.
  const relayed = part(relay, 'service', `Calls of ${vm.name}`, module, { needs: { block: process, network: process } })
  const threads = architecture.shared ? [] : vcpuThreads(vm, process, (n) => `vCPU ${n}`)
  if (architecture.world === 'to translate' && vm.technique !== 'binary-translation') {
    return [...own, relayed, ...threads, ...guestParts(vm, process, { run: relay, control: process, block: relay, network: relay }, drivers)]
  }
  return [
    ...own, relayed, ...threads,
    part(monitor, 'monitor', `Monitor of ${vm.name}`, hardwareId(plan), { mode: 'monitor', record: vm.id, needs: { run: process, block: relay, network: relay } }),
    ...guestParts(vm, monitor, { run: monitor, control: process, block: monitor, network: monitor }, drivers),
  ]
}
