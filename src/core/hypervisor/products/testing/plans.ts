import type { RecordId } from '../../../../protocol/records.ts'
import { PRODUCTS, type Product } from '../catalogue.ts'
import { compose } from '../compose.ts'
import type { Composition, HostPlan, VmPlan } from '../composition.ts'
import { techniquesFor } from '../technique.ts'

export const productOf = (key: string): Product => PRODUCTS.find((each) => each.key === key)!

export interface GuestWanted { readonly bits?: 32 | 64; readonly family?: 'linux' | 'windows'; readonly technique?: VmPlan['technique']; readonly vcpus?: number }

/** A host with an Intel processor and everything the product needs, and running VMs on it. */
export function planOf(key: string, guests: readonly GuestWanted[] = [{}]): HostPlan & { readonly composition: Composition } {
  const product = productOf(key)
  const hypervisor: RecordId<'hypervisor'> = 'hypervisor:1'
  const domain: VmPlan[] = product.domain
    ? [{ id: 'vm:0', name: product.domain.name, hypervisor, role: 'privileged-domain', technique: 'none', vcpus: 1, hasDisk: true, hasNic: true, system: product.domain.os }]
    : []
  const vms = guests.map(({ bits = 32, family = 'linux', technique, vcpus = 1 }, at): VmPlan => ({
    id: `vm:${at + 1}`, name: `guest-${at + 1}`, hypervisor, role: 'guest', vcpus, hasDisk: true, hasNic: true, system: 'a system',
    technique: technique ?? techniquesFor(product, ['vmx', 'ept'], { bits, family })[0]!,
  }))
  const family = product.hostFamilies[0]
  const plan: HostPlan = {
    id: 'host:1', processor: 'a processor', os: family ? { name: `a ${family}`, family } : null,
    nics: [{ name: 'nic0', model: 'e1000e' }], disks: [{ name: 'sda', kind: 'ssd' }], hypervisors: [{ id: hypervisor, product: key }], vms: [...domain, ...vms],
  }
  return { ...plan, composition: compose(plan, productOf) }
}
