import type { Cpu } from '../../machine/cpu/cpu.ts'
import type { GuestTranslation, ShadowKind } from './guest-translation.ts'
import type { ShadowPlace } from './shadow-place.ts'
import { ShadowTables } from './shadow-tables.ts'
import { VirtualTlb } from './virtual-tlb.ts'

const KINDS: Readonly<Record<ShadowKind, new (virtual: Cpu, physical: Cpu, place: ShadowPlace) => GuestTranslation>> = { 'virtual-tlb': VirtualTlb, shadow: ShadowTables }

/** @param virtual the processor whose tables are the guest's. @param physical the one that is to use what is made of them. */
export const makeTranslation = (kind: ShadowKind, virtual: Cpu, physical: Cpu, place: ShadowPlace): GuestTranslation => new KINDS[kind](virtual, physical, place)
