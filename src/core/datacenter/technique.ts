import type { CpuFlag, HostRecord } from '../../protocol/records.ts'
import { Failure } from '../base/failure.ts'
import type { Guest } from './catalogue/guests.ts'
import type { Product } from '../hypervisor/products/catalogue.ts'
import { assists, techniquesFor, type Technique } from '../hypervisor/products/technique.ts'

export const FLAG_NAMES: Readonly<Record<CpuFlag, string>> = {
  vmx: 'VT-x', svm: 'AMD-V', ept: 'EPT', npt: 'NPT', 'vt-d': 'VT-d', 'amd-vi': 'AMD-Vi', lm: '64-bit mode', pae: 'PAE', nx: 'NX',
}

export const hasHardwareAssist = (host: HostRecord): boolean => assists(host.cpu.flags)

/** How this product would run this guest on this host; refuses, as the product does, when it cannot. */
export function chooseTechnique(product: Product, host: HostRecord, guest: Guest): Technique {
  const [first] = techniquesFor(product, host.cpu.flags, guest)
  if (first) return first
  throw new Failure(
    'refused',
    `${product.name} cannot run ${guest.name} here: ${host.cpu.model} offers neither VT-x nor AMD-V, and ${reason(product, guest)}.`,
    'Switch on hardware assist in the firmware, choose a 32-bit guest, or use another host.',
  )
}

function reason(product: Product, guest: Guest): string {
  const techniques = product.cpu.map((rule) => rule.technique)
  if (techniques.includes('paravirtualization')) return `${guest.name} has no kernel changed for paravirtualization`
  if (techniques.includes('binary-translation')) return 'its binary translation takes only 32-bit guests'
  return 'it knows no other way'
}
