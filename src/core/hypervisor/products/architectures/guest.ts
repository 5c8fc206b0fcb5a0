import { type Part, part, type VmPlan } from '../composition.ts'
import { guestId } from '../paths.ts'

/** What a guest's kernel needs from below, by part. */
export interface GuestNeeds {
  /** Who executes it, or emulates what it may not do. */
  readonly run: string
  readonly control?: string | undefined
  readonly block?: string | undefined
  readonly network?: string | undefined
}

/** A guest's kernel and the drivers by which it asks for its devices. */
export function guestParts(vm: VmPlan, container: string, needs: GuestNeeds, drivers: { readonly block: string; readonly network: string }): Part[] {
  const guest = guestId(vm)
  const { run, control } = needs
  const frontEnd = (service: 'block' | 'network', plugged: boolean): Part[] => {
    const to = needs[service]
    return plugged && to !== undefined ? [part(`${vm.id}/front-end.${service}`, 'front-end', drivers[service], guest, { needs: { [service]: to } })] : []
  }
  const [block, network] = [frontEnd('block', vm.hasDisk), frontEnd('network', vm.hasNic)]
  const asks = { ...(block[0] && { block: block[0].id }), ...(network[0] && { network: network[0].id }) }
  return [part(guest, 'guest', `${vm.name}: ${vm.system}`, container, { mode: 'guest', needs: { run, ...(control !== undefined && { control }), ...asks }, record: vm.id }), ...block, ...network]
}

/** Threads beyond this many are shown as one. */
const MOST_THREADS = 8

/** One thread of a VM's process for each vCPU. */
export function vcpuThreads(vm: VmPlan, process: string, words: (n: number) => string): Part[] {
  const shown = vm.vcpus > MOST_THREADS ? MOST_THREADS - 1 : vm.vcpus
  const threads = Array.from({ length: shown }, (_, n) => part(`${vm.id}/vcpu${n}`, 'vcpu', words(n), process))
  return shown === vm.vcpus ? threads : [...threads, part(`${vm.id}/vcpus`, 'vcpu', `${words(shown)} to ${vm.vcpus - 1}`, process)]
}
