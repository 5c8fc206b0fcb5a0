import { type HostPlan, type Part, part, type VmPlan } from '../composition.ts'
import { guestId } from '../paths.ts'
import type { Installed } from './architecture.ts'
import { guestParts } from './guest.ts'
import { deviceStack, hardwareId, services } from './hardware.ts'

const domainOf = ({ id, domain }: Installed): VmPlan => {
  if (!domain) throw new Error(`${id} has no privileged domain`)
  return domain
}

/** Xen: processor, memory and events in the hypervisor; drivers and tools in Domain-0, which is a guest of it. */
export function xen(plan: HostPlan, installed: Installed): Part[] {
  const { id } = installed
  const [hypervisor, domain] = [`${id}/kernel`, domainOf(installed)]
  const kernel = guestId(domain)
  const { parts, block, network } = deviceStack(plan, domain.id, kernel, { block: 'Block layer', network: 'Bridge' })
  return [
    part(hypervisor, 'hypervisor', 'Xen', hardwareId(plan), { mode: 'kernel', record: id }),
    ...services(id, hypervisor, { scheduler: 'Scheduler', memory: 'Memory manager', events: 'Event channels' }),
    part(kernel, 'domain', `${domain.name}: ${domain.system}`, hypervisor, { mode: 'guest', needs: { run: hypervisor }, record: domain.id }),
    ...parts,
    ...(block ? [part(`${domain.id}/back-end.block`, 'back-end', 'blkback', kernel, { needs: { block: driverBehind(parts, block, 'block') } })] : []),
    ...(network ? [part(`${domain.id}/back-end.network`, 'back-end', 'netback', kernel, { needs: { network } })] : []),
    part(`${domain.id}/tools`, 'process', 'Tool stack (xl)', kernel, { mode: 'process' }),
  ]
}

/** blkback hands requests straight to the block device. */
function driverBehind(parts: readonly Part[], entry: string, service: 'block'): string {
  return parts.find(({ id }) => id === entry)?.needs[service] ?? entry
}

/** A paravirtualized guest asks over rings and event channels; an unmodified one has its devices emulated by a process in Domain-0. */
export function xenVm(plan: HostPlan, installed: Installed, vm: VmPlan): Part[] {
  const { id } = installed
  const domain = domainOf(installed)
  const hypervisor = `${id}/kernel`
  const common = { run: hypervisor, control: `${domain.id}/tools` }
  if (vm.technique === 'paravirtualization') {
    const ways = { block: splitDriver(vm, 'block', domain, `${id}/events`), network: splitDriver(vm, 'network', domain, `${id}/events`) }
    const [block, network] = [plan.disks.length > 0 ? ways.block : [], plan.nics.length > 0 ? ways.network : []]
    return [...guestParts(vm, hypervisor, { ...common, block: block[0]?.id, network: network[0]?.id }, { block: 'blkfront', network: 'netfront' }), ...block, ...network]
  }
  const [model, relay] = [`${vm.id}/process`, `${vm.id}/exit`]
  return [
    part(relay, 'service', `I/O requests of ${vm.name}`, hypervisor, { needs: { block: model, network: model } }),
    part(model, 'process', `QEMU device model (${vm.name})`, guestId(domain), { mode: 'process', record: vm.id, needs: { ...(plan.disks.length > 0 && { block: `${domain.id}/block` }), ...(plan.nics.length > 0 && { network: `${domain.id}/network` }) } }),
    ...guestParts(vm, hypervisor, { ...common, block: relay, network: relay }, { block: 'IDE driver', network: 'e1000 driver' }),
  ]
}

/** Ring and grants lie in the guest's own memory; an event channel goes through the hypervisor. First the ring. */
function splitDriver(vm: VmPlan, service: 'block' | 'network', domain: VmPlan, events: string): Part[] {
  const [ring, grant, channel] = [`${vm.id}/ring.${service}`, `${vm.id}/grant.${service}`, `${vm.id}/event.${service}`]
  return [
    part(ring, 'shared-memory', 'Ring', guestId(vm), { needs: { [service]: grant } }),
    part(grant, 'shared-memory', 'Grant table', guestId(vm), { needs: { [service]: channel } }),
    part(channel, 'service', 'Event channel', events, { needs: { [service]: `${domain.id}/back-end.${service}` } }),
  ]
}
