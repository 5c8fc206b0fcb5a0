import { cited, type CpuPreset, unconfirmed } from '../parameters.ts'

/** Processors of which a few figures are known. What is missing is shown as missing, and never taken from another one. */

const AA = 'Adams & Agesen, ASPLOS 2006, table 1 (pre-production part)'
const HSSV = 'Bugnion, Nieh and Tsafrir 2017, table 4.3, read in a secondary note'
/** Without it a run would have no length at all. */
const PLAIN = { plain: unconfirmed(1, 'the unit in which this model counts: an instruction of which nothing is known takes a cycle'), iteration: unconfirmed(1, 'the same for an iteration of a repeated instruction') }

export const CORE2_2006: CpuPreset = {
  title: 'Core 2 (2006)',
  figures: {
    clock: cited(2.66, AA), ...PLAIN, vmExit: cited(1186, `${AA}: by a page fault`), vmEntry: cited(937, AA), vmread: cited(52, AA), vmwrite: cited(44, AA),
    readsPerExit: cited(10, 'Adams & Agesen, ASPLOS 2006, section 7.1: a property of the monitor'),
  },
}

export const NEHALEM_2009: CpuPreset = {
  title: 'Xeon X5570, Nehalem (2009)',
  figures: { clock: cited(2.93, 'SplitX, USENIX workshop 2011'), ...PLAIN, vmExit: cited(2000, 'SplitX, USENIX workshop 2011: the direct cost of an exit under KVM 2.6.34, with its entry') },
}

export const HASWELL_2013: CpuPreset = { title: 'Haswell (2013)', figures: { ...PLAIN, vmExit: cited(512, HSSV) } }
export const BROADWELL_2014: CpuPreset = { title: 'Broadwell (2014)', figures: { ...PLAIN, vmExit: cited(531, HSSV) } }
