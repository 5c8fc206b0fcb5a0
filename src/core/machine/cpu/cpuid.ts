import type { Handler } from './handler.ts'
import { EAX, EBX, ECX, EDX } from './layout.ts'

/** What CPUID answers; a machine may be given another one. */
export interface CpuidRecord {
  /** Twelve ASCII letters. */
  readonly vendor: string
  /** Leaf 1, EAX: stepping | model << 4 | family << 8. */
  readonly signature: number
  /** Leaf 1: EDX and ECX. */
  readonly features: number
  readonly moreFeatures: number
  /** Leaf 0x80000001: EDX and ECX. */
  readonly extendedFeatures: number
  readonly moreExtendedFeatures: number
  /** Leaves 0x80000002 to 4: at most 47 letters. */
  readonly brand: string
}

/** DE, PSE, TSC, MSR, CX8, SEP, CMOV: what is built and nothing else. No FPU. */
const BUILT = 0x4 | 0x8 | 0x10 | 0x20 | 0x100 | 0x800 | 0x8000

/** Family 6, model 8, stepping 1: a processor of 1999, without its x87, MMX and SSE. */
export const DEFAULT_CPUID: CpuidRecord = {
  vendor: 'Glasshouse32', signature: 0x681, features: BUILT, moreFeatures: 0, extendedFeatures: 0, moreExtendedFeatures: 0, brand: 'Glasshouse IA-32',
}

const EXTENDED = 0x8000_0000

/** Register and bit of flags as a host's record names them; others have no bit that a 32-bit guest could see. */
const FLAG_BITS: Readonly<Record<string, readonly ['moreFeatures' | 'extendedFeatures' | 'moreExtendedFeatures', number]>> = {
  vmx: ['moreFeatures', 5], hypervisor: ['moreFeatures', 31], svm: ['moreExtendedFeatures', 2], nx: ['extendedFeatures', 20], lm: ['extendedFeatures', 29],
}

/** The processor as a host's record describes it: vendor's letters, and the flags that CPUID shows. */
export function cpuidOf(vendor: 'intel' | 'amd', brand: string, flags: readonly string[]): CpuidRecord {
  const record = { ...DEFAULT_CPUID, vendor: vendor === 'intel' ? 'GenuineIntel' : 'AuthenticAMD', brand: brand.slice(0, 47) }
  for (const flag of flags) {
    const place = Object.hasOwn(FLAG_BITS, flag) ? FLAG_BITS[flag]! : null
    if (place) record[place[0]] |= 1 << place[1]
  }
  return record
}

/** Four ASCII letters as a register holds them; behind the end zeros. */
const letters = (text: string, at: number): number => [0, 1, 2, 3].reduce((word, i) => word | ((at + i < text.length ? text.charCodeAt(at + i) : 0) << (8 * i)), 0)

/** Maker, features and name; leaves in between and beyond are zero. */
export const cpuid: Handler = (c) => {
  const { s } = c
  const { vendor, signature, features, moreFeatures, extendedFeatures, moreExtendedFeatures, brand } = c.cpuid
  const leaf = s[EAX]! >>> 0
  const answer = (eax: number, ebx: number, ecx: number, edx: number): void => void Object.assign(s, { [EAX]: eax, [EBX]: ebx, [ECX]: ecx, [EDX]: edx })
  if (leaf === 0) return answer(1, letters(vendor, 0), letters(vendor, 8), letters(vendor, 4))
  if (leaf === 1) return answer(signature, 0, moreFeatures, features)
  if (leaf === EXTENDED) return answer(EXTENDED + 4, 0, 0, 0)
  if (leaf === EXTENDED + 1) return answer(signature, 0, moreExtendedFeatures, extendedFeatures)
  const at = (leaf - EXTENDED - 2) * 16
  if (at >= 0 && at < 48) return answer(letters(brand, at), letters(brand, at + 4), letters(brand, at + 8), letters(brand, at + 12))
  answer(0, 0, 0, 0)
}
