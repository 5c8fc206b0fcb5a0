/** What stands between a guest and the processor: nothing, or a monitor that virtualizes it in one of these ways. */
export const TECHNIQUES = ['native', 'trap-and-emulate', 'binary-translation', 'paravirtual', 'hardware-assist'] as const
export type TechniqueName = (typeof TECHNIQUES)[number]
