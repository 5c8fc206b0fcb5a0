import { type HostPlan, type Part, part, type VmPlan } from '../composition.ts'
import type { Installed } from './architecture.ts'
import { guestParts } from './guest.ts'
import { hardwareId, services } from './hardware.ts'

/** Nitro: the hypervisor gives out processors and memory, and has no driver; the cards are devices with a processor of their own, which the guests drive. */
export function nitro(plan: HostPlan, { id }: Installed): Part[] {
  const hypervisor = `${id}/kernel`
  const card = (key: string, name: string, needs: Part['needs']): Part[] => [
    part(`${id}/card.${key}`, 'card', name, hardwareId(plan), { mode: 'card', record: id, needs }),
    part(`${id}/firmware.${key}`, 'driver', `${name} firmware`, `${id}/card.${key}`),
  ]
  const [disk, nic] = [plan.disks[0], plan.nics[0]]
  return [
    part(hypervisor, 'hypervisor', 'Nitro hypervisor', hardwareId(plan), { mode: 'kernel', record: id }),
    ...services(id, hypervisor, { scheduler: 'Scheduler', memory: 'Memory manager' }),
    ...card('storage', 'Nitro card for storage', disk ? { block: `${plan.id}/${disk.name}` } : {}),
    ...card('network', 'Nitro card for VPC', nic ? { network: `${plan.id}/${nic.name}` } : {}),
    ...card('controller', 'Nitro controller', {}),
  ]
}

export const nitroVm = (_: HostPlan, { id }: Installed, vm: VmPlan): Part[] =>
  guestParts(vm, `${id}/kernel`, { run: `${id}/kernel`, control: `${id}/card.controller`, block: `${id}/card.storage`, network: `${id}/card.network` }, { block: 'NVMe driver', network: 'ENA driver' })
