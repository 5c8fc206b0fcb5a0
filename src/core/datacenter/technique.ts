import type { CpuFlag, HostRecord, MonitorChoice } from '../../protocol/records.ts'
import { Failure } from '../base/failure.ts'
import type { Guest } from './catalogue/guests.ts'
import type { Product } from '../hypervisor/products/catalogue.ts'
import { assists, techniquesFor, type Technique } from '../hypervisor/products/technique.ts'

export const FLAG_NAMES: Readonly<Record<CpuFlag, string>> = {
  vmx: 'VT-x', svm: 'AMD-V', ept: 'EPT', npt: 'NPT', 'vt-d': 'VT-d', 'amd-vi': 'AMD-Vi', lm: '64-bit mode', pae: 'PAE', nx: 'NX',
}

export const hasHardwareAssist = (host: HostRecord): boolean => assists(host.cpu.flags)

/** How this product runs this guest on this host, if its settings ask for nothing else; refuses, as the product does, when it cannot. */
export function chooseTechnique(product: Product, host: HostRecord, guest: Guest, wanted: MonitorChoice = 'automatic'): Technique {
  const possible = techniquesFor(product, host.cpu.flags, guest)
  if (wanted !== 'automatic') return asWanted(product, host, guest, wanted, possible)
  const [first] = possible
  if (first) return first
  throw new Failure(
    'refused',
    `${product.name} cannot run ${guest.name} here: ${host.cpu.model} offers neither VT-x nor AMD-V, and ${reason(product, guest)}.`,
    'Switch on hardware assist in the firmware, choose a 32-bit guest, or use another host.',
  )
}

function asWanted(product: Product, host: HostRecord, guest: Guest, wanted: Technique, possible: readonly Technique[]): Technique {
  if (!product.choosesMonitor) throw new Failure('refused', `${product.name} leaves no choice of how a processor is virtualized.`, 'Leave it to the product (automatic).')
  if (possible.includes(wanted)) return wanted
  if (wanted === 'binary-translation') {
    throw new Failure('refused', `${guest.name} is a 64-bit guest: in 64-bit mode there are no segment limits to keep it out of the monitor, so its kernel cannot be translated.`, 'Choose hardware assist, or a 32-bit guest.')
  }
  throw new Failure('refused', `${host.cpu.model} in ${host.name} offers neither VT-x nor AMD-V.`, 'Switch it on in the firmware, or choose binary translation.')
}

function reason(product: Product, guest: Guest): string {
  const techniques = product.cpu.map((rule) => rule.technique)
  if (techniques.includes('paravirtualization')) return `${guest.name} has no kernel changed for paravirtualization`
  if (techniques.includes('binary-translation')) return 'its binary translation takes only 32-bit guests'
  return 'it knows no other way'
}
