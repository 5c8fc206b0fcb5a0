import type { RecordId, VmRecord } from '../../protocol/records.ts'
import { Failure } from '../base/failure.ts'
import { guestId } from '../hypervisor/products/paths.ts'
import type { Store } from '../store/store.ts'
import { structureOf } from './structure.ts'

/** The VMs of a host whose requests nobody answers, and which. */
export function stallsOf(store: Store, id: RecordId<'host'>): Map<RecordId<'vm'>, VmRecord['stalled']> {
  const host = store.require(id)
  const stalls = new Map<RecordId<'vm'>, VmRecord['stalled']>()
  if (host.failed.length === 0) return stalls
  const { plan, now } = structureOf(store, host)
  for (const vm of plan.vms) {
    const effect = now.get(guestId(vm))
    if (effect?.kind !== 'stalled') continue
    const requests = effect.services.filter((service) => service !== 'control')
    if (requests.length > 0) stalls.set(vm.id, requests)
  }
  return stalls
}

/** Is there somebody who can start, pause or stop this VM, and what it runs on? Throws the refusal otherwise. */
export function requireHandling(store: Store, vm: VmRecord): void {
  const host = store.require(vm.host)
  if (host.failed.length === 0) return
  const { composition, now } = structureOf(store, host, vm.id)
  const guest = composition.find(guestId(vm))
  const effect = now.get(guestId(vm))
  if (!guest || !effect) return
  if (effect.kind === 'down') {
    throw new Failure('conflict', `${host.name} is ${host.state}: ${composition.get(effect.because).name} is down, and nothing below ${vm.name} runs.`, host.state === 'booting' ? 'Wait until it is up.' : 'Switch the host off and on.')
  }
  if (effect.services.includes('control')) {
    throw new Failure('conflict', `${composition.get(guest.needs.control!).name} is down on ${host.name}: nobody is there to handle ${vm.name}.`, 'Wait until it is up again.')
  }
  if (vm.state === 'off' && effect.services.includes('block')) {
    throw new Failure('conflict', `The disk of ${vm.name} would not answer: what carries its requests is down on ${host.name}.`, 'Wait until it is up again.')
  }
}
