/** What stands between a guest and the processor: nothing, or a monitor that virtualizes it in one of these ways. */
export const TECHNIQUES = ['native', 'trap-and-emulate', 'binary-translation', 'paravirtual', 'hardware-assist'] as const
export type TechniqueName = (typeof TECHNIQUES)[number]

/**
 * How a guest's addresses become the host's: by the processor's second table (EPT); by shadow page tables that follow the guest's, which are traced; or by shadow tables that are emptied whenever the guest
 * flushes its translations.
 */
export const MEMORY_TECHNIQUES = ['nested', 'shadow', 'virtual-tlb'] as const
export type MemoryTechniqueName = (typeof MEMORY_TECHNIQUES)[number]
