import type { CpuFlag, HostRecord, VmRecord } from '../../protocol/records.ts'
import { Failure } from '../base/failure.ts'
import type { Guest } from './catalogue/guests.ts'
import type { CpuRule, Product } from './catalogue/hypervisors.ts'

export type Technique = VmRecord['technique']

export const FLAG_NAMES: Readonly<Record<CpuFlag, string>> = {
  vmx: 'VT-x', svm: 'AMD-V', ept: 'EPT', npt: 'NPT', 'vt-d': 'VT-d', 'amd-vi': 'AMD-Vi', lm: '64-bit mode', pae: 'PAE', nx: 'NX',
}

export function hasHardwareAssist(host: HostRecord): boolean {
  return host.cpu.flags.includes('vmx') || host.cpu.flags.includes('svm')
}

/** Guests whose kernels come ported to Xen: Linux and the BSDs; nobody outside Microsoft can change Windows (S079). */
function isPortedToXen(guest: Guest): boolean {
  return guest.family === 'linux' || guest.family === 'bsd'
}

function applies(rule: CpuRule, host: HostRecord, guest: Guest): boolean {
  switch (rule.technique) {
    case 'hardware-assist':
      return hasHardwareAssist(host)
    case 'paravirtualization':
      return isPortedToXen(guest)
    case 'binary-translation':
      // Without segment limits in 64-bit mode the monitor cannot be kept out of a 64-bit guest's reach (Adams & Agesen 2006, section 3).
      return guest.bits <= rule.bits
  }
}

/** How this product would run this guest on this host; refuses, as the product does, when it cannot. */
export function chooseTechnique(product: Product, host: HostRecord, guest: Guest): Technique {
  const rule = product.cpu.find((candidate) => applies(candidate, host, guest))
  if (rule) return rule.technique
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
