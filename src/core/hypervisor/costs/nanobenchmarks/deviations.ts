import type { Compared } from './operations.ts'

/** What is further from the paper than 15 %, and why. The test asserts that this is all. */
export const DEVIATIONS: readonly { readonly operation: string; readonly technique: Compared; readonly reason: string }[] = [
  { operation: 'pgfault', technique: 'hardware-assist', reason: 'The paper\'s processor had no nested tables, so its monitor took every page fault. Here the guest\'s tables are its own, and its page faults do not leave it.' },
  { operation: 'ptemod', technique: 'hardware-assist', reason: 'The same: nobody has to see a store to the guest\'s tables.' },
  { operation: 'ptemod', technique: 'binary-translation', reason: 'The paper\'s monitor traces the guest\'s tables. Here the shadow tables are a virtual TLB, which forgets what the guest flushes and does not look at stores.' },
]
