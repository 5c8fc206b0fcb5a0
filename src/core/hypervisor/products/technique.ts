import type { CpuFlag, VmRecord } from '../../../protocol/records.ts'
import type { CpuRule, Product } from './catalogue.ts'

export type Technique = VmRecord['technique']

/** What the choice of a technique looks at. */
export interface GuestKind {
  readonly bits: 32 | 64
  readonly family: 'linux' | 'windows' | 'bsd' | 'macos' | 'other'
}

/** Guests whose kernels come ported to Xen: Linux and the BSDs; nobody outside Microsoft can change Windows (S079). */
export const isPortedToXen = ({ family }: GuestKind): boolean => family === 'linux' || family === 'bsd'

export const assists = (flags: readonly CpuFlag[]): boolean => flags.includes('vmx') || flags.includes('svm')

function applies(rule: CpuRule, flags: readonly CpuFlag[], guest: GuestKind): boolean {
  switch (rule.technique) {
    case 'hardware-assist': return assists(flags)
    case 'paravirtualization': return isPortedToXen(guest)
    // Without segment limits in 64-bit mode the monitor cannot be kept out of a 64-bit guest's reach (Adams & Agesen 2006, section 3).
    case 'binary-translation': return guest.bits <= rule.bits
  }
}

/** The techniques by which a product can run this guest on a processor with these features, the one it would take first. */
export function techniquesFor(product: Pick<Product, 'cpu'>, flags: readonly CpuFlag[], guest: GuestKind): Technique[] {
  return product.cpu.filter((rule) => applies(rule, flags, guest)).map(({ technique }) => technique)
}
