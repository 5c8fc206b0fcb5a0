/** @public Guest-virtual: what an instruction computes after segmentation; unsigned 32 bits. */
export type Gva = number & { readonly __brand: 'guest-virtual' }
/** Guest-physical: what paging makes of it. */
export type Gpa = number & { readonly __brand: 'guest-physical' }
/** @public Host-physical: where a guest-physical page lies in the host's memory; equal to `Gpa` on bare metal. */
export type Hpa = number & { readonly __brand: 'host-physical' }

export const gpa = (value: number): Gpa => (value >>> 0) as Gpa
